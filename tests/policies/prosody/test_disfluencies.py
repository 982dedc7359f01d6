"""Filled pauses, repetitions and false starts."""

from events.values import Miscue, Word
from policies.prosody.disfluencies import Disfluency, disfluencies

TEXT = ("I", "would", "like", "tea.")


def word(text: str, start_ms: int = 0, end_ms: int = 100) -> Word:
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, confidence=0.9)


def put_in(kind: str, heard: str, after: int) -> Miscue:
    return Miscue(kind=kind, word=after, heard=heard, start_ms=300, end_ms=500)


def test_a_filled_pause_is_told_with_its_time() -> None:
    found = disfluencies(TEXT, [word("I"), word(" Um,", 200, 400), word("would", 400, 600)], ())
    assert found == (Disfluency(kind="filled_pause", heard="um", start_ms=200, end_ms=400),)


def test_a_sound_that_the_text_has_is_no_filled_pause() -> None:
    assert disfluencies(("Ah,", "yes"), [word("Ah"), word("yes")], ()) == ()


def test_a_repetition_and_a_word_begun_and_broken_off_are_told() -> None:
    found = disfluencies(TEXT, (), [put_in("repetition", "I would", 1), put_in("insertion", "li-", 1)])
    assert [(one.kind, one.heard) for one in found] == [("repetition", "I would"), ("false_start", "li-")]


def test_another_word_put_in_is_a_miscue_and_no_false_start() -> None:
    assert disfluencies(TEXT, (), [put_in("insertion", "really", 1), Miscue(kind="omission", word=2)]) == ()


def test_what_is_put_in_after_the_last_word_begins_none() -> None:
    assert disfluencies(TEXT, (), [put_in("insertion", "tea", 3)]) == ()
