"""Clipping of sounds that arithmetic clips."""

import numpy as np
import pytest

from actors.hearing.clipping import clipped_ratio
from actors.ports import SAMPLE_RATE_HZ, Audio


def tone(level_db: float, seconds: float, hertz: float = 997.0) -> Audio:
    """A sine whose peak is ``level_db`` of full scale."""
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


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
