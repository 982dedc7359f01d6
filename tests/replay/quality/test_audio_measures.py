"""Measures of recordings, on sounds whose figures arithmetic tells."""

import numpy as np
import pytest

from actors.ports import SAMPLE_RATE_HZ, Audio
from replay.quality.activity import lead_ms, speech_ratio, tail_ms
from replay.quality.loudness import loudness_lufs

WINDOW = 512
SPEECH, PAUSE = 1.0, 0.0


def tone(level_db: float, seconds: float, hertz: float = 997.0) -> Audio:
    """A sine whose peak is ``level_db`` of full scale."""
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def probabilities(*stretches: tuple[float, int]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Windows of equal probability, stretch after stretch."""
    return np.concatenate([np.full(windows, value, np.float32) for value, windows in stretches])


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
