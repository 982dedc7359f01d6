"""Paints neck and clothes, the layer that breathes."""

from collections.abc import Callable

from actors.face.canvas import (
    Canvas,
    Points,
    blob,
    ellipse,
    facing,
    mirrored,
    mix,
    outline,
    points,
    ribbon,
    shifted,
    spline,
)
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
    for side in (-1, 1):
        x = side * (look.shape.shoulders - 66)
        arm = ribbon([(x, 300), (x + side * 4, 335), (x + side * 2, _BOTTOM)], [0.5, 3, 4])
        canvas.fill(arm, look.cloth_dark, 0.45)
    _CLOTHES[look.clothes](canvas, look)


def _neck(canvas: Canvas, look: Look) -> None:
    skin, half = look.skin, look.shape.neck
    side = spline([(half, 60), (half - 2, 120), (half + 2, 168), (half + 9, 196), (half + 34, 226)])
    neck = outline(side, points([(half + 30, 300), (-half - 30, 300)]), mirrored(side))
    canvas.gradient(neck, skin.base, skin.shade, along=((-40, 120), (50, 240)))
    canvas.soft(ellipse(4, look.shape.chin_y - 14, half + 42, 44), skin.deep, 0.75, 13, within=neck)
    canvas.soft(ribbon([(half - 14, 150), (half - 22, 190), (14, 232)], [4, 7, 3]), skin.shade, 0.8, 4, within=neck)
    for side_of in (-1, 1):
        bone = facing(ribbon("9,236 28,229 62,221", [0.5, 3.2, 0.5]), side_of)
        canvas.fill(bone, mix(skin.shade, skin.deep, 0.4), 0.6)


def _body(look: Look) -> Points:
    half, wide = look.shape.neck, look.shape.shoulders
    side = spline(
        [(half + 6, 190), (half + 44, 208), (wide - 70, 232), (wide - 22, 258), (wide, 305), (wide + 12, _BOTTOM + 50)]
    )
    collar = spline([(-half - 6, 190), (-half + 4, 222), (0, 250), (half - 4, 222), (half + 6, 190)])
    return outline(side, mirrored(side), collar)


def _blazer(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    top = spline([(-half - 4, 196), (-half + 16, 226), (0, 250), (half - 16, 226), (half + 4, 196)])
    blouse = outline(top, points([(74, 300), (60, _BOTTOM), (-60, _BOTTOM), (-74, 300)]))
    shade = mix(look.accent, look.skin.shade, 0.35)
    canvas.gradient(blouse, look.accent, shade, along=((-30, 220), (50, 370)))
    canvas.fill(
        ribbon([(-half - 2, 197), (-half + 17, 227), (0, 251), (half - 17, 227), (half + 2, 197)], [3, 3, 3]),
        shade,
        0.8,
    )
    canvas.soft(ellipse(0, 214, half + 10, 30), look.skin.deep, 0.28, 9, within=blouse)
    for side in (-1, 1):
        edge = spline([(half + 12, 188), (half - 2, 238), (34, 306), (18, _BOTTOM)])
        lapel = facing(outline(edge, points([(88, _BOTTOM), (94, 312), (80, 288), (112, 268), (92, 214)])), side)
        canvas.soft(shifted(lapel, -side * 5, 4), look.cloth_dark, 0.5, 5, within=blouse)
        canvas.gradient(lapel, mix(look.cloth_light, "#ffffff", 0.08), look.cloth, along=((-60, 200), (90, 370)))
        canvas.soft(shifted(lapel, -side * 4, -4), look.cloth_dark, 0.7, 4, within=lapel, knockout=True)


def _cardigan(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    top = spline([(-half - 4, 196), (-30, 236), (0, 250), (30, 236), (half + 4, 196)])
    shirt = outline(top, points([(70, 290), (48, _BOTTOM), (-48, _BOTTOM), (-70, 290)]))
    canvas.gradient(shirt, look.accent, "#b9c7d8", along=((-30, 220), (30, 370)))
    canvas.fill(ribbon([(0, 262), (1, 320), (0, _BOTTOM)], [1.2, 1.6, 1.6]), "#9fb0c6", 0.9)
    for y in (292, 332):
        canvas.fill(ellipse(5, y, 3.4, 3.4), "#8fa2b8")
    for side in (-1, 1):
        collar = facing(blob([(half + 2, 184), (half + 18, 206), (54, 262), (40, 270), (3, 252), (24, 230)]), side)
        canvas.soft(shifted(collar, 1, 5), "#8b9bb0", 0.6, 4, within=shirt)
        canvas.gradient(collar, "#ffffff", look.accent, along=((-20, 190), (20, 275)))
        canvas.soft(shifted(collar, -3, -3), "#a9b8cb", 0.7, 3, within=collar, knockout=True)
        edge = facing(ribbon([(half + 17, 196), (74, 270), (58, 320), (46, _BOTTOM)], [3, 16, 17, 18]), side)
        canvas.fill(edge, look.cloth_dark, 0.9)
        canvas.fill(
            facing(ribbon([(half + 23, 198), (83, 272), (67, 322), (55, _BOTTOM)], [1, 1.6, 1.6, 1.6]), side),
            look.cloth_light,
        )


def _sweater(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    collar = outline(
        spline(
            [
                (-half - 14, 200),
                (-half - 5, 172),
                (-half + 10, 178),
                (0, 190),
                (half - 10, 178),
                (half + 5, 172),
                (half + 14, 200),
            ]
        ),
        spline([(half + 14, 200), (half + 10, 232), (0, 258), (-half - 10, 232), (-half - 14, 200)]),
    )
    canvas.soft(shifted(collar, 2, 7), look.cloth_dark, 0.6, 5)
    canvas.gradient(collar, look.cloth_light, look.cloth, along=((-50, 180), (50, 250)))
    canvas.soft(shifted(collar, -3, -9), look.cloth_dark, 0.7, 6, within=collar, knockout=True)
    for index in range(-6, 7):
        x = index * 9.2
        rib = ribbon([(x, 196 - 0.005 * x * x), (x * 1.06, 240 - 0.0075 * x * x)], [1.8, 1.8])
        canvas.fill(rib, look.cloth_dark, 0.32)
    for side in (-1, 1):
        fold = facing(ribbon("70,250 96,286 104,330", [0.5, 3.5, 0.5]), side)
        canvas.soft(fold, look.cloth_dark, 0.5, 2.5)


def _hoodie(canvas: Canvas, look: Look) -> None:
    half = look.shape.neck
    top = spline([(-half, 200), (-30, 232), (0, 243), (30, 232), (half, 200)])
    tee = outline(top, spline([(half + 4, 220), (0, 284), (-half - 4, 220)]))
    canvas.gradient(tee, look.accent, mix(look.accent, "#9a8f88", 0.35), along=((-30, 210), (40, 280)))
    canvas.fill(ribbon([(-half, 201), (-30, 233), (0, 244), (30, 233), (half, 201)], [3, 4, 4, 4, 3]), "#d8d0c8", 0.9)
    for side in (-1, 1):
        shape = [(half - 4, 146), (half + 32, 158), (half + 64, 204), (80, 252), (22, 288), (8, 276), (half - 8, 228)]
        hood = facing(blob(shape), side)
        canvas.soft(shifted(hood, 2, 7), look.cloth_dark, 0.55, 6)
        canvas.gradient(hood, look.cloth_light, look.cloth, along=((-60, 160), (60, 285)))
        canvas.soft(shifted(hood, -5, -6), look.cloth_dark, 0.75, 7, within=hood, knockout=True)
        canvas.fill(facing(ribbon("25,279 29,312 26,348", [4.5, 4.5, 4.5]), side), look.accent)
        canvas.fill(facing(ribbon("26,340 25,356", [6, 6]), side), mix(look.accent, "#8a7f78", 0.3))


_CLOTHES: dict[str, Callable[[Canvas, Look], None]] = {
    "blazer": _blazer,
    "cardigan": _cardigan,
    "sweater": _sweater,
    "hoodie": _hoodie,
}
