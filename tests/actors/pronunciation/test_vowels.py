"""Vowels of a signal whose figures are known."""

import numpy as np
import pytest

from actors.assessment.praat import PraatProsodyAnalyser
from actors.assessment.tracks import Tracks
from actors.pronunciation.vowels import vowels
from events.values import PhoneScore
from tests.actors.assessment.test_praat import silence, voice

TIMES_S = np.arange(100) / 100
UNVOICED = Tracks(f0_times_s=TIMES_S, f0_hz=np.zeros(100), level_times_s=TIMES_S, levels_db=np.full(100, 70.0))


def test_the_vowels_of_a_word_are_measured_where_they_are() -> None:
    phones = [
        PhoneScore(phone="B", start_ms=300, end_ms=400, score=0),
        PhoneScore(phone="AE", start_ms=400, end_ms=700, score=0),
        PhoneScore(phone="ER", start_ms=900, end_ms=1100, score=0),
    ]
    audio = np.concatenate((silence(0.3), voice(200.0, 0.5, 0.3), voice(260.0, 0.5, 0.03), silence(0.3)))
    found = PraatProsodyAnalyser().tracks(audio)
    assert found is not None
    first, second = vowels(phones, found)
    assert (first.phone, first.start_ms, first.end_ms, second.phone) == ("AE", 400, 700, "ER")
    assert first.f0_hz == pytest.approx(200, abs=1)
    assert second.f0_hz == pytest.approx(260, abs=1)
    assert first.level_db is not None
    assert second.level_db is not None
    assert first.level_db - second.level_db == pytest.approx(20, abs=1)


def test_a_vowel_where_nothing_is_voiced_has_no_pitch() -> None:
    (one,) = vowels([PhoneScore(phone="AH", start_ms=0, end_ms=100, score=0)], UNVOICED)
    assert (one.f0_hz, one.level_db) == (None, 70.0)
