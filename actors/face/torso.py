"""Paints neck and clothes, the layer that breathes."""

from actors.face.canvas import Canvas, Points, blob, ellipse, mirrored, outline, ribbon, shifted, spline, straight
from actors.face.hair import paint_back_hair
from actors.face.looks import Look

_BOTTOM = 372.0


def paint_torso(canvas: Canvas, look: Look) -> None:
    """Back hair, neck with the head's shadow, clothes."""
    paint_back_hair(canvas, look)
    _neck(canvas, look)
    body = _body(look)
    canvas.gradient(body, look.cloth_light, look.cloth, along=((-160, 190), (160, 370)))
    canvas.soft(shifted(body, -16, -8), look.cloth_dark, 0.7, 14, within=body, knockout=True)
    _CLOTHES[look.clothes](canvas, look)


def _neck(canvas: Canvas, look: Look) -> None:
    skin, half = look.skin, look.shape.neck
    side = spline([(half, 60), (half - 2, 120), (half + 3, 165), (half + 30, 200), (half + 70, 225)])
    neck = outline(side, straight((half + 60, 300), (-half - 60, 300)), mirrored(side))
    canvas.gradient(neck, skin.base, skin.shade, along=((-40, 120), (50, 240)))
    canvas.soft(ellipse(4, look.shape.chin_y - 14, half + 42, 44), skin.deep, 0.75, 13, within=neck)
    canvas.fill(ribbon([(-8, 236), (-26, 230), (-58, 222)], [0.5, 3, 0.5]), skin.shade, 0.7)
    canvas.fill(ribbon([(8, 236), (26, 230), (58, 222)], [0.5, 3, 0.5]), skin.shade, 0.7)


def _body(look: Look) -> Points:
    half, wide = look.shape.neck, look.shape.shoulders
    side = spline(
        [(half + 6, 190), (half + 44, 208), (wide - 70, 232), (wide - 22, 258), (wide, 305), (wide + 12, _BOTTOM)]
    )
    collar = spline([(-half - 6, 190), (-half + 4, 222), (0, 250), (half - 4, 222), (half + 6, 190)])
    return outline(side, mirrored(side), collar)


def _blazer(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    blouse = outline(
        spline([(-half + 2, 204), (-24, 246), (0, 262), (24, 246), (half - 2, 204)]),
        straight((58, _BOTTOM), (-58, _BOTTOM)),
    )
    canvas.gradient(blouse, look.accent, "#d9c7b0", along=((-30, 220), (30, 370)))
    for side in (-1, 1):
        lapel = outline(
            spline([(side * (half + 10), 190), (side * (half - 6), 236), (side * 30, 300), (side * 14, _BOTTOM)]),
            straight((side * 96, _BOTTOM), (side * 84, 296), (side * 104, 268), (side * 86, 240)),
        )
        canvas.gradient(lapel, look.cloth_light, look.cloth, along=((side * 30, 200), (side * 90, 370)))
        canvas.soft(shifted(lapel, side * 6, 4), look.cloth_dark, 0.6, 5, within=lapel, knockout=True)


def _cardigan(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    shirt = outline(
        spline([(-half + 2, 204), (-30, 240), (0, 256), (30, 240), (half - 2, 204)]),
        straight((46, _BOTTOM), (-46, _BOTTOM)),
    )
    canvas.gradient(shirt, look.accent, "#b9c7d8", along=((-30, 220), (30, 370)))
    for side in (-1, 1):
        collar = blob(
            (side * (half + 4), 186),
            (side * (half + 20), 206),
            (side * 50, 262),
            (side * 36, 268),
            (side * 6, 252),
            (side * 26, 232),
        )
        canvas.gradient(collar, "#ffffff", look.accent, along=((0, 190), (0, 270)))
        edge = ribbon([(side * (half + 18), 200), (side * 62, 290), (side * 44, _BOTTOM)], [14, 17, 18])
        canvas.fill(edge, look.cloth_dark, 0.8)
    for y in (290, 330):
        canvas.fill(ellipse(0, y, 3.4, 3.4), "#8fa2b8")


def _sweater(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    collar = outline(
        spline([(-half - 14, 196), (-half - 4, 170), (0, 186), (half + 4, 170), (half + 14, 196)]),
        spline([(half + 14, 196), (half + 10, 226), (0, 248), (-half - 10, 226), (-half - 14, 196)]),
    )
    canvas.gradient(collar, look.cloth_light, look.cloth, along=((-40, 180), (40, 250)))
    canvas.soft(shifted(collar, 0, -9), look.cloth_dark, 0.7, 5, within=collar, knockout=True)
    for index in range(-5, 6):
        x = index * 11.0
        canvas.fill(
            ribbon([(x, 192 - 0.004 * x * x), (x * 1.03, 236 - 0.006 * x * x)], [1.5, 1.5]), look.cloth_dark, 0.3
        )


def _hoodie(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    tee = outline(
        spline([(-half, 206), (-26, 236), (0, 246), (26, 236), (half, 206)]),
        spline([(half, 220), (0, 276), (-half, 220)]),
    )
    canvas.fill(tee, look.accent)
    for side in (-1, 1):
        hood = blob(
            (side * (half - 2), 150),
            (side * (half + 34), 160),
            (side * (half + 62), 204),
            (side * 74, 250),
            (side * 24, 284),
            (side * 12, 272),
            (side * (half - 6), 226),
        )
        canvas.gradient(hood, look.cloth_light, look.cloth, along=((0, 160), (side * 60, 280)))
        canvas.soft(shifted(hood, side * 7, -6), look.cloth_dark, 0.7, 7, within=hood, knockout=True)
        canvas.fill(ribbon([(side * 24, 274), (side * 27, 310), (side * 25, 344)], [4.5, 4.5, 4.5]), look.accent)


_CLOTHES = {"blazer": _blazer, "cardigan": _cardigan, "sweater": _sweater, "hoodie": _hoodie}
