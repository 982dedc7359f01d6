"""Paints the room behind the tutor, out of focus. Design units here are pixels of the 720p frame."""

from collections.abc import Callable

import cv2
import numpy as np

from actors.face.canvas import Bgra, Canvas, box, ellipse, mix

WIDTH, HEIGHT = 1280, 720


def paint_backdrop(style: str) -> Bgra:
    """The backdrop as BGR, shape (720, 1280, 3)."""
    canvas = Canvas(0, 0, WIDTH, HEIGHT, 1.0)
    _STYLES[style](canvas)
    soft = cv2.GaussianBlur(canvas.pixels[..., :3], (0, 0), 5.0)
    return soft


def _wall(canvas: Canvas, light: str, dark: str) -> None:
    canvas.gradient(box(-4, -4, WIDTH + 4, HEIGHT + 4), light, dark, along=((300, 60), (1240, 720)))
    canvas.soft(ellipse(520, 260, 380, 260), mix(light, "#ffffff", 0.6), 0.5, 120)


def _books(canvas: Canvas, left: float, shelf: float, colours: tuple[str, ...], seed: int) -> None:
    generator = np.random.default_rng(seed)
    x = left
    for colour in colours:
        width, height = float(generator.uniform(18, 34)), float(generator.uniform(78, 118))
        canvas.fill(box(x, shelf - height, x + width, shelf, 3), colour)
        canvas.fill(box(x + 3, shelf - height + 14, x + width - 3, shelf - height + 20), "#ffffff", 0.35)
        x += width + 3


def _plant(canvas: Canvas, x: float, y: float, colour: str) -> None:
    for index, tilt in enumerate((-70, -45, -20, 5, 30, 55, 78)):
        angle = np.radians(tilt - 90)
        length = 70 + 14 * (index % 3)
        canvas.fill(
            ellipse(x + length * 0.6 * np.cos(angle), y + length * 0.6 * np.sin(angle), length * 0.55, 15, tilt - 90),
            mix(colour, "#ffffff", 0.1 * (index % 3)),
        )
    canvas.fill(box(x - 34, y - 6, x + 34, y + 56, 10), "#d98e63")


def _shelf(canvas: Canvas) -> None:
    _wall(canvas, "#f8e8d3", "#e2c3a2")
    for y in (230, 420):
        canvas.fill(box(-10, y, 330, y + 16, 4), "#b98557")
        canvas.fill(box(950, y, 1290, y + 16, 4), "#b98557")
    _books(canvas, 20, 230, ("#2f7f7b", "#e0a458", "#c65d4b", "#f1e3c6", "#41597d", "#d98f89"), 1)
    _books(canvas, 1010, 230, ("#41597d", "#e9c46a", "#7fa08c", "#c65d4b", "#efe2cf"), 2)
    _books(canvas, 130, 420, ("#e9c46a", "#7fa08c", "#b5504a", "#e8d8bd"), 3)
    _plant(canvas, 70, 364, "#5f9670")
    _plant(canvas, 1200, 364, "#5f9670")
    canvas.soft(ellipse(1060, 380, 36, 36), "#ffe9b5", 0.9, 10)


def _study(canvas: Canvas) -> None:
    _wall(canvas, "#cfd8cf", "#93a8a2")
    for y in (180, 350, 520):
        canvas.fill(box(-10, y, 360, y + 14), "#7a5a42")
        canvas.fill(box(920, y, 1290, y + 14), "#7a5a42")
        row = ("#5b3d33", "#8d5a44", "#34506b", "#c8a46b", "#6a7f61", "#a34c3e", "#d8c9a8", "#43566e", "#8a6f4f")
        _books(canvas, 10, y, row, y)
        _books(canvas, 930, y, row[::-1], y + 1)


def _window(canvas: Canvas) -> None:
    _wall(canvas, "#e9f0f4", "#c3d3dd")
    for left, right in ((60, 400), (880, 1220)):
        canvas.fill(box(left - 14, 50, right + 14, 534, 8), "#ffffff")
        canvas.gradient(box(left, 64, right, 520), "#bfe3f5", "#e8f6ee", along=((left, 64), (left, 520)))
        for x, y, size in ((left + 60, 470, 90), (left + 190, 500, 110), (left + 300, 480, 80)):
            canvas.fill(ellipse(x, y, size, size * 0.6), "#9cc9a0", 0.75)
        canvas.fill(box((left + right) / 2 - 7, 60, (left + right) / 2 + 7, 524), "#ffffff")
        canvas.fill(box(left, 286, right, 298), "#ffffff")


def _studio(canvas: Canvas) -> None:
    _wall(canvas, "#4a5a8c", "#222b4d")
    canvas.soft(ellipse(240, 180, 130, 130), "#f2a65a", 0.55, 26)
    canvas.soft(ellipse(1080, 460, 190, 190), "#6fd0c5", 0.35, 30)
    canvas.soft(ellipse(1120, 140, 70, 70), "#f6d06b", 0.5, 14)
    canvas.soft(ellipse(140, 560, 120, 120), "#9b6fd0", 0.4, 26)


_STYLES: dict[str, Callable[[Canvas], None]] = {"shelf": _shelf, "study": _study, "window": _window, "studio": _studio}
