"""Signal-to-noise ratio of sounds whose powers are given."""

import numpy as np
import pytest

from actors.hearing.snr import HIGHEST_DB, LOWEST_DB, snr_db
from actors.ports import SAMPLE_RATE_HZ, Audio

WINDOW = 512
SPEECH, PAUSE = 1.0, 0.0


def tone(level_db: float, seconds: float, hertz: float = 997.0) -> Audio:
    """A sine whose peak is ``level_db`` of full scale."""
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def noise(power: float, samples: int, seed: int = 7) -> Audio:
    return np.random.default_rng(seed).normal(0, np.sqrt(power), samples).astype(np.float32)


def probabilities(*stretches: tuple[float, int]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Windows of equal probability, stretch after stretch."""
    return np.concatenate([np.full(windows, value, np.float32) for value, windows in stretches])


@pytest.mark.parametrize("expected", [0.0, 10.0, 30.0])
def test_snr_is_the_power_of_speech_over_the_power_between(expected: float) -> None:
    background = noise(1e-6, 90 * WINDOW)
    audio = background.copy()
    audio[30 * WINDOW : 60 * WINDOW] += noise(1e-6 * 10 ** (expected / 10), 30 * WINDOW, seed=8)
    heard = snr_db(audio, probabilities((PAUSE, 30), (SPEECH, 30), (PAUSE, 30)))
    assert heard == pytest.approx(expected, abs=0.6)


def test_a_click_in_a_pause_does_not_count_as_background() -> None:
    audio = np.concatenate((noise(1e-6, 30 * WINDOW), noise(1e-3, 30 * WINDOW)))
    audio[10 * WINDOW] = 1.0
    # 30.004 dB: the speech has no noise under it, so its power less the background's is 1e-3 - 1e-6.
    assert snr_db(audio, probabilities((PAUSE, 30), (SPEECH, 30))) == pytest.approx(30.0, abs=0.6)


def test_digital_silence_in_the_pauses_is_told_as_the_highest_ratio() -> None:
    audio = np.concatenate((np.zeros(30 * WINDOW, np.float32), tone(-6, 1)[: 30 * WINDOW]))
    assert snr_db(audio, probabilities((PAUSE, 30), (SPEECH, 30))) == HIGHEST_DB


def test_speech_below_its_background_is_told_as_the_lowest_ratio() -> None:
    audio = np.concatenate((noise(1e-3, 30 * WINDOW), noise(1e-6, 30 * WINDOW)))
    assert snr_db(audio, probabilities((PAUSE, 30), (SPEECH, 30))) == LOWEST_DB


@pytest.mark.parametrize("stretches", [[(SPEECH, 30)], [(PAUSE, 30)], [(PAUSE, 4), (SPEECH, 26)]])
def test_without_speech_or_without_pause_there_is_no_ratio(stretches: list[tuple[float, int]]) -> None:
    assert snr_db(noise(1e-4, 30 * WINDOW), probabilities(*stretches)) is None
