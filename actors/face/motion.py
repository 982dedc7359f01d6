"""How the tutor moves: blinks, breathing, gaze, head and mood, as functions of seed and time. Draws nothing.

All of it depends on (seed, time in the turn) only, so that segments rendered one by one join smoothly and the same
track always gives the same frames. People blink 10-20 times a minute, more in talk than at rest (Bentivoglio et al.
1997, "Analysis of blink rate patterns in normal subjects"); a blink closes in about 80 ms and opens in about 140 ms.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.ports import EngineInputError

Series = NDArray[np.floating[Any]]

BREATH_PERIOD_MS = 4000
_BLINK_SLOT_MS = 3400
_GAZE_SLOT_MS = 1900
_SETTLE_MS = 900
_MOOD_MS = 420


class Mood(Struct, frozen=True, kw_only=True):
    """One emotion in the face. Brows and smile in design units, tilt in degrees, the others 0..1."""

    smile: float = 5.4
    brow_raise: float = 0.0
    brow_inner: float = 0.0
    brow_uneven: float = 0.0
    squint: float = 0.0
    widen: float = 0.0
    cheek: float = 0.0
    tilt: float = 0.0
    nod: float = 0.0
    look_x: float = 0.0
    look_y: float = 0.0


MOODS: dict[str, Mood] = {
    "neutral": Mood(),
    "happy": Mood(smile=10.0, brow_raise=3.0, squint=0.32, cheek=1.0, tilt=1.2, nod=-0.6),
    "encouraging": Mood(smile=7.5, brow_raise=5.0, brow_inner=2.5, widen=0.12, cheek=0.55, tilt=3.6, nod=1.4),
    "thoughtful": Mood(
        smile=2.2, brow_raise=0.5, brow_inner=-0.4, brow_uneven=5.5, squint=0.12, tilt=-3.4, look_x=-5.0, look_y=-4.5
    ),
}


class UnknownEmotion(EngineInputError):
    """An emotion that the face does not know."""


class Motion(Struct, frozen=True, kw_only=True):
    """A series for each thing that moves, one figure a frame. Positions in design units, angles in degrees.

    ``lids`` is 0 for open eyes and 1 for closed ones, ``breath`` runs from 0 (out) to 1 (in).
    """

    x: Series
    y: Series
    tilt: Series
    turn: Series
    nod: Series
    breath: Series
    lids: Series
    gaze_x: Series
    gaze_y: Series
    mood: tuple[Mood, ...]


def mood_of(emotion: str) -> Mood:
    """The face of an emotion, or `UnknownEmotion`."""
    try:
        return MOODS[emotion]
    except KeyError:
        message = f"no face shows {emotion!r}: use one of {', '.join(MOODS)}"
        raise UnknownEmotion("emotion_unknown", message) from None


def turn_motion(times_ms: Series, openness: Series, seed: int) -> Motion:
    """Motion in a turn. ``times_ms`` counts from the turn's start, ``openness`` (0..1) is the mouth's at each frame."""
    settled = _smooth(times_ms / _SETTLE_MS)
    accent = _accent(openness)
    x, y, tilt, turn, nod = (settled * _wander(times_ms, seed, part) for part in range(5))
    return Motion(
        x=2.2 * x + 0.6 * accent * np.sin(times_ms / 610),
        y=1.2 * y + 2.6 * accent,
        tilt=1.5 * tilt + 0.5 * accent * np.sin(times_ms / 830 + 1),
        turn=3.4 * turn,
        nod=1.6 * nod + 2.8 * accent,
        breath=breathing(times_ms),
        lids=_blinks(times_ms, seed),
        gaze_x=settled * _gaze(times_ms, seed, 0),
        gaze_y=settled * _gaze(times_ms, seed, 1),
        mood=(),
    )


def idle_motion(times_ms: Series, length_ms: float, seed: int) -> Motion:
    """Motion of a listening tutor that ends as it begins, so that it loops."""
    edge = _smooth(np.minimum(times_ms, length_ms - times_ms) / _SETTLE_MS)
    x, y, tilt, turn, nod = (edge * _wander(times_ms, seed, part) for part in range(5))
    attention = edge * (1 - np.cos(2 * np.pi * times_ms / length_ms)) / 2
    return Motion(
        x=2.0 * x,
        y=1.0 * y,
        tilt=1.3 * tilt + 1.4 * attention,
        turn=2.6 * turn,
        nod=1.2 * nod + 1.2 * attention,
        breath=breathing(times_ms),
        lids=_blinks(times_ms, seed) * edge,
        gaze_x=edge * _gaze(times_ms, seed, 0),
        gaze_y=edge * _gaze(times_ms, seed, 1),
        mood=(),
    )


def breathing(times_ms: Series) -> Series:
    """Breath from 0 to 1, in faster than out, starting with an empty chest."""
    phase = (times_ms / BREATH_PERIOD_MS) % 1.0
    inhaled = 0.42
    rising = _smooth(phase / inhaled)
    falling = _smooth((1 - phase) / (1 - inhaled))
    return np.where(phase < inhaled, rising, falling)


def blended(first: Mood, second: Mood, share: float) -> Mood:
    """The mood between two."""
    mixed = {
        name: getattr(first, name) + (getattr(second, name) - getattr(first, name)) * share
        for name in Mood.__struct_fields__
    }
    return Mood(**mixed)


def mood_course(times_ms: Series, before: Mood, during: Mood) -> tuple[Mood, ...]:
    """The mood of each frame when it changes from one to another at the start of the times."""
    shares = _smooth((times_ms - times_ms[0]) / _MOOD_MS)
    return tuple(blended(before, during, float(share)) for share in shares)


def blink_times(seed: int, until_ms: float) -> Iterator[float]:
    """When the eyes close, from the turn's start on: at irregular times, now and then twice, now and then not."""
    for slot in range(int(until_ms // _BLINK_SLOT_MS) + 1):
        kind = _random(seed, "blink", slot)
        at = _BLINK_SLOT_MS * (slot + 0.2 + 0.62 * _random(seed, "blink time", slot))
        if kind > 0.1 or slot == 0:
            yield at
        if kind > 0.86:
            yield at + 330


def _blinks(times_ms: Series, seed: int) -> Series:
    lids = np.zeros_like(times_ms)
    for at in blink_times(seed, float(times_ms[-1]) + _BLINK_SLOT_MS):
        lids = np.maximum(lids, np.interp(times_ms, [at - 90, at - 15, at + 25, at + 170], [0, 1, 1, 0]))
    return lids * lids * (3 - 2 * lids)


def _gaze(times_ms: Series, seed: int, axis: int) -> Series:
    """Quick shifts between looking at the learner (mostly) and beside; -1..1 scaled to a few design units."""
    slots = range(int(times_ms[0] // _GAZE_SLOT_MS) - 1, int(times_ms[-1] // _GAZE_SLOT_MS) + 2)
    gaze = np.zeros_like(times_ms)
    for slot in slots:
        if slot < 0:
            continue
        start = _GAZE_SLOT_MS * (slot + 0.7 * _random(seed, "gaze time", slot))
        away = _random(seed, "gaze", slot) > 0.72
        place = 2 * _random(seed, f"gaze {axis}", slot) - 1
        target = place * ((5.5, 2.4)[axis] if away else (1.2, 0.7)[axis])
        share = _smooth((times_ms - start) / 90)
        gaze = gaze * (1 - share) + target * share
    return gaze


def _wander(times_ms: Series, seed: int, part: int) -> Series:
    """Slow smooth noise in about -1..1: three sines with periods that do not fit each other."""
    total = np.zeros_like(times_ms)
    for index, (period, size) in enumerate(((7300, 0.55), (4100, 0.3), (2300, 0.15))):
        stretch = 0.85 + 0.3 * _random(seed, "period", part * 10 + index)
        phase = 2 * np.pi * _random(seed, "phase", part * 10 + index)
        total += size * np.sin(2 * np.pi * times_ms / (period * stretch) + phase)
    return total


def _accent(openness: Series) -> Series:
    """Where the speech is strong: slow part of the mouth's opening, zero at both ends of the segment."""
    if len(openness) < 3:
        return np.zeros_like(openness)
    window = np.hanning(11)
    window /= window.sum()
    slow = np.convolve(np.pad(openness, 5, mode="edge"), window, mode="valid")
    very_slow = np.convolve(np.pad(openness, 20, mode="edge"), np.ones(41) / 41, mode="valid")
    frames = np.arange(len(openness))
    edge = _smooth(np.minimum(frames, len(openness) - 1 - frames) / 6)
    accent: Series = np.clip((slow - very_slow) * 3.0, -0.6, 1.0) * edge
    return accent


def _smooth(share: Series) -> Series:
    share = np.clip(share, 0, 1)
    smoothed: Series = share * share * (3 - 2 * share)
    return smoothed


def _random(seed: int, name: str, index: int) -> float:
    """A number in 0..1 that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}/{name}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
