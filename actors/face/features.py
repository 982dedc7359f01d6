"""Draws what moves in the face, frame by frame: eyes, brows and mouth. Decides no positions."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from actors.face.canvas import Bgra, Canvas, Points, ellipse, mix, shifted
from actors.face.looks import EYE_X, MOUTH_Y, Look
from actors.face.mouth import Curve, lips
from actors.face.pen import Pen, bgra

_X = np.linspace(-1, 1, 33)
_FALL = 1 - _X**2
_HALF_WIDTH = 25.0
_BROW_ARCH = np.polyfit([-1.0, -0.5, 0.0, 0.4, 0.75, 1.0], [0.15, 0.5, 0.86, 1.0, 0.6, -0.15], 4)
_MOUTH_SCALE = 1.12
_TEETH = "#fbf6ef"
_TEETH_SHADE = "#ddd3cb"
_INSIDE = "#4a1620"
_TONGUE = "#c2606a"
_TONGUE_LIGHT = "#d67c82"


class EyePose(Struct, frozen=True, kw_only=True):
    """One eye of one frame: lids 0 open to 1 closed, gaze and offsets in design units, brow raise and inner lift."""

    side: int
    lids: float
    squint: float
    widen: float
    gaze_x: float
    gaze_y: float
    shift_x: float
    shift_y: float
    brow: float
    brow_inner: float


class Features:
    """The moving features of one look, with their colours and sprites made ready."""

    def __init__(self, look: Look, scale: float) -> None:
        self.look = look
        self._white = _sclera(look, scale)
        self._colours = {
            "lash": bgra(look.eyes.lash),
            "lid": bgra(mix(look.skin.base, look.skin.shade, 0.75)),
            "crease": bgra(mix(look.skin.shade, look.skin.deep, 0.65)),
            "rim": bgra(look.eyes.iris_rim),
            "iris": bgra(look.eyes.iris),
            "glow": bgra(mix(look.eyes.iris, "#ffffff", 0.32)),
            "pupil": bgra("#120c0b"),
            "white": bgra("#ffffff"),
            "brow": bgra(look.brows.colour),
            "upper": bgra(look.lips.upper),
            "lower": bgra(look.lips.lower),
            "shine": bgra(mix(look.lips.lower, look.lips.highlight, 0.75)),
            "line": bgra(look.lips.line),
            "fold": bgra(mix(look.skin.base, look.skin.shade, 0.65)),
            "inside": bgra(_INSIDE),
            "teeth": bgra(_TEETH),
            "teeth shade": bgra(_TEETH_SHADE),
            "tongue": bgra(_TONGUE),
            "tongue light": bgra(_TONGUE_LIGHT),
        }

    def eye(self, pen: Pen, pose: EyePose) -> None:
        """Eye, lids and brow of one side."""
        size = self.look.eyes.size
        centre = np.array([pose.side * EYE_X + pose.shift_x, pose.shift_y])
        lift = self.look.eyes.tilt * _X * pose.side
        across = _X * _HALF_WIDTH * size
        closed = 7.5 * size * _FALL - lift
        wide_up = -(14.2 + 3.5 * pose.widen - 4.0 * pose.squint) * size * _FALL**0.72 - lift
        wide_low = (10.5 - 7.0 * pose.squint) * size * _FALL**0.8 - lift
        upper = np.stack([across, wide_up + (closed - wide_up) * pose.lids], axis=1) + centre
        lower = np.stack([across, wide_low + (closed - wide_low) * pose.lids], axis=1) + centre
        if pose.lids < 0.93:
            self._ball(pen, np.vstack([upper, lower[::-1]]), centre, pose)
        self._lids(pen, upper, lower, pose)
        self._brow(pen, pose)

    def _ball(self, pen: Pen, opening: Points, centre: Points, pose: EyePose) -> None:
        size = self.look.eyes.size
        rect = pen.rect(opening)
        inner = np.ascontiguousarray(self._white[: rect[1] - rect[0], : rect[3] - rect[2]])
        inside = pen.patch(rect, inner)
        x, y = centre[0] + pose.gaze_x, centre[1] - 1.5 + pose.gaze_y
        inside.disc(x, y, 14.2 * size, self._colours["rim"])
        inside.disc(x, y, 12.4 * size, self._colours["iris"])
        inside.fill(ellipse(x, y + 5.0 * size, 8.6 * size, 6.0 * size), self._colours["glow"])
        inside.disc(x, y, 6.6 * size, self._colours["pupil"])
        inside.disc(x - 4.6 * size, y - 5.0 * size, 3.7 * size, self._colours["white"])
        inside.disc(x + 4.4 * size, y + 4.6 * size, 1.7 * size, self._colours["white"])
        pen.through(opening, rect, inner)

    def _lids(self, pen: Pen, upper: Points, lower: Points, pose: EyePose) -> None:
        eyes = self.look.eyes
        open_share = 1 - pose.lids
        outer = _X * pose.side
        thick = (1.6 + 2.6 * eyes.lashes + 0.8 * (outer > -1)) * (0.35 + 0.65 * np.clip((outer + 1) / 1.1, 0, 1))
        thick = thick * np.clip((1.02 - outer) / 0.16, 0.25, 1)
        band = upper - np.stack([np.zeros_like(thick), thick], axis=1)
        if eyes.lashes > 0.4:
            tip = 5.5 * eyes.lashes * np.clip((outer - 0.8) / 0.2, 0, 1)
            band += np.stack([pose.side * tip * 0.9, -tip * 0.8], axis=1)
        crease = upper.copy()
        crease[:, 1] -= 7.5 * (0.35 + 0.65 * open_share) * (0.25 + 0.75 * _FALL**0.5)
        weight = 1.5 * (0.2 + 0.8 * _FALL)
        pen.fill(np.vstack([crease, (crease + np.stack([0 * weight, weight], axis=1))[::-1]]), self._colours["crease"])
        pen.fill(np.vstack([band, upper[::-1]]), self._colours["lash"])
        low = 0.9 + 0.5 * eyes.lashes
        under = lower[8:-3] if pose.side > 0 else lower[3:-8]
        pen.fill(np.vstack([under, shifted(under, 0, low)[::-1]]), self._colours["crease"])

    def _brow(self, pen: Pen, pose: EyePose) -> None:
        brow = self.look.brows
        outer = _X * pose.side
        across = _X * 31.0
        arch = -brow.arch * np.polyval(_BROW_ARCH, outer)
        inner = -pose.brow_inner * (0.5 - 0.5 * outer) ** 1.5
        y = brow.y + arch + inner - pose.brow
        half = brow.thickness / 2 * np.interp(outer, [-1, -0.93, -0.6, 0.1, 1], [0.3, 0.68, 1.0, 0.85, 0.1])
        line = np.stack([across + pose.side * (EYE_X + 3) + pose.shift_x, y + pose.shift_y], axis=1)
        rise = np.stack([np.zeros_like(half), half], axis=1)
        pen.fill(np.vstack([line - rise, (line + rise)[::-1]]), self._colours["brow"])

    def mouth(self, pen: Pen, parameters: Curve, smile: float, cheek: float, shift: tuple[float, float]) -> None:
        """Lips, teeth and tongue, and with raised cheeks the folds beside them."""
        style = self.look.lips
        shapes = lips(parameters, smile=smile, upper_size=style.upper_size, lower_size=style.lower_size)
        shapes = shapes.placed(shift[0], MOUTH_Y + shift[1], _MOUTH_SCALE)
        opening, upper, lower = shapes.opening, shapes.upper, shapes.lower
        if cheek > 0.1 and not self.look.beard:
            self._dimples(pen, shapes.line, cheek)
        pen.fill(lower, self._colours["lower"])
        self._shine(pen, lower)
        if shapes.gap > 0.4:
            rect = pen.rect(opening)
            inner = np.empty((rect[1] - rect[0], rect[3] - rect[2], 4), np.uint8)
            inner[:] = self._colours["inside"]
            inside = pen.patch(rect, inner)
            tongue = shapes.tongue
            tip = parameters[9]
            if tip < 0.5:
                self._tongue(inside, tongue)
            if parameters[7] > 0.05:
                inside.fill(shapes.lower_teeth, self._colours["teeth shade"])
            if parameters[6] > 0.05:
                inside.fill(shapes.upper_teeth, self._colours["teeth"])
                shade = shapes.upper_edge
                inside.fill(np.vstack([shade, shifted(shade, 0, 1.6)[::-1]]), self._colours["teeth shade"])
            if tip >= 0.5:
                self._tongue(inside, tongue)
            pen.through(opening, rect, inner)
        pen.fill(upper, self._colours["upper"])
        if shapes.gap < 3.0:
            line = shapes.line
            weight = np.stack([0 * _thickness(line), _thickness(line)], axis=1)
            pen.fill(np.vstack([line - weight, (line + weight)[::-1]]), self._colours["line"])

    def _dimples(self, pen: Pen, line: Points, cheek: float) -> None:
        along = np.linspace(-1, 1, 13)
        for side, corner in ((-1, line[0]), (1, line[-1])):
            bend = np.stack([side * (4.5 - 3.0 * along**2), along * 6.5 * cheek - 2.0], axis=1) + corner
            weight = np.stack([0.2 + 1.0 * cheek * (1 - along**2), np.zeros_like(along)], axis=1)
            pen.fill(np.vstack([bend - weight, (bend + weight)[::-1]]), self._colours["fold"])

    def _tongue(self, pen: Pen, tongue: Points) -> None:
        pen.fill(tongue, self._colours["tongue"])
        middle = tongue.mean(axis=0)
        pen.fill((tongue - middle) * (0.62, 0.6) + middle - (0, 1.0), self._colours["tongue light"])

    def _shine(self, pen: Pen, lower: Points) -> None:
        count = len(lower) // 2
        top, bottom = lower[:count], lower[count:][::-1]
        part = slice(count // 3, count - count // 3)
        high = top[part] * 0.62 + bottom[part] * 0.38
        low = top[part] * 0.42 + bottom[part] * 0.58
        taper = np.sin(np.linspace(0, np.pi, len(high)))[:, None]
        middle = (high + low) / 2
        pen.fill(
            np.vstack([middle + (high - middle) * taper, (middle + (low - middle) * taper)[::-1]]),
            self._colours["shine"],
        )


def _thickness(line: Points) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return 0.35 + 0.75 * (1 - np.linspace(-1, 1, len(line)) ** 2)


def _sclera(look: Look, scale: float) -> Bgra:
    """The white of the eye, shaded below the upper lid; larger than any opening."""
    canvas = Canvas(0, 0, 80, 60, scale)
    whole: Sequence[tuple[float, float]] = ((-5, -5), (85, -5), (85, 65), (-5, 65))
    canvas.gradient(
        np.array(whole, np.float64), mix("#cfc3c4", look.skin.shade, 0.25), "#fdfbf8", along=((0, -1), (0, 12))
    )
    return canvas.pixels
