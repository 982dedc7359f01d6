"""The mouth: its parameters for each viseme, their course over a track, and its outlines. Paints nothing.

Lengths are design units (see `actors.face.looks`), measured from the middle of the closed lips.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.face.canvas import Points
from actors.ports import EngineInputError
from events.values import Viseme
from policies.visemes import CONTACTS, VISEMES

PARAMETERS = ("width", "upper", "lower", "round", "press", "tuck", "upper_teeth", "lower_teeth", "tongue", "tip", "jaw")
"""Half width between the corners; how far the lips' inner edges part up and down; rounding; pressing together; lower
lip under the upper teeth; how far each row of teeth shows; height of the tongue (0..1); its tip out; the chin."""

Curve = NDArray[np.floating[Any]]

SHAPES: dict[str, tuple[float, ...]] = {
    #       wide   up   low round press tuck  upT  lowT tong  tip  jaw
    "sil": (35.0, 0.0, 0.0, 0.00, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "PP": (32.0, 0.0, 0.0, 0.10, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "FF": (34.0, 6.0, 0.5, 0.00, 0.0, 1.0, 8.0, 0.0, 0.0, 0.0, 0.15),
    "TH": (33.0, 4.0, 11.0, 0.00, 0.0, 0.0, 5.0, 0.0, 0.88, 1.0, 0.35),
    "DD": (37.5, 4.0, 6.0, 0.00, 0.0, 0.0, 6.0, 0.0, 0.5, 0.0, 0.2),
    "kk": (34.0, 4.0, 14.0, 0.00, 0.0, 0.0, 4.0, 0.0, 0.2, 0.0, 0.5),
    "CH": (23.5, 8.0, 8.5, 0.75, 0.0, 0.0, 8.0, 6.5, 0.0, 0.0, 0.15),
    "SS": (40.0, 4.5, 5.5, 0.00, 0.0, 0.0, 5.2, 3.9, 0.0, 0.0, 0.05),
    "nn": (34.0, 3.0, 9.0, 0.00, 0.0, 0.0, 2.4, 0.0, 0.95, 0.0, 0.35),
    "RR": (27.0, 4.5, 10.5, 0.50, 0.0, 0.0, 3.0, 0.0, 0.55, 0.0, 0.35),
    "aa": (35.5, 6.0, 28.0, 0.10, 0.0, 0.0, 7.0, 0.0, 0.22, 0.0, 1.0),
    "E": (39.5, 6.0, 17.0, 0.00, 0.0, 0.0, 7.0, 0.0, 0.4, 0.0, 0.6),
    "ih": (43.5, 4.5, 9.5, 0.00, 0.0, 0.0, 7.5, 0.0, 0.45, 0.0, 0.3),
    "oh": (24.5, 8.0, 20.0, 0.80, 0.0, 0.0, 2.5, 0.0, 0.15, 0.0, 0.75),
    "ou": (16.5, 5.0, 9.0, 1.00, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.35),
}
REST = np.array(SHAPES["sil"])
OPENING = PARAMETERS.index("lower")

_TARGETS = {name: np.array(values) for name, values in SHAPES.items()}
_STEP_MS = 4
_LOW_PASS_MS = 88
_CONTACT_RAMP_MS = 44
_CLOSING_MS = 72


class UnknownViseme(EngineInputError):
    """A viseme that is not one of the 15 of the OVR set."""


def course(visemes: Sequence[Viseme], times_ms: Curve) -> Curve:
    """Mouth parameters at the given times, shape (times, parameters).

    The timeline's steps are smoothed by a raised cosine (no delay); closed lips and lip-teeth contacts are then reached
    in full, with 44 ms to approach them, because a contact that is missed is the first thing that a viewer sees.
    The timeline's first and last shapes are held beyond its ends, so that segments cut inside a sentence join.
    """
    end_ms = max([float(times_ms[-1]) + _STEP_MS, *(float(each.end_ms) for each in visemes)])
    grid = np.arange(-_LOW_PASS_MS, end_ms + _LOW_PASS_MS, _STEP_MS, dtype=np.float64)
    steps = np.tile(REST, (len(grid), 1))
    first, last = (visemes[0].start_ms, visemes[-1].end_ms) if visemes else (0, 0)
    inner = np.clip(grid, first, last - _STEP_MS)
    for each in visemes:
        target = _TARGETS.get(each.viseme)
        if target is None:
            message = f"{each.viseme!r} is no viseme: use one of {', '.join(VISEMES)}"
            raise UnknownViseme("viseme_unknown", message)
        inside = (inner >= each.start_ms) & (inner < each.end_ms)
        steps[inside] = REST + (target - REST) * each.weight
    window = np.hanning(_LOW_PASS_MS // _STEP_MS + 1)
    window /= window.sum()
    smooth = np.stack([np.convolve(steps[:, k], window, mode="same") for k in range(steps.shape[1])], axis=1)
    moved = np.stack([np.interp(times_ms, grid, smooth[:, k]) for k in range(smooth.shape[1])], axis=1)
    return _with_contacts(moved, visemes, times_ms)


def _with_contacts(moved: Curve, visemes: Sequence[Viseme], times_ms: Curve) -> Curve:
    for each in visemes:
        if each.viseme not in CONTACTS:
            continue
        if each.viseme == "sil":
            knots = [each.start_ms, each.start_ms + _CLOSING_MS, each.end_ms - _CLOSING_MS / 2, each.end_ms]
        else:
            knots = [each.start_ms - _CONTACT_RAMP_MS, each.start_ms, each.end_ms, each.end_ms + _CONTACT_RAMP_MS]
        if knots[2] <= knots[1]:
            knots[1] = knots[2] = (each.start_ms + each.end_ms) / 2
        share = np.interp(times_ms, knots, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
        if each.viseme == "sil" and each.start_ms == 0:
            share[times_ms <= knots[2]] = 1.0
        share = (share * share * (3 - 2 * share))[:, None]
        moved = moved * (1 - share) + _TARGETS[each.viseme] * share
    return moved


class Lips(Struct, frozen=True, kw_only=True):
    """Outlines of one mouth: both lips, the opening between them, and what stands in it (closed shapes)."""

    gap: float
    upper: Points
    lower: Points
    opening: Points
    upper_teeth: Points
    lower_teeth: Points
    tongue: Points
    line: Points
    upper_edge: Points

    def placed(self, x: float, y: float, scale: float) -> "Lips":
        """The same mouth elsewhere, larger or smaller."""
        move = np.array([x, y])
        shapes = {name: getattr(self, name) * scale + move for name in self.__struct_fields__ if name != "gap"}
        return Lips(gap=self.gap * scale, **shapes)


_BEHIND = np.array([0.0, 6.0])
_X = np.linspace(-1, 1, 41)
_ABS = np.abs(_X)
_BOW = 1 - 0.24 * np.exp(-((_X / 0.13) ** 2)) + 0.10 * np.exp(-(((_ABS - 0.27) / 0.17) ** 2))


def lips(parameters: Curve, *, smile: float, upper_size: float, lower_size: float) -> Lips:
    """The outlines for one set of parameters.

    ``smile`` lifts the corners (design units); the sizes are how high each lip is at rest.
    """
    width, up, low, rounding, press, tuck, teeth_up, teeth_low, tongue, tip, _ = parameters
    width = width + 0.45 * max(smile, 0.0) * (1 - rounding)
    x = _X * width
    lift = smile * (1 - 0.6 * rounding)
    base = -lift * (_ABS**1.7) + 0.35 * lift
    top = base - up * (1 - _X**2) ** (0.8 - 0.3 * rounding)
    bottom = base + low * (1 - _ABS**2.3) ** (0.9 - 0.3 * min(1.0, low / 25) - 0.32 * rounding)
    thin = 1 - 0.45 * press
    upper_height = upper_size * thin * (1 + 0.2 * rounding) * (1 - 0.12 * min(1.0, up / 6))
    lower_height = lower_size * thin * (1 + 0.1 * rounding) * (1 - 0.55 * tuck) * (1 - 0.15 * min(1.0, low / 25))
    rim = (1 - _ABS**2.5) ** (0.9 - 0.42 * rounding)
    bow = 1 + (_BOW - 1) * (1 - 0.8 * rounding)
    lip_top = top - upper_height * rim * bow
    lip_bottom = bottom + lower_height * (1 - _X**2) ** (0.75 - 0.28 * rounding)
    edge = np.stack([x, top], axis=1)
    floor = np.stack([x, bottom], axis=1)
    bite = top + teeth_up * (1 - _X**6)
    root = bottom - teeth_low * np.clip(1 - (_X / 0.72) ** 4, 0, 1)
    return Lips(
        upper=np.vstack([np.stack([x, lip_top], axis=1), edge[::-1]]),
        lower=np.vstack([floor, np.stack([x, lip_bottom], axis=1)[::-1]]),
        opening=np.vstack([edge, floor[::-1]]),
        upper_teeth=np.vstack([edge - _BEHIND, np.stack([x * 0.93, bite], axis=1)[::-1]]),
        lower_teeth=np.vstack([np.stack([x, root], axis=1), (floor + _BEHIND)[::-1]]),
        tongue=_tongue(width, base[20], up, low, tongue, tip),
        line=np.stack([x, (top + bottom) / 2], axis=1),
        upper_edge=edge,
        gap=float(up + low),
    )


def _tongue(width: float, middle: float, up: float, low: float, height: float, tip: float) -> Points:
    """The tongue from below, higher with ``height``; its tip comes to the teeth with ``tip``."""
    half = width * (0.66 - 0.1 * tip)
    crown = middle + low - (up + low) * (0.28 + 0.5 * height) + 1.5 * tip
    depth = low + 14
    angle = np.linspace(np.pi, 2 * np.pi, 25)
    arc = np.stack([half * np.cos(angle), crown + (depth - crown) * (1 + np.sin(angle))], axis=1)
    return arc
