"""Paints the still parts of the head: skull, ears, shading, beard, nose. The hair is in `actors.face.hair`."""

from actors.face.canvas import Canvas, Points, blob, box, ellipse, facing, mix, outline, ribbon, shifted, spline
from actors.face.looks import EYE_X, MOUTH_Y, Look

JAW_DROP = 11.0


def face_outline(look: Look, jaw: float) -> Points:
    """The face from hairline to chin; ``jaw`` (0..1) lowers the chin."""
    shape = look.shape
    drop = JAW_DROP * jaw
    right = [
        (0.0, -124.0),
        (58.0, -114.0),
        (shape.temple - 8, -74.0),
        (shape.temple, -30.0),
        (shape.cheek, 18.0),
        (shape.cheek - 5, 52.0 + 0.1 * drop),
        (shape.jaw, 96.0 + 0.45 * drop),
        (shape.jaw * 0.42 + shape.chin * 0.58, shape.chin_y - 18.0 + 0.9 * drop),
        (shape.chin * 0.55, shape.chin_y - 2.5 + drop),
        (0.0, shape.chin_y + drop),
    ]
    left = [(-x, y) for x, y in right[-2:0:-1]]
    return spline([*right, *left], closed=True)


def paint_head(canvas: Canvas, look: Look, jaw: float) -> None:
    """Ears, face with its shading, beard; nothing that moves by itself."""
    skin = look.skin
    for side in (-1, 1):
        _ear(canvas, look, side)
    if look.hair != "short":
        canvas.fill(ellipse(0, -84, look.shape.temple - 4, 78), look.hair_colour)
    face = face_outline(look, jaw)
    drop = JAW_DROP * jaw
    canvas.gradient(face, skin.light, skin.base, along=((-60, -110), (50, 130)))
    canvas.soft(shifted(face, -16, -10), skin.shade, 0.75, 16, within=face, knockout=True)
    canvas.soft(shifted(face, -5, -4), skin.deep, 0.35, 6, within=face, knockout=True)
    canvas.soft(ellipse(-38, -78, 52, 24, -12), mix(skin.light, "#ffffff", 0.5), 0.4, 16, within=face)
    for side in (-1, 1):
        canvas.soft(ellipse(side * 66, 50, 27, 19), skin.blush, 0.34, 11, within=face)
        canvas.soft(ellipse(side * 52, -4, 34, 22), skin.shade, 0.35, 10, within=face)
    canvas.soft(ellipse(0, look.shape.chin_y - 14 + drop, 24, 10), skin.light, 0.4, 8, within=face)
    canvas.soft(ellipse(0, MOUTH_Y + 25 + 0.9 * drop, 21, 4.5), skin.shade, 0.6, 4, within=face)
    canvas.soft(ellipse(0, MOUTH_Y - 22, 6, 9), skin.shade, 0.3, 3.5, within=face)
    if look.lines:
        _lines(canvas, look)
    if look.beard:
        _beard(canvas, look, drop)


def _ear(canvas: Canvas, look: Look, side: int) -> None:
    skin = look.skin
    x = look.shape.cheek - 1
    ear = facing(blob([(x, -24), (x + 14, -28), (x + 19, -8), (x + 12, 18), (x + 2, 26), (x - 8, 0)]), side)
    canvas.gradient(ear, skin.base, skin.shade, along=((side * x, -26), (side * x, 28)))
    fold = ribbon([(x + 5, -14), (x + 12, -12), (x + 11, 4), (x + 4, 12)], [1, 3, 3, 1])
    canvas.fill(facing(fold, side), skin.deep, 0.55)


def _lines(canvas: Canvas, look: Look) -> None:
    """Lines of age, soft: beside the mouth, under and beside the eyes, on the forehead."""
    strength = look.lines
    paths = (
        ("25,52 38,64 46,82 47,96", 3.0, 0.55),
        ("30,19 46,25 64,24 74,18", 2.2, 0.5),
        ("84,-8 93,-12 100,-18", 1.8, 0.45),
        ("85,0 95,1 102,-2", 1.8, 0.45),
        ("84,8 93,13 99,14", 1.6, 0.35),
    )
    for path, width, alpha in paths:
        for side in (-1, 1):
            line = facing(ribbon(path, [0.4, width, 0.4]), side)
            canvas.soft(line, look.skin.deep, alpha * strength, 0.9)
    for y in (-66, -78):
        canvas.soft(ribbon([(-46, y + 3), (0, y), (46, y + 3)], [0.4, 1.8, 0.4]), look.skin.deep, 0.22 * strength, 1.2)


def _beard(canvas: Canvas, look: Look, drop: float) -> None:
    shape = look.shape
    chin = shape.chin_y + drop
    half = [
        (shape.cheek + 1, -12.0),
        (shape.cheek - 2, 48.0),
        (shape.jaw + 3, 98.0 + 0.45 * drop),
        (shape.chin + 14, chin - 6),
        (shape.chin * 0.5, chin + 9),
        (0.0, chin + 12),
    ]
    inner = [
        (0.0, MOUTH_Y + 24 + 0.9 * drop),
        (26.0, MOUTH_Y + 20 + 0.8 * drop),
        (50.0, MOUTH_Y + 2 + 0.3 * drop),
        (51.0, MOUTH_Y - 10),
        (64.0, MOUTH_Y - 20),
        (88.0, 52.0),
        (shape.cheek - 8, -12.0),
    ]
    edge = spline([*half, *((-x, y) for x, y in half[-2::-1])])
    hole = spline([*((-x, y) for x, y in inner[:0:-1]), *inner])
    beard = outline(edge, hole)
    canvas.gradient(beard, look.hair_light, look.hair_colour, along=((-60, 40), (60, chin + 10)))
    canvas.soft(shifted(beard, -9, -9), look.hair_dark, 0.7, 8, within=beard, knockout=True)
    moustache = blob("0,-20 22,-22 46,-8 54,8 40,0 18,-7 0,-9 -18,-7 -40,0 -54,8 -46,-8 -22,-22")
    canvas.fill(shifted(moustache, 0, MOUTH_Y), look.hair_colour)


def paint_nose(canvas: Canvas, look: Look) -> None:
    """The nose, on a layer of its own because it moves before the face when the head turns."""
    skin, width = look.skin, look.shape.nose_width
    canvas.soft(blob([(5, -22), (10, 10), (width * 0.9, 40), (4, 46), (2, 10)]), skin.shade, 0.55, 5)
    canvas.soft(ellipse(-3, 12, 4, 26), skin.light, 0.6, 4)
    canvas.soft(ellipse(0, 40, width * 0.75, 9), skin.light, 0.7, 4)
    canvas.soft(ellipse(0, 51, width * 0.95, 3.5), skin.deep, 0.55, 2.5)
    for side in (-1, 1):
        canvas.soft(ellipse(side * width * 0.85, 43, 5, 6), skin.shade, 0.5, 2.5)
        canvas.fill(
            ribbon(
                [(side * width * 0.28, 50.5), (side * width * 0.55, 48.2), (side * width * 0.86, 49.8)], [0.8, 3.4, 1.2]
            ),
            skin.deep,
            0.85,
        )
    canvas.soft(ellipse(-4, 37, 4, 3), "#ffffff", 0.45, 2)


def paint_glasses(canvas: Canvas, look: Look) -> None:
    """Round-cornered glasses with a faint reflection; they move with the nose."""
    for side in (-1, 1):
        x = side * EYE_X
        lens = box(x - 34, -24, x + 34, 28, 20)
        canvas.fill(lens, "#ffffff", 0.07)
        shine = blob([(x - 22, -20), (x - 4, -20), (x - 18, 8), (x - 28, 12)])
        canvas.soft(shine, "#ffffff", 0.22, 2.5, within=lens)
        rim = [(float(px), float(py)) for px, py in lens] + [(float(lens[0][0]), float(lens[0][1]))]
        canvas.soft(ribbon([(px + 1, py + 3) for px, py in rim], [3.5, 3.5]), look.skin.deep, 0.35, 2)
        canvas.fill(ribbon(rim, [4.2, 4.2]), look.glasses)
        arm = ribbon([(x + side * 33, -10), (x + side * 41, -11), (x + side * 49, -10)], [5, 4, 3.5])
        canvas.fill(arm, look.glasses)
    canvas.fill(ribbon("-19,-4 -8,-9 8,-9 19,-4", [4, 4.4, 4]), look.glasses)
