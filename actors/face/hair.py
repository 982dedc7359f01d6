"""Paints hair: what hangs behind the neck, and what lies on the head. One painter for each style."""

from collections.abc import Callable

import numpy as np

from actors.face.canvas import Canvas, blob, ellipse, outline, ribbon, shifted, spline
from actors.face.looks import Look

Painter = Callable[[Canvas, Look], None]


def paint_back_hair(canvas: Canvas, look: Look) -> None:
    """Hair behind neck and shoulders, part of the body's layer."""
    if look.hair == "long":
        shape = blob(
            (0, -120),
            (105, -60),
            (138, 60),
            (150, 170),
            (128, 240),
            (60, 262),
            (0, 250),
            (-60, 262),
            (-128, 240),
            (-150, 170),
            (-138, 60),
            (-105, -60),
        )
        canvas.gradient(shape, look.hair_dark, look.hair_colour, along=((0, 40), (0, 260)))
    elif look.hair == "bob":
        shape = blob(
            (0, -110),
            (100, -60),
            (122, 30),
            (124, 110),
            (96, 142),
            (40, 132),
            (0, 128),
            (-40, 132),
            (-96, 142),
            (-124, 110),
            (-122, 30),
            (-100, -60),
        )
        canvas.gradient(shape, look.hair_dark, look.hair_colour, along=((0, 60), (0, 160)))


def paint_hair(canvas: Canvas, look: Look) -> None:
    """Hair on the head, over the face's edges."""
    _STYLES[look.hair](canvas, look)


def _long(canvas: Canvas, look: Look) -> None:
    crown = [(-22, -170), (40, -168), (96, -130), (124, -60), (130, 20), (140, 110), (150, 180), (140, 232), (112, 246)]
    right = outline(
        spline(crown),
        spline([(112, 246), (124, 190), (110, 120), (106, 40), (102, -20), (84, -66), (40, -98), (-34, -128)]),
        spline([(-34, -128), (-30, -150), (-22, -170)]),
    )
    left = outline(
        spline(
            [
                (-16, -170),
                (-70, -156),
                (-108, -114),
                (-126, -50),
                (-132, 30),
                (-142, 120),
                (-150, 180),
                (-138, 234),
                (-108, 248),
            ]
        ),
        spline([(-108, 248), (-122, 190), (-110, 120), (-106, 40), (-104, -20), (-92, -70), (-62, -108), (-30, -130)]),
    )
    for part in (left, right):
        canvas.gradient(part, look.hair_colour, look.hair_dark, along=((-60, -170), (60, 240)))
    canvas.soft(ellipse(36, -128, 60, 10, 24), look.hair_light, 0.7, 7, within=right)
    canvas.soft(ellipse(-74, -122, 34, 8, -42), look.hair_light, 0.6, 6, within=left)
    for x, lean in ((118, 10), (132, 12)):
        canvas.fill(
            ribbon([(x - 22, -60), (x - 6, 30), (x, 120), (x + lean, 220)], [0.5, 3, 4, 0.5]), look.hair_light, 0.35
        )
        canvas.fill(
            ribbon([(22 - x, -60), (6 - x, 30), (-x, 120), (-x - lean, 220)], [0.5, 3, 4, 0.5]), look.hair_light, 0.3
        )


def _short(canvas: Canvas, look: Look) -> None:
    shape = outline(
        spline(
            [
                (-112, 8),
                (-122, -40),
                (-112, -100),
                (-74, -148),
                (-10, -164),
                (60, -154),
                (106, -112),
                (122, -50),
                (113, 8),
            ]
        ),
        spline(
            [
                (113, 8),
                (104, -22),
                (100, -62),
                (78, -94),
                (44, -106),
                (20, -100),
                (-20, -110),
                (-62, -100),
                (-94, -66),
                (-104, -22),
                (-112, 8),
            ]
        ),
    )
    canvas.gradient(shape, look.hair_light, look.hair_colour, along=((-60, -160), (70, 0)))
    canvas.soft(shifted(shape, -10, -6), look.hair_dark, 0.6, 9, within=shape, knockout=True)
    for index in range(9):
        x = -80 + index * 20
        canvas.fill(
            ribbon([(x, -104 - 10 * np.cos(x / 60)), (x + 6, -128), (x + 18, -148)], [0.5, 3, 0.5]),
            look.hair_dark,
            0.28,
        )


def _bob(canvas: Canvas, look: Look) -> None:
    right = outline(
        spline([(30, -166), (84, -146), (118, -90), (130, -10), (132, 70), (126, 122), (104, 140)]),
        spline([(104, 140), (112, 100), (108, 40), (104, -20), (92, -64), (64, -96), (34, -118)]),
    )
    left = outline(
        spline([(30, -166), (-30, -168), (-92, -138), (-122, -80), (-132, 0), (-132, 70), (-126, 122), (-104, 140)]),
        spline(
            [
                (-104, 140),
                (-112, 100),
                (-108, 40),
                (-106, -10),
                (-100, -48),
                (-70, -58),
                (-20, -76),
                (20, -104),
                (40, -122),
            ]
        ),
    )
    for part in (right, left):
        canvas.gradient(part, look.hair_light, look.hair_colour, along=((-40, -170), (40, 20)))
        canvas.soft(shifted(part, -9, -6), look.hair_dark, 0.5, 9, within=part, knockout=True)
    canvas.soft(ellipse(-50, -120, 52, 9, -24), "#ffd9a8", 0.45, 7, within=left)
    for offset in (0, 14, 28):
        canvas.fill(
            ribbon(
                [(24 - offset, -140), (-30 - offset, -108), (-84 - offset * 0.5, -66 - offset * 0.4)], [0.5, 3, 0.5]
            ),
            look.hair_dark,
            0.25,
        )


def _curls(canvas: Canvas, look: Look) -> None:
    sides = outline(
        spline([(-112, 2), (-120, -50), (-104, -110), (0, -150), (104, -110), (120, -50), (112, 2)]),
        spline(
            [(112, 2), (104, -40), (96, -78), (60, -100), (0, -106), (-60, -100), (-96, -78), (-104, -40), (-112, 2)]
        ),
    )
    canvas.gradient(sides, look.hair_colour, look.skin.shade, along=((0, -60), (0, 6)))
    generator = np.random.default_rng(7)
    curls = []
    for row, (y, width, count) in enumerate(
        ((-104.0, 92.0, 11), (-124.0, 96.0, 11), (-144.0, 88.0, 10), (-162.0, 68.0, 8), (-176.0, 40.0, 5))
    ):
        for index in range(count):
            x = -width + 2 * width * index / (count - 1) + float(generator.uniform(-4, 4))
            curls.append(
                (
                    x,
                    y + 0.0016 * x * x * (1 if row < 4 else 2) + float(generator.uniform(-4, 4)),
                    float(generator.uniform(13, 18)),
                )
            )
    for x, y, size in curls:
        canvas.fill(ellipse(x, y, size, size), look.hair_colour)
    for x, y, size in curls:
        canvas.fill(
            ribbon(
                [(x - size * 0.5, y + 2), (x - size * 0.2, y - size * 0.5), (x + size * 0.4, y - size * 0.35)],
                [1, 3, 1],
            ),
            look.hair_light,
            0.6,
        )


_STYLES: dict[str, Painter] = {"long": _long, "short": _short, "bob": _bob, "curls": _curls}
