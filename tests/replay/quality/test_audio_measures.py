"""Measures of recordings, on sounds whose figures arithmetic tells."""

import numpy as np
import pytest

from actors.ports import SAMPLE_RATE_HZ, Audio
from replay.quality.activity import lead_ms, speech_ratio, tail_ms
from replay.quality.clipping import clipped_ratio
from replay.quality.loudness import loudness_lufs
from replay.quality.snr import HIGHEST_DB, LOWEST_DB, snr_db

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


def test_speech_ratio_and_edges_are_told_from_the_windows() -> None:
    windows = probabilities((PAUSE, 5), (SPEECH, 10), (PAUSE, 3), (SPEECH, 1), (PAUSE, 1))
    assert speech_ratio(windows) == pytest.approx(11 / 20)
    assert lead_ms(windows) == pytest.approx(5 * 32)
    assert tail_ms(windows) == pytest.approx(1 * 32)


def test_a_recording_without_speech_has_no_edges() -> None:
    assert lead_ms(probabilities((PAUSE, 9))) is None
    assert tail_ms(probabilities((PAUSE, 9))) is None
    assert speech_ratio(probabilities((PAUSE, 9))) == 0.0


@pytest.mark.parametrize("level_db", [-40.0, -20.0, -6.0])
def test_loudness_of_a_997_hz_tone_is_three_below_its_level(level_db: float) -> None:
    """BS.1770-4: a 997 Hz sine of 0 dB on one channel is -3.01 LKFS."""
    assert loudness_lufs(tone(level_db, 5)) == pytest.approx(level_db - 3.01, abs=0.1)


def test_pauses_do_not_make_a_recording_less_loud() -> None:
    spoken = np.concatenate((np.zeros(5 * SAMPLE_RATE_HZ, np.float32), tone(-20, 5)))
    assert loudness_lufs(spoken) == pytest.approx(-23.01, abs=0.3)


@pytest.mark.parametrize("audio", [tone(-20, 0.39), np.zeros(2 * SAMPLE_RATE_HZ, np.float32)])
def test_what_is_shorter_than_a_block_or_silent_has_no_loudness(audio: Audio) -> None:
    assert loudness_lufs(audio) is None


def test_samples_cut_off_at_full_scale_are_counted() -> None:
    audio = np.zeros(1000, np.float32)
    audio[100:110] = 1.0
    audio[200:205] = -1.0
    audio[300:302] = 1.0  # two may be a peak that just fits
    assert clipped_ratio(audio) == pytest.approx(15 / 1000)


def test_a_loud_tone_that_fits_is_not_clipped_and_one_that_does_not_is() -> None:
    assert clipped_ratio(tone(0, 1, hertz=440)) == 0.0
    # |sin| stays above 1/2 for two thirds of its time: 6.02 dB too loud clips two thirds.
    assert clipped_ratio(np.clip(tone(6.02, 1, hertz=50), -1, 1)) == pytest.approx(2 / 3, abs=0.01)


def test_nothing_has_no_clipping() -> None:
    assert clipped_ratio(np.zeros(0, np.float32)) is None
