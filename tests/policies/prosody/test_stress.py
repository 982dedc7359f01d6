"""Word stress from vowels whose length, pitch and loudness are given."""

import pytest

from policies.prosody.stress import Vowel, word_stress


def vowel(length_ms: int, f0_hz: float | None = 200.0, level_db: float | None = 60.0, phone: str = "EY") -> Vowel:
    return Vowel(phone=phone, start_ms=0, end_ms=length_ms, f0_hz=f0_hz, level_db=level_db)


def verdict(*vowels: Vowel, expected: int = 0, final: bool = False, doubted: bool = True) -> tuple[str, int]:
    found = word_stress(0, vowels, expected, final=final, doubted=doubted)
    return found.verdict, found.heard


def test_a_syllable_that_is_longer_higher_and_louder_stands_out() -> None:
    assert verdict(vowel(200, 250.0, 66.0), vowel(100)) == ("right", 0)
    assert verdict(vowel(200, 250.0, 66.0), vowel(100), expected=1) == ("wrong", 0)


def test_one_cue_is_enough_for_the_stressed_syllable_and_two_are_needed_for_another() -> None:
    assert verdict(vowel(200), vowel(100)) == ("right", 0)
    assert verdict(vowel(200), vowel(100), expected=1) == ("unclear", -1)
    assert verdict(vowel(200, level_db=64.0), vowel(100), expected=1) == ("wrong", 0)


def test_where_nobody_else_doubts_the_stress_nothing_is_called_wrong() -> None:
    assert verdict(vowel(200, 250.0, 66.0), vowel(100), expected=1, doubted=False) == ("unclear", -1)
    assert verdict(vowel(200, 250.0, 66.0), vowel(100), doubted=False) == ("right", 0)


def test_cues_that_speak_against_each_other_are_unclear() -> None:
    assert verdict(vowel(200), vowel(100, 250.0)) == ("unclear", -1)
    assert verdict(vowel(200, 250.0), vowel(100, level_db=64.0), expected=1) == ("unclear", -1)


def test_differences_that_are_not_heard_do_not_count() -> None:
    # a fifth longer, one semitone higher, two decibels louder
    assert verdict(vowel(120, 200.0 * 2 ** (1 / 12), 62.0), vowel(100)) == ("unclear", -1)


def test_a_lax_vowel_is_shorter_by_nature() -> None:
    assert verdict(vowel(100, phone="IH"), vowel(125)) == ("unclear", -1)  # 100 / .8 = 125
    assert verdict(vowel(110, phone="IH"), vowel(100)) == ("right", 0)  # 137.5 / 100


def test_before_a_pause_the_last_vowel_is_longer_anyway_and_its_pitch_is_the_sentences() -> None:
    assert verdict(vowel(100), vowel(140, 300.0, 64.0), expected=0) == ("wrong", 1)
    assert verdict(vowel(100), vowel(140, 300.0, 64.0), expected=0, final=True) == ("unclear", -1)


def test_of_three_syllables_the_stressed_one_must_stand_out_before_both() -> None:
    assert verdict(vowel(100), vowel(200), vowel(100), expected=1) == ("right", 1)
    assert verdict(vowel(200), vowel(200), vowel(100), expected=1) == ("unclear", -1)
    assert verdict(vowel(100), vowel(100), vowel(200, 250.0, 66.0), expected=0) == ("wrong", 2)


@pytest.mark.parametrize(("f0_hz", "level_db"), [(None, 60.0), (200.0, None), (None, None)])
def test_what_cannot_be_measured_is_no_cue(f0_hz: float | None, level_db: float | None) -> None:
    assert verdict(vowel(200, f0_hz, level_db), vowel(100)) == ("right", 0)
    assert verdict(vowel(100, f0_hz, level_db), vowel(100)) == ("unclear", -1)
