"""Measures lip sync: how far the mouth is open in pictures, and how far that lies from the voice's energy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actors.face.figure import mouth_box

Series = NDArray[np.float64]


def mouth_opening(pictures: Sequence[NDArray[np.uint8]]) -> Series:
    """The share of dark (inside) or white (teeth) pixels where the mouth is, in each BGR picture.

    Good for tutors whose skin and lips are neither: maya.
    """
    y0, y1, x0, x1 = mouth_box()
    mouths = np.stack([picture[y0:y1, x0:x1] for picture in pictures]).astype(np.float64)
    luma = mouths @ np.array([0.114, 0.587, 0.299])
    return ((luma < 60) | (luma > 222)).mean(axis=(1, 2))


def energy_of(samples: NDArray[np.int16], sample_rate_hz: int) -> Series:
    """RMS of each 40 ms."""
    frame = sample_rate_hz // 25
    whole = samples[: len(samples) // frame * frame].astype(np.float64)
    return np.sqrt((whole.reshape(-1, frame) ** 2).mean(axis=1))


def best_offset(opening: Series, energy: Series) -> tuple[float, int]:
    """The highest correlation and its offset: positive when the mouth comes late, in ms (steps of 5)."""
    frames = np.arange(len(energy)) * 40.0
    grid = np.arange(0, frames[-1], 5.0)
    mouth, sound = (np.interp(grid, frames, series) for series in (opening, energy))
    return max(
        (
            float(
                np.corrcoef(mouth[max(0, k) : len(grid) + min(0, k)], sound[max(0, -k) : len(grid) - max(0, k)])[0, 1]
            ),
            5 * k,
        )
        for k in range(-60, 61)
    )
