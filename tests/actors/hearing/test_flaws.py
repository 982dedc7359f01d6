"""Recordings that cannot be trusted, made of one that can."""

from collections.abc import Callable

import numpy as np
import pytest

from actors.hearing.flaws import RecordingWarning, brightness_db, crest_db, flaws
from actors.hearing.silero import SileroDetector
from actors.hearing.windows import speech_probabilities
from actors.ports import SAMPLE_RATE_HZ, Audio
from tests.actors.conftest import Said

RNG = np.random.default_rng(8)


@pytest.fixture(scope="module")
def speech(say: Callable[[str], Said]) -> Audio:
    return say("My sister reads old books, and she sings in the choir.").audio


Found = Callable[[Audio], tuple[RecordingWarning, ...]]


@pytest.fixture
def found(silero: SileroDetector) -> Found:
    return lambda audio: flaws(audio, speech_probabilities(audio, silero))


def below(audio: Audio, hertz: float) -> Audio:
    """What a telephone lets through."""
    spectrum = np.fft.rfft(audio)
    spectrum[np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE_HZ) > hertz] = 0
    return np.fft.irfft(spectrum, len(audio)).astype(np.float32)


def noisy(audio: Audio, ratio_db: float) -> Audio:
    """With white noise so much below the speech, which lasts from half a second to half a second before the end."""
    level = np.sqrt((audio[SAMPLE_RATE_HZ // 2 : -SAMPLE_RATE_HZ // 2] ** 2).mean())
    return audio + RNG.normal(0, level / 10 ** (ratio_db / 20), len(audio)).astype(np.float32)


def test_a_good_recording_has_no_flaw(speech: Audio, found: Found) -> None:
    assert found(speech) == ()
    assert found(0.01 * speech) == ()


@pytest.mark.parametrize("times", [5, 40])
def test_what_is_clipped_at_full_scale_is_said_to_be(speech: Audio, found: Found, times: float) -> None:
    (flaw,) = found(np.clip(times * speech / np.abs(speech).max(), -1, 1))
    assert flaw.kind == "clipped"
    assert 0.005 < flaw.value < 1
    assert flaw.trust < 1


def test_what_was_clipped_and_then_turned_down_is_flattened(speech: Audio, found: Found) -> None:
    (flaw,) = found(0.3 * np.clip(10 * speech / np.abs(speech).max(), -1, 1))
    assert flaw.kind == "flattened"
    assert "clipping" in flaw.told


def test_a_telephones_band_is_narrow(speech: Audio, found: Found) -> None:
    (flaw,) = found(below(speech, 4000))
    assert flaw.kind == "narrow_band"


def test_speech_beside_as_loud_a_noise_is_noisy(speech: Audio, found: Found) -> None:
    (flaw,) = found(noisy(speech, 3))
    assert flaw.kind == "noisy"
    assert flaw.value == pytest.approx(3, abs=1.5)


@pytest.mark.parametrize("audio", [np.zeros(0, np.float32), np.zeros(100, np.float32), np.zeros(32_000, np.float32)])
def test_silence_has_no_flaw_of_these(audio: Audio, found: Found) -> None:
    assert found(audio) == ()


def test_a_sine_has_a_crest_of_three_decibels_and_none_of_its_level_above_4_khz() -> None:
    sine = np.sin(2 * np.pi * 2500 * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ).astype(np.float32)
    assert crest_db(sine) == pytest.approx(10 * np.log10(2), abs=0.01)
    bright = brightness_db(sine)
    assert bright is not None
    assert bright < -60


def test_white_noise_is_as_loud_above_4_khz_as_below() -> None:
    noise = RNG.normal(0, 0.1, 10 * SAMPLE_RATE_HZ).astype(np.float32)
    assert brightness_db(noise) == pytest.approx(0, abs=2)  # a tenth of the frames happens to be brighter
