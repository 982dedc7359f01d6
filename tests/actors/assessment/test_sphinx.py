"""Pronunciation of a native voice, whose phone times its own model gives, and of learners whom experts have judged."""

import json
import random
import statistics
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.assessment.sphinx import SphinxPronunciationScorer, heard_words
from actors.models import ModelStore
from actors.ports import EngineInputError
from actors.voice.piper import Piper
from events.values import Word

CORPUS = Path(__file__).parents[4] / "shared/data/speechocean762-train"
SENTENCE = "My little sister thinks that the weather is better in winter."
OTHER = "Please put all these yellow boxes behind the garage door."


@pytest.fixture(scope="module")
def scorer() -> SphinxPronunciationScorer:
    return SphinxPronunciationScorer()


class Native:
    """Piper's voice at 16 kHz, with the times of the phonemes that its model drew."""

    def __init__(self, piper: Piper) -> None:
        self._piper = piper

    def say(self, text: str) -> tuple[NDArray[np.float32], list[tuple[str, int, int]]]:
        parts = list(self._piper.speak(text, tutor="joe"))
        rate = parts[0].sample_rate_hz
        audio = np.concatenate([np.frombuffer(part.pcm, np.int16) for part in parts]).astype(np.float64) / 32768
        times = np.arange(round(len(audio) * 16_000 / rate)) / 16_000
        phonemes, offset = [], 0
        for part in parts:
            phonemes += [(one.ipa, one.start_ms + offset, one.end_ms + offset) for one in part.phonemes if one.ipa]
            offset += part.duration_ms
        return np.interp(times, np.arange(len(audio)) / rate, audio).astype(np.float32), phonemes


@pytest.fixture(scope="module")
def native(models: ModelStore) -> Native:
    return Native(Piper(models.path("piper-joe")))


def recognised(text: str) -> tuple[Word, ...]:
    """Words as a recogniser would give them; only their spelling counts here."""
    return tuple(Word(text=word, start_ms=0, end_ms=0, confidence=0.9) for word in text.split())


def test_a_native_voice_scores_high_in_every_word(scorer: SphinxPronunciationScorer, native: Native) -> None:
    audio, _ = native.say(SENTENCE)
    said = scorer.score(audio, SENTENCE, recognised(SENTENCE))
    assert said.completeness == 100
    assert said.score > 75
    assert [word.text for word in said.words] == SENTENCE.rstrip(".").split()
    assert statistics.median(word.score for word in said.words) > 85


def test_phones_lie_where_the_voice_put_them(scorer: SphinxPronunciationScorer, native: Native) -> None:
    text = "Seven zebras met at the lake."
    audio, phonemes = native.say(text)
    hissing = {"s": "S", "z": "Z"}
    theirs = [(hissing[ipa], (start + end) / 2) for ipa, start, end in phonemes if ipa in hissing]
    phones = [phone for word in scorer.score(audio, text).words for phone in word.phones]
    ours = [(one.phone, (one.start_ms + one.end_ms) / 2) for one in phones if one.phone in hissing.values()]
    assert [phone for phone, _ in ours] == [phone for phone, _ in theirs] == ["S", "Z", "Z"]
    assert all(abs(a - b) <= 50 for (_, a), (_, b) in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("with_words", [True, False])
def test_another_sentence_than_the_text_scores_next_to_nothing(
    scorer: SphinxPronunciationScorer, native: Native, with_words: bool
) -> None:
    audio, _ = native.say(OTHER)
    said = scorer.score(audio, SENTENCE, recognised(OTHER) if with_words else ())
    assert said.score < 20
    assert said.completeness < 40


def test_words_left_out_at_the_end_are_not_spoken_and_the_others_are(
    scorer: SphinxPronunciationScorer, native: Native
) -> None:
    audio, _ = native.say("My little sister thinks that the weather is better.")
    text = "My little sister thinks that the weather is better in every summer holiday"
    said = scorer.score(audio, text, recognised("my little sister thinks that the weather is better"))
    spoken = [word.text for word in said.words if word.spoken]
    assert spoken[:9] == text.split()[:9]
    assert {"summer", "holiday"} & set(spoken) == set()
    assert all(word.score == 0 and word.phones == () for word in said.words if not word.spoken)
    assert said.completeness == pytest.approx(100 * len(spoken) / 13, abs=0.1)


def test_sink_for_think_costs_its_first_phone(scorer: SphinxPronunciationScorer, native: Native) -> None:
    right, _ = native.say("I think it is good.")
    wrong, _ = native.say("I sink it is good.")
    text = "I think it is good"
    first, second = (scorer.score(audio, text, recognised(text)).words[1].phones[0] for audio in (right, wrong))
    assert first.phone == second.phone == "TH"
    assert second.score < first.score - 15
    assert (first.heard, second.heard) == ("", "S")


def test_names_and_numbers_that_no_dictionary_has_are_scored_too(
    scorer: SphinxPronunciationScorer, native: Native
) -> None:
    text = "Colloquy opened 21 blimfings."
    audio, _ = native.say(text)
    said = scorer.score(audio, text, recognised(text))
    assert [word.text for word in said.words] == ["Colloquy", "opened", "21", "blimfings"]
    assert all(word.spoken and word.phones for word in said.words)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 3.0])
def test_silence_has_said_nothing(scorer: SphinxPronunciationScorer, seconds: float) -> None:
    said = scorer.score(np.zeros(round(seconds * 16_000), np.float32), SENTENCE)
    assert (said.score, said.completeness) == (0, 0)
    assert not any(word.spoken for word in said.words)


def test_a_recording_too_short_for_its_text_has_not_said_it(scorer: SphinxPronunciationScorer, native: Native) -> None:
    audio, _ = native.say("Yes.")
    said = scorer.score(audio, " ".join(["something"] * 150), recognised("Yes."))
    assert said.completeness < 10
    assert said.score < 10


def test_noise_has_not_said_a_sentence(scorer: SphinxPronunciationScorer) -> None:
    noise = np.random.default_rng(4).normal(0, 0.05, 48_000).astype(np.float32)
    assert scorer.score(noise, SENTENCE).score < 20


def test_samples_that_are_not_finite_are_refused(scorer: SphinxPronunciationScorer) -> None:
    with pytest.raises(EngineInputError) as refused:
        scorer.score(np.full(16_000, np.nan, np.float32), SENTENCE)
    assert refused.value.code == "audio_not_finite"


def test_the_engine_tells_its_version_and_the_hash_of_its_model(scorer: SphinxPronunciationScorer) -> None:
    assert scorer.version[0].isdigit()
    assert len(bytes.fromhex(scorer.digest)) == 32


@pytest.mark.parametrize(
    ("expected", "recognised_words", "heard"),
    [
        ("I like dogs", "I like dogs", (True, True, True)),
        ("I like dogs", "I, like, dogs.", (True, True, True)),
        ("I like dogs", "I liked ducks", (True, True, False)),
        ("I like dogs", "", (False, False, False)),
        ("I like big dogs", "I like dogs", (True, True, False, True)),
        ("I like dogs", "my neighbour sings", (False, False, False)),
    ],
)
def test_words_count_as_heard_when_they_are_alike_and_in_order(
    expected: str, recognised_words: str, heard: tuple[bool, ...]
) -> None:
    assert heard_words(expected.split(), recognised_words.split()) == heard


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the learners' recordings are not in {CORPUS}")
def test_scores_of_learners_rise_with_those_of_experts(scorer: SphinxPronunciationScorer) -> None:
    import soundfile

    lines = (CORPUS / "utterances.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in random.Random(99).sample(lines, 30)]
    ours = [scorer.score(soundfile.read(CORPUS / row["audio"], dtype="float32")[0], row["text"]).score for row in rows]
    assert statistics.correlation(ours, [row["total"] for row in rows]) > 0.5
