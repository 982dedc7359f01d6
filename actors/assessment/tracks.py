"""F0 and intensity frame by frame, and the voice that is clear in them. Judges nothing."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events.values import PitchPoint

Values = NDArray[np.float64]

CLEAR_BELOW_PEAK_DB = 20.0
"""Fainter voice is the creak and breath that a word ends in, where F0 jumps by octaves."""
SHORTEST_CLEAR_FRAMES = 6
JUMP_SEMITONES = 4.0
"""Between two frames of 10 ms: no voice moves so fast (Xu & Sun 2002: such a rise takes 125 ms)."""


class Tracks(Struct, frozen=True, kw_only=True):
    """Frames of 10 ms: F0 in Hz (0 where it is not voiced) and intensity in dB, each at its own times in seconds."""

    f0_times_s: Values
    f0_hz: Values
    level_times_s: Values
    levels_db: Values


def clear_contour(tracks: Tracks) -> tuple[PitchPoint, ...]:
    """The voiced frames within 20 dB of the loudest one, in runs of 60 ms and more without a jump."""
    voiced = tracks.f0_hz > 0
    levels = np.interp(tracks.f0_times_s, tracks.level_times_s, tracks.levels_db)
    clear = np.flatnonzero(voiced & (levels >= levels[voiced].max(initial=-np.inf) - CLEAR_BELOW_PEAK_DB))
    semitones = 12 * np.log2(tracks.f0_hz[clear])
    parted = (np.diff(clear) > 1) | (np.abs(np.diff(semitones)) > JUMP_SEMITONES)
    runs = np.split(clear, np.flatnonzero(parted) + 1)
    return tuple(
        PitchPoint(time_ms=round(float(tracks.f0_times_s[i]) * 1000), f0_hz=round(float(tracks.f0_hz[i]), 1))
        for run in runs
        if len(run) >= SHORTEST_CLEAR_FRAMES
        for i in run
    )
