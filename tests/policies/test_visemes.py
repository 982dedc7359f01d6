"""The mouth's timeline from phonemes. Expected visemes are those of the Oculus reference table."""

import itertools
from collections.abc import Sequence

import pytest

from events.values import Phoneme, Viseme
from policies.mouth_sounds import sounds_of
from policies.visemes import VISEMES, viseme_timeline

SENTENCE = "ð ə k w ɪ k b ɹ aʊ n f ɑː k s . dʒ ʌ m p s oʊ v ɚ ð ə l eɪ z i d ɔ ɡ . ʃ uː t θ ɪ ŋ h ɛ"


def spoken(symbols: str, *, length_ms: int = 80, silence_ms: int = 200) -> tuple[Phoneme, ...]:
    phonemes, now = [], 0
    for symbol in symbols.split():
        end = now + (silence_ms if symbol == "." else length_ms)
        phonemes.append(Phoneme(ipa="" if symbol == "." else symbol, start_ms=now, end_ms=end))
        now = end
    return tuple(phonemes)


def at(timeline: Sequence[Viseme], time_ms: float) -> Viseme:
    return next(entry for entry in timeline if entry.start_ms <= time_ms < entry.end_ms)


@pytest.mark.parametrize(
    ("ipa", "viseme"),
    [
        ("p", "PP"), ("b", "PP"), ("m", "PP"), ("f", "FF"), ("v", "FF"), ("θ", "TH"), ("ð", "TH"), ("t", "DD"),
        ("d", "DD"), ("k", "kk"), ("ɡ", "kk"), ("tʃ", "CH"), ("dʒ", "CH"), ("ʃ", "CH"), ("s", "SS"), ("z", "SS"),
        ("n", "nn"), ("l", "nn"), ("ɹ", "RR"), ("ɑː", "aa"), ("ɛ", "E"), ("ɪ", "ih"), ("ɔ", "oh"), ("uː", "ou"),
        ("ʧ", "CH"), ("ʤ", "CH"), ("ɾ", "DD"), ("ɚ", "RR"), ("ᵊ", "E"), ("ˈæ", "aa"), ("t͡ʃ", "CH"), ("ɑ̃", "aa"),
        ("w", "ou"),
    ],
)  # fmt: skip
def test_each_phoneme_has_the_viseme_of_the_reference_table(ipa: str, viseme: str) -> None:
    assert [sound.viseme for sound in sounds_of(ipa)] == [viseme]


@pytest.mark.parametrize(
    ("ipa", "visemes"),
    [
        ("aɪ", ["aa", "ih"]), ("I", ["aa", "ih"]), ("aʊ", ["aa", "ou"]), ("W", ["aa", "ou"]), ("eɪ", ["E", "ih"]),
        ("A", ["E", "ih"]), ("oʊ", ["oh", "ou"]), ("O", ["oh", "ou"]), ("ɔɪ", ["oh", "ih"]), ("Y", ["oh", "ih"]),
        ("əʊ", ["E", "ou"]), ("Q", ["E", "ou"]),
    ],
)  # fmt: skip
def test_a_diphthong_has_two_shapes(ipa: str, visemes: list[str]) -> None:
    assert [sound.viseme for sound in sounds_of(ipa)] == visemes


@pytest.mark.parametrize("ipa", ["", " ", "ˈ", ".", ",", "!", "ː", "🙂"])
def test_what_is_no_sound_has_no_shape(ipa: str) -> None:
    assert sounds_of(ipa) == ()


def test_the_timeline_covers_the_segment_without_gaps_or_overlaps() -> None:
    phonemes = spoken(SENTENCE)
    timeline = viseme_timeline(phonemes, duration_ms=phonemes[-1].end_ms + 120)
    assert timeline[0].start_ms == 0
    assert timeline[-1].end_ms == phonemes[-1].end_ms + 120
    assert all(one.end_ms == two.start_ms and one.end_ms > one.start_ms for one, two in itertools.pairwise(timeline))
    assert all(0 < entry.weight <= 1 for entry in timeline)


def test_a_sentence_uses_at_least_twelve_visemes_of_the_set() -> None:
    used = {entry.viseme for entry in viseme_timeline(spoken(SENTENCE))}
    assert used <= set(VISEMES)
    assert len(used) >= 12


def test_no_phonemes_at_all_are_silence() -> None:
    assert viseme_timeline((), duration_ms=400) == (Viseme(viseme="sil", start_ms=0, end_ms=400),)
    assert viseme_timeline(()) == ()


def test_a_silence_of_eighty_ms_closes_the_lips_and_a_shorter_one_does_not() -> None:
    closed = viseme_timeline(spoken("ɑ . ɑ", silence_ms=80))
    bridged = viseme_timeline(spoken("ɑ . ɑ", silence_ms=79))
    assert at(closed, 120).viseme == "sil"
    assert {entry.viseme for entry in bridged} == {"aa"}


def test_gaps_between_phonemes_are_silence() -> None:
    phonemes = (Phoneme(ipa="ɑ", start_ms=100, end_ms=300), Phoneme(ipa="ɑ", start_ms=500, end_ms=700))
    assert [entry.viseme for entry in viseme_timeline(phonemes, duration_ms=800)] == ["sil", "aa", "sil", "aa", "sil"]


@pytest.mark.parametrize(("consonant", "viseme"), [("b", "PP"), ("m", "PP"), ("p", "PP"), ("f", "FF"), ("v", "FF")])
def test_lips_close_in_full_for_longer_than_a_video_frame_however_short_the_sound(consonant: str, viseme: str) -> None:
    timeline = viseme_timeline(
        (
            Phoneme(ipa="ɑ", start_ms=0, end_ms=200),
            Phoneme(ipa=consonant, start_ms=200, end_ms=215),
            Phoneme(ipa="ɑ", start_ms=215, end_ms=400),
        )
    )
    contact = at(timeline, 207)
    assert contact.viseme == viseme
    assert contact.weight == 1.0
    assert contact.end_ms - contact.start_ms >= 55


def test_a_consonant_between_open_vowels_leaves_them_most_of_its_time() -> None:
    timeline = viseme_timeline(spoken("ɑ k ɑ", length_ms=100))
    tongue = sum(entry.end_ms - entry.start_ms for entry in timeline if entry.viseme == "kk")
    assert 0 < tongue < 60


def test_rounding_starts_in_the_consonants_before_a_rounded_vowel_and_spreading_does_not() -> None:
    rounded = viseme_timeline(spoken("s t uː", length_ms=80))
    spread = viseme_timeline(spoken("s t iː", length_ms=80))
    assert min(entry.start_ms for entry in rounded if entry.viseme == "ou") < 80
    assert min(entry.start_ms for entry in spread if entry.viseme == "ih") >= 80


def test_rounding_does_not_cross_a_lip_closure() -> None:
    timeline = viseme_timeline(spoken("s p uː", length_ms=80))
    assert min(entry.start_ms for entry in timeline if entry.viseme == "ou") >= 160


def test_a_short_or_unstressed_vowel_opens_less() -> None:
    def weight(ipa: str, length_ms: int) -> float:
        return viseme_timeline((Phoneme(ipa=ipa, start_ms=0, end_ms=length_ms),))[0].weight

    assert weight("ˈɑ", 120) > weight("ɑ", 120) > weight("ɑ", 30)


def test_a_stress_mark_of_its_own_belongs_to_the_next_vowel() -> None:
    apart = (Phoneme(ipa="ˈ", start_ms=0, end_ms=0), Phoneme(ipa="ɑ", start_ms=0, end_ms=120))
    assert viseme_timeline(apart) == viseme_timeline((Phoneme(ipa="ˈɑ", start_ms=0, end_ms=120),))


def test_overlapping_or_unordered_phonemes_still_give_one_line() -> None:
    phonemes = (Phoneme(ipa="ɛ", start_ms=90, end_ms=200), Phoneme(ipa="h", start_ms=0, end_ms=110))
    timeline = viseme_timeline(phonemes)
    assert timeline[0].start_ms == 0
    assert timeline[-1].end_ms == 200
    assert all(one.end_ms == two.start_ms for one, two in itertools.pairwise(timeline))
