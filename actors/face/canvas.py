"""Painting of the still layers: smooth shapes with soft shading on a premultiplied BGRA canvas. Knows no faces.

Coordinates are design units, origin and scale are the canvas's own. Colours are "#rrggbb". It is slow and careful, for
layers that are painted once; moving parts are drawn elsewhere.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Points = NDArray[np.float64]
Bgra = MatLike
Mask = NDArray[np.float32]
Xy = tuple[float, float]

SUBPIXEL_BITS = 4
_STEPS = 14
_COARSE = 8


def bgr(colour: str) -> tuple[int, int, int]:
    """ "#rrggbb" as (blue, green, red)."""
    return int(colour[5:7], 16), int(colour[3:5], 16), int(colour[1:3], 16)


def mix(first: str, second: str, share: float) -> str:
    """The colour between two, ``share`` of the second."""
    one, two = bgr(first), bgr(second)
    blue, green, red = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def points(path: str | Sequence[Xy]) -> Points:
    """Points as an array; a string lists them as "x,y x,y ...", as SVG does."""
    listed = [pair.split(",") for pair in path.split()] if isinstance(path, str) else path
    return np.array(listed, dtype=np.float64)


def spline(path: str | Sequence[Xy], *, closed: bool = False) -> Points:
    """A Catmull-Rom curve through the points."""
    knots = points(path)
    padded = np.vstack([knots[-1:], knots, knots[:2]]) if closed else np.vstack([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, _STEPS, endpoint=False)[:, None]
    pieces = []
    for index in range(len(padded) - 3):
        p0, p1, p2, p3 = padded[index : index + 4]
        pieces.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3)
        )
    curve = np.vstack(pieces)
    return curve if closed else np.vstack([curve, knots[-1:]])


def blob(path: str | Sequence[Xy]) -> Points:
    """A closed smooth shape through the points."""
    return spline(path, closed=True)


def outline(*curves: Points) -> Points:
    """A closed shape of open curves that meet in corners."""
    return np.vstack(curves)


def mirrored(shape: Points) -> Points:
    """The same shape on the other side of x = 0, listed in the opposite direction."""
    other: Points = (shape * np.array([-1.0, 1.0]))[::-1]
    return other


def facing(shape: Points, side: int) -> Points:
    """A shape of the right side (``side`` 1), or of the left one (-1)."""
    return shape if side > 0 else mirrored(shape)


def shifted(shape: Points, x: float, y: float) -> Points:
    """The same shape elsewhere."""
    moved: Points = shape + np.array([x, y])
    return moved


def ellipse(x: float, y: float, width: float, height: float, tilt: float = 0.0) -> Points:
    """An ellipse by its centre and its half axes; ``tilt`` in degrees, clockwise."""
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    turn = np.radians(tilt)
    across, down = width * np.cos(angle), height * np.sin(angle)
    return np.stack(
        [x + across * np.cos(turn) - down * np.sin(turn), y + across * np.sin(turn) + down * np.cos(turn)], axis=1
    )


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Points:
    """A rectangle with round corners."""
    if radius <= 0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)
    quarter = np.linspace(0, np.pi / 2, 8)
    corners = [
        (right - radius, top + radius, -np.pi / 2),
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, np.pi / 2),
        (left + radius, top + radius, np.pi),
    ]
    return np.vstack(
        [np.stack([x + radius * np.cos(a + quarter), y + radius * np.sin(a + quarter)], axis=1) for x, y, a in corners]
    )


def ribbon(path: str | Sequence[Xy], widths: Sequence[float]) -> Points:
    """A stroke along a smooth line whose width changes from point to point."""
    line = spline(path)
    places = np.linspace(0, 1, len(widths))
    half = np.interp(np.linspace(0, 1, len(line)), places, widths)[:, None] / 2
    along = np.gradient(line, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    normal = np.stack([-along[:, 1] / length, along[:, 0] / length], axis=1)
    return np.vstack([line + normal * half, (line - normal * half)[::-1]])


def subpixels(pixels: Points) -> NDArray[np.int32]:
    """Pixel coordinates as OpenCV's fixed-point numbers."""
    return np.round(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32)


def _opaque(colour: str) -> tuple[int, int, int, int]:
    return (*bgr(colour), 255)


def _blurred(mask: Mask, sigma: float) -> Mask:
    """Gaussian blur; a wide one is done on a smaller picture, which looks the same and costs far less."""
    factor = max(1, int(sigma / 3))
    height, width = mask.shape
    small = cv2.resize(mask, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


class Canvas:
    """A premultiplied BGRA picture that shows the design rectangle from ``left``, ``top``."""

    def __init__(self, left: float, top: float, right: float, bottom: float, scale: float) -> None:
        self.left, self.top, self.scale = left, top, scale
        self.width = round((right - left) * scale)
        self.height = round((bottom - top) * scale)
        self.pixels: Bgra = np.zeros((self.height, self.width, 4), np.uint8)

    def fill(self, shape: Points, colour: str, alpha: float = 1.0) -> None:
        """Paint a shape in one colour."""
        self._paint(shape, colour, alpha, 0.0, None, False)

    def soft(
        self,
        shape: Points,
        colour: str,
        alpha: float,
        blur: float,
        *,
        within: Points | None = None,
        knockout: bool = False,
    ) -> None:
        """Paint a shape with a blurred edge, seen only inside ``within``; ``knockout`` paints all but the shape."""
        self._paint(shape, colour, alpha, blur, within, knockout)

    def gradient(self, shape: Points, start: str, end: str, *, along: tuple[Xy, Xy], alpha: float = 1.0) -> None:
        """Paint a shape with a colour that changes linearly from ``along[0]`` to ``along[1]``."""
        area = self._area(shape, 0.0)
        if area is None:
            return
        y0, y1, x0, x1 = area
        begin, stop = (np.array(self._pixel(point)) for point in along)
        direction = stop - begin
        rows, columns = np.mgrid[y0 : y1 + _COARSE : _COARSE, x0 : x1 + _COARSE : _COARSE].astype(np.float32)
        place = ((columns - begin[0]) * direction[0] + (rows - begin[1]) * direction[1]) / float(direction @ direction)
        place = np.clip(place, 0, 1)[..., None]
        place = place * place * (3 - 2 * place)
        colours = np.array(_opaque(start), np.float32) * (1 - place) + np.array(_opaque(end), np.float32) * place
        coarse = (colours + 0.5).astype(np.uint8)
        fine = cv2.resize(coarse, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_LINEAR)
        paint = np.ascontiguousarray(fine[: y1 - y0, : x1 - x0])
        self._over(area, self._mask(shape, area) * np.float32(alpha), paint)

    def _paint(
        self, shape: Points, colour: str, alpha: float, blur: float, within: Points | None, knockout: bool
    ) -> None:
        area = self._area(within if within is not None else shape, 0.0 if within is not None else blur)
        if area is None:
            return
        mask = self._mask(shape, area, blur)
        if knockout:
            mask = 1 - mask
        if within is not None:
            mask = mask * self._mask(within, area)
        y0, y1, x0, x1 = area
        plain = np.empty((y1 - y0, x1 - x0, 4), np.uint8)
        plain[:] = _opaque(colour)
        self._over(area, mask * np.float32(alpha), plain)

    def _over(self, area: tuple[int, int, int, int], mask: Mask, paint: Bgra) -> None:
        y0, y1, x0, x1 = area
        under = self.pixels[y0:y1, x0:x1]
        under[...] = cv2.blendLinear(np.ascontiguousarray(under), paint, 1 - mask, mask)

    def _area(self, shape: Points, blur: float) -> tuple[int, int, int, int] | None:
        pixels = self._pixels(shape)
        margin = 3 * blur * self.scale + 2
        x0, y0 = np.floor(pixels.min(axis=0) - margin).astype(int)
        x1, y1 = np.ceil(pixels.max(axis=0) + margin).astype(int)
        x0, y0, x1, y1 = max(0, x0), max(0, y0), min(self.width, x1), min(self.height, y1)
        return (int(y0), int(y1), int(x0), int(x1)) if x1 > x0 and y1 > y0 else None

    def _mask(self, shape: Points, area: tuple[int, int, int, int], blur: float = 0.0) -> Mask:
        y0, y1, x0, x1 = area
        margin = int(3 * blur * self.scale) + 1 if blur else 0
        mask = np.zeros((y1 - y0 + 2 * margin, x1 - x0 + 2 * margin), np.uint8)
        fixed = subpixels(self._pixels(shape) - np.array([x0 - margin, y0 - margin]))
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        result: Mask = np.multiply(mask, np.float32(1 / 255), dtype=np.float32)
        if not blur:
            return result
        return _blurred(result, blur * self.scale)[margin:-margin, margin:-margin]

    def _pixels(self, shape: Points) -> Points:
        pixels: Points = (shape - np.array([self.left, self.top])) * self.scale - 0.5
        return pixels

    def _pixel(self, point: Xy) -> Xy:
        return (point[0] - self.left) * self.scale - 0.5, (point[1] - self.top) * self.scale - 0.5
