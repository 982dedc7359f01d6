"""F0 by Praat itself, run by scripts in its own language, and how far a contour of ours agrees with it."""

from collections.abc import Sequence

import numpy as np
import parselmouth
from msgspec import Struct
from numpy.typing import NDArray

from actors.ports import SAMPLE_RATE_HZ, Audio
from events.values import PitchPoint

_TRACK = 'To Pitch (ac): {step}, {floor}, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, {ceiling}\n'
"""The costs are Praat's defaults."""

TWO_PASSES = (
    'sound = selected ("Sound")\n'
    + _TRACK.format(step=0.02, floor=60, ceiling=700)
    + 'low = Get quantile: 0, 0, 0.35, "Hertz"\n'
    + 'high = Get quantile: 0, 0, 0.65, "Hertz"\n'
    + "floor = max (0.72 * low - 10, 55)\n"
    + "ceiling = max (1.9 * high + 10, 120)\n"
    + "selectObject: sound\n"
    + _TRACK.format(step=0.01, floor="floor", ceiling="ceiling")
)
"""De Looze & Rauzy (2009), with the ends that the docstring of `actors.assessment.praat` tells."""

DEFAULT = _TRACK.format(step=0.01, floor=75, ceiling=600)

CLOSE = 0.01
OCTAVE = 0.1
"""So near to twice or half of it a figure is an octave off."""
NEIGHBOURS_S = 0.0125
"""Frames of 10 ms that lie further apart have an unvoiced one between them."""

Values = NDArray[np.float64]


class Track(Struct, frozen=True, kw_only=True):
    """Voiced frames: their times (s) and F0 (Hz)."""

    times: Values
    f0: Values


class Agreement(Struct, frozen=True, kw_only=True):
    """Of ``ours`` voiced frames ``both`` are Praat's too; of these ``close`` within 1 %, ``octave`` an octave off."""

    ours: int = 0
    both: int = 0
    close: int = 0
    octave: int = 0

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(
            ours=self.ours + other.ours,
            both=self.both + other.both,
            close=self.close + other.close,
            octave=self.octave + other.octave,
        )


def by_praat(audio: Audio, script: str) -> Track:
    """What a script that tracks the selected sound finds."""
    made = parselmouth.praat.run(parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE_HZ), script)
    pitch = made[-1] if isinstance(made, list) else made
    f0 = pitch.selected_array["frequency"]
    return Track(times=pitch.xs()[f0 > 0], f0=f0[f0 > 0])


def agreement(ours: Sequence[PitchPoint], praat: Track) -> Agreement:
    """Each point of ours beside Praat's F0 at its time, linear between two frames."""
    if not ours or len(praat.times) < 2:
        return Agreement(ours=len(ours))
    times = np.array([point.time_ms / 1000 for point in ours])
    after = np.clip(np.searchsorted(praat.times, times), 1, len(praat.times) - 1)
    gaps = praat.times[after] - praat.times[after - 1]
    inside = (gaps <= NEIGHBOURS_S) & (times >= praat.times[0]) & (times <= praat.times[-1])
    beside = np.minimum(np.abs(praat.times[after] - times), np.abs(praat.times[after - 1] - times)) <= 0.001
    both = inside | beside
    theirs = np.where(inside, np.interp(times, praat.times, praat.f0), _nearest(praat, times))
    ratio = (np.array([point.f0_hz for point in ours]) / theirs)[both]
    return Agreement(
        ours=len(ours),
        both=int(both.sum()),
        close=int((np.abs(ratio - 1) <= CLOSE).sum()),
        octave=int(((np.abs(ratio / 2 - 1) <= OCTAVE) | (np.abs(ratio * 2 - 1) <= OCTAVE)).sum()),
    )


def _nearest(praat: Track, times: Values) -> Values:
    found: Values = praat.f0[np.abs(praat.times[None, :] - times[:, None]).argmin(axis=1)]
    return found
