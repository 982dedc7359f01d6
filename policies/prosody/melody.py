"""How a voice moves: its range, and whether it rises or falls at the end. Semitones throughout.

The range is that of Mennen, Schaeffler & Docherty (2012), between two percentiles, so that a few octave errors do not
count. Listeners tell changes of pitch apart from 1.5 to 2 semitones ('t Hart 1981).
"""

from collections.abc import Sequence
from math import log2
from statistics import median

from events.values import Ending, PitchPoint
from policies.prosody.phrasing import Placed
from policies.prosody.text import FALL, LEVEL, RISE

FEWEST_POINTS = 20
"""Of a range."""

MONOTONE_BELOW = 3.0
LEAST_MOVEMENT, MOST_MOVEMENT = 2.0, 10.0
"""Semitones. Beyond the second, the tracker has taken a creaking voice an octave too high or low."""

LONGEST_END_MS = 600
"""The last accent and what follows it."""
SMOOTHED = 5
"""Frames whose median is taken."""
FEWEST_LAST_POINTS = 5
"""In the last word."""


def semitones(f0_hz: float, above_hz: float) -> float:
    """Twelve to the octave."""
    return 12 * log2(f0_hz / above_hz)


def range_semitones(contour: Sequence[PitchPoint]) -> float | None:
    """Distance of the 5th and 95th percentile of F0 in semitones, None for too short a contour."""
    track = sorted(point.f0_hz for point in contour)
    if len(track) < FEWEST_POINTS:
        return None
    return semitones(track[round(0.95 * (len(track) - 1))], track[round(0.05 * (len(track) - 1))])


def ending(contour: Sequence[PitchPoint], last: Placed) -> Ending | None:
    """How the voice moves last, up to the end of the ``last`` word; it turns where it goes back by `LEAST_MOVEMENT`.

    ``contour`` holds clear voice only: what creaks and breathes at the end jumps about.

    None where that cannot be told: too little of that word is voiced, or it creaks.
    """
    heard = [point for point in contour if point.time_ms <= last.end_ms]
    if sum(point.time_ms >= last.start_ms for point in heard) < FEWEST_LAST_POINTS:
        return None
    end = [point for point in heard if point.time_ms > heard[-1].time_ms - LONGEST_END_MS]
    track = _smoothed([semitones(point.f0_hz, end[0].f0_hz) for point in end])
    turn = _last_turn(track)
    moved = track[-1] - track[turn]
    if abs(moved) > MOST_MOVEMENT:
        return None
    return Ending(
        start_ms=end[turn].time_ms, end_ms=end[-1].time_ms, semitones=round(moved, 1), movement=movement(moved)
    )


def movement(moved: float) -> str:
    """Of a number of semitones."""
    if abs(moved) < LEAST_MOVEMENT:
        return LEVEL
    return RISE if moved > 0 else FALL


def _smoothed(track: Sequence[float]) -> list[float]:
    half = SMOOTHED // 2
    return [median(track[max(0, index - half) : index + half + 1]) for index in range(len(track))]


def _last_turn(track: Sequence[float]) -> int:
    """The peak or trough from which the last movement of `LEAST_MOVEMENT` and more sets out; 0 without one."""
    turn, direction, extreme = 0, 0, 0
    low, high = 0, 0
    for index, value in enumerate(track):
        since = value - track[extreme]
        if direction == 0:
            low, high = min(low, index, key=track.__getitem__), max(high, index, key=track.__getitem__)
            if track[high] - track[low] >= LEAST_MOVEMENT:
                turn, direction, extreme = min(low, high), (1 if high > low else -1), index
        elif since * direction >= 0:
            extreme = index
        elif abs(since) >= LEAST_MOVEMENT:
            turn, direction, extreme = extreme, -direction, index
    return turn
