"""Draws moving parts straight into the head's picture: anti-aliased, a few microseconds a shape. Knows no faces."""

import cv2
import numpy as np

from actors.face.canvas import SUBPIXEL_BITS, Bgra, Points, bgr, subpixels

Rect = tuple[int, int, int, int]


def bgra(colour: str) -> tuple[int, int, int, int]:
    """ "#rrggbb" as an opaque (blue, green, red, alpha)."""
    return (*bgr(colour), 255)


class Pen:
    """Draws design units into a premultiplied BGRA picture whose first pixel shows ``left``, ``top``."""

    def __init__(self, pixels: Bgra, left: float, top: float, scale: float) -> None:
        self.pixels = pixels
        self.left, self.top, self.scale = left, top, scale

    def fill(self, shape: Points, colour: tuple[int, int, int, int]) -> None:
        """Fill a closed shape."""
        cv2.fillPoly(self.pixels, [self._fixed(shape)], colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def disc(self, x: float, y: float, radius: float, colour: tuple[int, int, int, int]) -> None:
        """Fill a circle."""
        centre = self._fixed(np.array([[x, y]]))[0]
        size = round(radius * self.scale * (1 << SUBPIXEL_BITS))
        cv2.circle(self.pixels, (int(centre[0]), int(centre[1])), size, colour, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)

    def rect(self, shape: Points, margin: float = 1.0) -> Rect:
        """The pixel rectangle (y0, y1, x0, x1) around a shape, inside the picture."""
        low = (shape.min(axis=0) - margin - (self.left, self.top)) * self.scale
        high = (shape.max(axis=0) + margin - (self.left, self.top)) * self.scale
        height, width = self.pixels.shape[:2]
        x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
        return y0, min(height, int(high[1]) + 1), x0, min(width, int(high[0]) + 1)

    def patch(self, rect: Rect, pixels: Bgra) -> "Pen":
        """A pen for a picture of its own that covers the rectangle."""
        return Pen(pixels, self.left + rect[2] / self.scale, self.top + rect[0] / self.scale, self.scale)

    def through(self, shape: Points, rect: Rect, inner: Bgra) -> None:
        """Show ``inner``, which covers the rectangle, inside the shape only."""
        y0, y1, x0, x1 = rect
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = self._fixed(shape) - (np.array([x0, y0]) << SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        share = cv2.merge([mask, mask, mask, mask])
        under = self.pixels[y0:y1, x0:x1]
        seen = cv2.multiply(inner, share, scale=1 / 255)
        kept = cv2.multiply(under, cv2.bitwise_not(share), scale=1 / 255)
        cv2.add(seen, kept, dst=under)

    def stamp(self, sprite: Bgra, x: float, y: float) -> None:
        """Lay a premultiplied sprite over the picture, its first pixel at design point ``x``, ``y`` (sub-pixel)."""
        left, top = (x - self.left) * self.scale, (y - self.top) * self.scale
        column, row = int(np.floor(left)), int(np.floor(top))
        height, width = sprite.shape[:2]
        shift = np.array([[1, 0, left - column], [0, 1, top - row]], np.float32)
        moved = cv2.warpAffine(sprite, shift, (width, height), flags=cv2.INTER_LINEAR)
        overlay(self.pixels[row : row + height, column : column + width], moved)

    def _fixed(self, shape: Points) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
        return subpixels((shape - (self.left, self.top)) * self.scale - 0.5)


def overlay(under: Bgra, layer: Bgra, onto: Bgra | None = None) -> None:
    """Lay ``layer`` over ``under``, into ``onto`` (``under`` itself by default); premultiplied, all of one shape."""
    onto = under if onto is None else onto
    clear = cv2.bitwise_not(cv2.extractChannel(layer, 3))
    share = cv2.merge([clear, clear, clear, clear])
    cv2.multiply(under, share, dst=onto, scale=1 / 255)
    cv2.add(onto, layer, dst=onto)
