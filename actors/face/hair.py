"""Paints hair: what hangs behind the neck, and what lies on the head. One painter for each style."""

from collections.abc import Callable

import numpy as np

from actors.face.canvas import Canvas, blob, ellipse, facing, mix, outline, ribbon, shifted, spline
from actors.face.looks import Look

Painter = Callable[[Canvas, Look], None]


def paint_back_hair(canvas: Canvas, look: Look) -> None:
    """Hair behind neck and shoulders, part of the body's layer."""
    if look.hair == "long":
        half = "0,-120 105,-60 138,60 150,170 130,236 60,258 0,250 -60,258 -130,236 -150,170 -138,60 -105,-60"
        shape = blob(half)
        canvas.gradient(shape, look.hair_dark, look.hair_colour, along=((0, 40), (0, 260)))
        for x in (-120, -96, 92, 116):
            canvas.fill(ribbon([(x * 0.9, 60), (x, 150), (x * 0.96, 232)], [0.5, 4, 0.5]), look.hair_light, 0.16)
    elif look.hair == "bob":
        shape = blob("0,-110 100,-60 122,30 124,106 96,138 40,132 0,128 -40,132 -96,138 -124,106 -122,30 -100,-60")
        canvas.gradient(shape, look.hair_dark, mix(look.hair_dark, look.hair_colour, 0.5), along=((0, 60), (0, 150)))


def paint_hair(canvas: Canvas, look: Look) -> None:
    """Hair on the head, over the face's edges."""
    _STYLES[look.hair](canvas, look)


def _long(canvas: Canvas, look: Look) -> None:
    """Long, parted on the left, falling over both shoulders."""
    right = outline(
        spline("-26,-170 40,-168 96,-130 124,-60 130,20 140,110 150,180 140,232 112,248"),
        spline("112,248 112,190 95,135 91,95 95,40 97,-10 86,-58 44,-96 -34,-128"),
    )
    left = outline(
        spline("-14,-171 -70,-156 -108,-114 -126,-50 -132,30 -142,120 -150,180 -138,234 -108,250"),
        spline("-108,250 -112,190 -96,135 -92,95 -96,40 -98,-10 -91,-60 -66,-104 -26,-132"),
    )
    for part in (left, right):
        canvas.gradient(part, look.hair_colour, look.hair_dark, along=((-60, -170), (60, 260)))
        canvas.soft(shifted(part, -7, -7), look.hair_dark, 0.55, 7, within=part, knockout=True)
    canvas.fill(ribbon("-22,-170 -34,-150 -32,-128", [0.6, 1.8, 1.2]), look.hair_dark, 0.8)
    canvas.soft(ellipse(36, -130, 62, 9, 24), look.hair_light, 0.75, 6, within=right)
    canvas.soft(ellipse(-76, -122, 36, 7, -44), look.hair_light, 0.65, 5, within=left)
    for path, alpha in (
        ("20,-146 76,-118 106,-60 112,20", 0.35),
        ("0,-150 60,-128 100,-80", 0.25),
        ("108,-30 112,60 120,140 126,222", 0.38),
        ("120,20 128,100 136,170 130,226", 0.3),
        ("-58,-140 -94,-104 -110,-40 -112,30", 0.35),
        ("-110,0 -114,80 -122,150 -124,226", 0.38),
        ("-122,40 -130,110 -138,170 -132,222", 0.3),
    ):
        canvas.fill(ribbon(path, [0.4, 2.6, 3.2, 0.4]), look.hair_light, alpha)


def _short(canvas: Canvas, look: Look) -> None:
    """Short and combed to the side, with a receding hairline."""
    shape = outline(
        spline("-113,14 -120,-40 -110,-100 -76,-146 -10,-163 58,-154 104,-114 120,-52 114,14"),
        spline("114,14 105,-18 101,-58 84,-88 52,-100 16,-96 -26,-112 -66,-100 -94,-66 -104,-20 -113,14"),
    )
    canvas.gradient(shape, look.hair_light, look.hair_colour, along=((-60, -160), (70, 0)))
    canvas.soft(shifted(shape, -9, -6), look.hair_dark, 0.65, 9, within=shape, knockout=True)
    strands = (
        "-92,-78 -84,-112 -62,-138",
        "-66,-102 -46,-128 -16,-148",
        "-40,-110 -12,-134 22,-150",
        "-8,-106 22,-128 52,-140",
        "24,-98 52,-114 80,-122",
        "56,-100 80,-104 98,-96",
    )
    for path in strands:
        canvas.fill(ribbon(path, [0.5, 3.4, 0.5]), look.hair_dark, 0.3)
        canvas.fill(ribbon(_raised(path), [0.4, 2.4, 0.4]), "#ffffff", 0.3)
    for side in (-1, 1):
        temple = facing(blob("102,-60 118,-54 119,-14 114,16 107,4 104,-24"), side)
        canvas.soft(temple, look.hair_dark, 0.35, 4, within=shape)


def _raised(path: str) -> str:
    pairs = (pair.split(",") for pair in path.split())
    return " ".join(f"{float(x) - 2},{float(y) - 4}" for x, y in pairs)


def _bob(canvas: Canvas, look: Look) -> None:
    """A bob with a fringe swept to one side."""
    right = outline(
        spline("30,-166 84,-146 117,-90 129,-10 131,70 124,120 98,140"),
        spline("98,140 98,112 94,80 99,30 101,-24 92,-64 66,-94 34,-116"),
    )
    left = outline(
        spline("36,-166 -30,-168 -92,-138 -121,-80 -131,0 -131,70 -124,122 -98,140"),
        spline("-98,140 -98,112 -95,80 -100,30 -101,-14 -97,-48 -70,-58 -20,-76 20,-102 44,-122"),
    )
    for part in (right, left):
        canvas.gradient(part, look.hair_light, look.hair_colour, along=((-40, -170), (40, 40)))
        canvas.soft(shifted(part, -9, -7), look.hair_dark, 0.6, 8, within=part, knockout=True)
    canvas.soft(ellipse(-52, -122, 56, 8, -26), mix(look.hair_light, "#ffffff", 0.4), 0.5, 6, within=left)
    canvas.soft(ellipse(88, -104, 30, 7, 58), mix(look.hair_light, "#ffffff", 0.4), 0.4, 5, within=right)
    for path, alpha in (
        ("30,-142 -24,-112 -82,-72", 0.3),
        ("20,-150 -40,-124 -96,-84", 0.22),
        ("36,-130 -4,-98 -56,-72", 0.25),
        ("-100,-80 -114,-20 -116,60 -110,120", 0.3),
        ("-112,-60 -124,0 -124,70 -116,118", 0.22),
        ("98,-90 113,-20 115,60 108,120", 0.3),
    ):
        canvas.fill(ribbon(path, [0.4, 3, 0.4]), look.hair_dark, alpha)
        canvas.fill(ribbon(_raised(path), [0.4, 2.2, 0.4]), mix(look.hair_light, "#ffffff", 0.4), alpha)


def _curls(canvas: Canvas, look: Look) -> None:
    """Short sides that fade into the skin, curls on top."""
    sides = outline(
        spline("-113,4 -119,-50 -104,-110 0,-150 104,-110 119,-50 113,4"),
        spline("113,4 105,-34 99,-72 70,-98 0,-106 -70,-98 -99,-72 -105,-34 -113,4"),
    )
    canvas.gradient(sides, look.hair_colour, look.skin.shade, along=((0, -70), (0, 4)))
    curls = _curl_places()
    for x, y, size in curls:
        canvas.fill(ellipse(x, y, size, size), look.hair_colour)
    canvas.soft(ellipse(-26, -146, 50, 14, -14), look.hair_light, 0.3, 9, within=ellipse(0, -126, 92, 40))
    for x, y, size in curls:
        curl = [(x - size * 0.55, y + 3), (x - size * 0.3, y - size * 0.5), (x + size * 0.4, y - size * 0.4)]
        canvas.fill(ribbon([*curl, (x + size * 0.45, y + 1)], [0.8, 2.8, 2.6, 0.6]), look.hair_light, 0.55)


def _curl_places() -> list[tuple[float, float, float]]:
    """Centres and sizes of the curls, row by row from the hairline up."""
    generator = np.random.default_rng(7)
    places = []
    rows = (
        (-106.0, 92.0, 11, 1),
        (-126.0, 96.0, 11, 1),
        (-145.0, 86.0, 10, 1),
        (-162.0, 66.0, 8, 2),
        (-175.0, 38.0, 5, 2),
    )
    for y, width, count, bend in rows:
        for x in np.linspace(-width, width, count) + generator.uniform(-4, 4, count):
            rise = 0.0016 * float(x) ** 2 * bend + float(generator.uniform(-4, 4))
            places.append((float(x), y + rise, float(generator.uniform(13, 18))))
    return places


_STYLES: dict[str, Painter] = {"long": _long, "short": _short, "bob": _bob, "curls": _curls}
