import os
import random

import numpy as np
import pytest

from actors.models import ModelStore
from actors.models.errors import ModelError
from actors.ports import SAMPLE_RATE_HZ
from actors.voice.kokoro import Kokoro
from training_actors.pronunciation import synthesis
from training_actors.pronunciation.disturbance import disturbed, surrounded
from training_actors.pronunciation.synthesis import Labelled, TimedPhone, spoken

WORDS = [["DH", "AH"], ["K", "AE", "T"], ["S", "AE", "T"]]


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    store = ModelStore.for_user(os.environ)
    try:
        return Kokoro(store.fetch("kokoro-82m-int8"), store.fetch("kokoro-voices") / "voices")
    except ModelError as error:
        pytest.skip(f"Kokoro cannot be had: {error}")


def test_without_slips_the_phones_of_the_words_are_spoken_in_order_inside_the_recording(
    kokoro: Kokoro,
) -> None:
    speech = spoken(kokoro, ["af_heart"], WORDS, random.Random(3), slips=False)
    assert [one.phone for one in speech.phones] == ["DH", "AH", "K", "AE", "T", "S", "AE", "T"]
    assert all(one.start < one.end for one in speech.phones)
    assert all(one.end <= other.start for one, other in zip(speech.phones, speech.phones[1:], strict=False))
    assert speech.phones[-1].end <= len(speech.samples)
    # vowels are loud where their labels are: louder than the T before the pause
    levels = {
        index: float(np.square(speech.samples[one.start : one.end]).mean()) for index, one in enumerate(speech.phones)
    }
    assert levels[3] > levels[4]
    assert levels[6] > levels[7]


def test_the_same_random_numbers_give_the_same_speech(kokoro: Kokoro) -> None:
    first, again = (spoken(kokoro, ["af_heart", "am_adam"], WORDS, random.Random(5)) for _ in range(2))
    assert first.phones == again.phones
    assert np.array_equal(first.samples, again.samples)


def test_slips_replace_drop_and_put_in_phones_in_more_than_half_of_the_sentences() -> None:
    rng = random.Random(0)
    said = [synthesis._with_slips(WORDS, rng) for _ in range(300)]
    changed = sum(one != WORDS for one in said)
    assert 0.4 * 300 <= changed <= 0.62 * 300
    assert any(sum(map(len, one)) < 8 for one in said)
    assert any(sum(map(len, one)) > 8 for one in said)


def test_a_disturbance_keeps_labels_with_their_sounds() -> None:
    samples = np.zeros(SAMPLE_RATE_HZ, np.float32)
    samples[4000:8000] = np.sin(np.arange(4000) * 0.3).astype(np.float32)
    speech = Labelled(samples=samples, phones=(TimedPhone(phone="AA", start=4000, end=8000),))
    for seed in range(12):
        heard = surrounded(disturbed(speech, np.random.default_rng(seed)), np.random.default_rng(seed))
        (phone,) = heard.phones
        inside = float(np.square(heard.samples[phone.start : phone.end]).mean())
        before = float(np.square(heard.samples[: phone.start]).mean())
        assert inside > 2 * before
        assert np.isfinite(heard.samples).all()
