"""Sentences with slips whose scores are known, by a voice that only keeps time."""

import random

import numpy as np
import pytest

from actors.hearing.decode import decode_flac
from actors.voice.kokoro import LEAD_SAMPLES
from training_actors.pronunciation.planting import planted_utterance
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord
from training_actors.pronunciation.synthesis import RIGHT, WRONG, planted

WORDS = [["DH", "AH"], ["K", "AE", "T"], ["S", "AE", "T"]]


class Metronome:
    """Stands for Kokoro: 100 ms a symbol."""

    def __init__(self) -> None:
        self.spoken: list[list[str]] = []

    def sound(self, symbols: list[str], voice: str, rate: float) -> tuple[np.ndarray, list[int]]:
        self.spoken.append(symbols)
        counts = [LEAD_SAMPLES, *(2400 for _ in symbols), 2400]
        return np.zeros(sum(counts), np.float32), counts


def test_each_phone_of_the_text_has_the_accuracy_that_it_deserves() -> None:
    rng, told = random.Random(0), []
    for _ in range(300):
        _, accuracies = planted(Metronome(), ["af_heart"], WORDS, rng)  # type: ignore[arg-type]
        assert [len(of) for of in accuracies] == [2, 3, 3]
        told += [accuracy for of in accuracies for accuracy in of]
    assert set(told) == {RIGHT, WRONG, None}
    assert 0.04 < told.count(WRONG) / len(told) < 0.12  # of 0, 5, 10 and 20 % in turn, less what is put in


def test_no_word_is_dropped_whole() -> None:
    voice, rng = Metronome(), random.Random(1)
    for _ in range(300):
        planted(voice, ["af_heart"], [["AH"], ["AY"]], rng)  # type: ignore[arg-type]
    words = ["".join(symbols).rstrip(".").replace(",", " ").split() for symbols in voice.spoken]
    assert {len(one) for one in words} == {2}


def test_only_the_phones_of_a_planted_sentence_are_rated() -> None:
    text = RatedUtterance(
        id="u1", learner="l", age_group="child", text="THE CAT", recording=b"", accuracy=8.0, fluency=8.0, prosodic=8.0,
        completeness=1.0, total=8.0, total_each=(7.0, 9.0),
        words=(
            RatedWord(text="THE", phones=(RatedPhone(phone="DH", accuracy=0.4), RatedPhone(phone="AH0")), total=4.0),
            RatedWord(text="CAT", phones=tuple(RatedPhone(phone=phone) for phone in ("K", "AE1", "T"))),
        ),
    )  # fmt: skip
    made = planted_utterance(Metronome(), ["af_heart"], text, random.Random(0))  # type: ignore[arg-type]
    assert (made.total, made.total_each, made.words[0].total) == (None, (), None)
    assert [phone.phone for word in made.words for phone in word.phones] == ["DH", "AH0", "K", "AE1", "T"]
    assert {phone.accuracy for word in made.words for phone in word.phones} <= {RIGHT, WRONG, None}
    assert made.learner != text.learner
    assert len(decode_flac(made.recording)) > 16_000 * 0.5


def test_of_a_text_longer_than_the_voice_says_only_what_is_said_is_rated() -> None:
    word = RatedWord(text="STRENGTHS", phones=tuple(RatedPhone(phone=phone) for phone in "S T R EH NG TH S".split()))
    text = RatedUtterance(
        id="u1", learner="l", age_group="child", text="", words=(word,) * 150, recording=b"", accuracy=None,
        fluency=None, prosodic=None, completeness=None, total=None,
    )  # fmt: skip
    for seed in range(20):
        voice = Metronome()
        made = planted_utterance(voice, ["af_heart"], text, random.Random(seed))  # type: ignore[arg-type]
        (symbols,) = voice.spoken
        assert len(made.words) == len("".join(symbols).rstrip(".").replace(",", " ").split()) > 10


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_random_numbers_give_the_same_sentence(seed: int) -> None:
    first, again = (
        planted(Metronome(), ["af_heart"], WORDS, random.Random(seed))[1]  # type: ignore[arg-type]
        for _ in range(2)
    )
    assert first == again
