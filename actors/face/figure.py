"""A tutor put together: still layers painted once for each look, and a stage that composes frames from them."""

from functools import lru_cache

import cv2
import numpy as np
from msgspec import Struct

from actors.face.backdrop import paint_backdrop
from actors.face.canvas import Bgra, Canvas
from actors.face.features import EyePose, Features
from actors.face.hair import paint_hair
from actors.face.head import paint_glasses, paint_head, paint_nose
from actors.face.looks import MOUTH_Y, ORIGIN_X_PX, ORIGIN_Y_PX, UNIT_PX, Look, look_of
from actors.face.motion import Motion
from actors.face.mouth import Curve
from actors.face.pen import Pen, overlay
from actors.face.torso import paint_torso
from actors.face.video import HEIGHT, WIDTH, Yuv

HEAD_SCALE = 2 * UNIT_PX
_HEAD = (-164.0, -208.0, 164.0)
_HEAD_BOTTOM = {"long": 266.0}
_JAWS = 8
_JAW_TOP, _JAW_BOTTOM = 28.0, 172.0
_NOSE = (-34.0, -30.0, 34.0, 66.0)
_GLASSES = (-116.0, -34.0, 116.0, 40.0)
_BREATHS = 12
_BREATH_PX = 3.0
_PIVOT_Y = 150.0
_MARGIN_PX = 14


class Layers(Struct, frozen=True, kw_only=True):
    """The still layers of one look. ``jaws`` are the lower face with the chin lower and lower."""

    look: Look
    head: Bgra
    jaws: tuple[Bgra, ...]
    nose: Bgra
    glasses: Bgra | None
    rooms: tuple[Bgra, ...]
    room_frames: tuple[Yuv, ...]
    head_top: float
    head_bottom: float


@lru_cache(maxsize=8)
def layers_of(tutor: str) -> Layers:
    """Paint the layers of a tutor (about a second, once), or raise `UnknownLook`."""
    look = look_of(tutor)
    bottom = _HEAD_BOTTOM.get(look.hair, 186.0)
    left, top, right = _HEAD
    head = Canvas(left, top, right, bottom, HEAD_SCALE)
    paint_head(head, look, 0.0)
    paint_hair(head, look)
    jaws = []
    for level in range(_JAWS):
        lower = Canvas(left, _JAW_TOP, right, _JAW_BOTTOM, HEAD_SCALE)
        paint_head(lower, look, level / (_JAWS - 1))
        paint_hair(lower, look)
        jaws.append(lower.pixels)
    nose = Canvas(*_NOSE, HEAD_SCALE)
    paint_nose(nose, look)
    glasses = Canvas(*_GLASSES, HEAD_SCALE)
    if look.glasses:
        paint_glasses(glasses, look)
    rooms = _rooms(look)
    return Layers(
        look=look,
        head=head.pixels,
        jaws=tuple(jaws),
        nose=nose.pixels,
        glasses=glasses.pixels if look.glasses else None,
        rooms=rooms,
        room_frames=tuple(cv2.cvtColor(room, cv2.COLOR_BGRA2YUV_I420) for room in rooms),
        head_top=top,
        head_bottom=bottom,
    )


def _rooms(look: Look) -> tuple[Bgra, ...]:
    """Backdrop and body at each stage of a breath."""
    backdrop = cv2.cvtColor(paint_backdrop(look.backdrop), cv2.COLOR_BGR2BGRA)
    half = WIDTH / 2 / UNIT_PX
    bottom = (HEIGHT - ORIGIN_Y_PX) / UNIT_PX
    canvas = Canvas(-half, -130, half, bottom + 10, 2 * UNIT_PX)
    paint_torso(canvas, look)
    top = round(ORIGIN_Y_PX - 130 * UNIT_PX)
    rooms = []
    for level in range(_BREATHS):
        room = backdrop.copy()
        rise = _BREATH_PX * level / (_BREATHS - 1)
        widen = 1 + 0.004 * level / (_BREATHS - 1)
        move = np.array([[widen / 2, 0, WIDTH / 2 * (1 - widen)], [0, 0.5, -rise]], np.float32)
        body = cv2.warpAffine(canvas.pixels, move, (WIDTH, HEIGHT - top), flags=cv2.INTER_LINEAR)
        overlay(room[top:], body)
        rooms.append(room)
    return tuple(rooms)


class Stage:
    """Composes frames of one tutor. It keeps buffers between frames, so each rendering has a stage of its own."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._features = Features(layers.look, HEAD_SCALE)
        self._head = layers.head.copy()
        self._pen = Pen(self._head, _HEAD[0], layers.head_top, HEAD_SCALE)
        left = ORIGIN_X_PX + _HEAD[0] * UNIT_PX - _MARGIN_PX
        right = ORIGIN_X_PX + _HEAD[2] * UNIT_PX + _MARGIN_PX
        top = ORIGIN_Y_PX + layers.head_top * UNIT_PX - _MARGIN_PX
        bottom = ORIGIN_Y_PX + layers.head_bottom * UNIT_PX + _MARGIN_PX
        y0, y1, x0, x1 = self._area = (_even(top), min(HEIGHT, _even(bottom)), _even(left), _even(right))
        self._region = np.empty((y1 - y0, x1 - x0, 4), np.uint8)
        self._placed = np.empty_like(self._region)
        self._frame = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        self._level = -1

    def draw(self, motion: Motion, mouths: Curve, index: int) -> Yuv:
        """Frame ``index`` of a motion as I420. The picture is the stage's own: it lasts until the next frame."""
        self._compose_head(motion, mouths[index], index)
        level = round(float(motion.breath[index]) * (_BREATHS - 1))
        y0, y1, x0, x1 = self._area
        overlay(self._layers.rooms[level][y0:y1, x0:x1], self._placed_head(motion, index), self._region)
        if level != self._level:
            np.copyto(self._frame, self._layers.room_frames[level])
            self._level = level
        _paste(self._frame, cv2.cvtColor(self._region, cv2.COLOR_BGRA2YUV_I420), self._area)
        return self._frame

    def _compose_head(self, motion: Motion, mouth: Curve, index: int) -> None:
        """Draw the features of one frame into the head's picture."""
        layers, pen = self._layers, self._pen
        jaw = min(_JAWS - 1, max(0, round(float(mouth[-1]) * (_JAWS - 1))))
        split = round((_JAW_TOP - layers.head_top) * HEAD_SCALE)
        brow_top = round((-70 - layers.head_top) * HEAD_SCALE)
        self._head[brow_top:split] = layers.head[brow_top:split]
        self._head[split : split + len(layers.jaws[jaw])] = layers.jaws[jaw]
        mood = motion.mood[index]
        turn, nod = float(motion.turn[index]), float(motion.nod[index])
        pen.stamp(layers.nose, _NOSE[0] + turn * 1.35, _NOSE[1] + nod * 1.2)
        for side in (-1, 1):
            self._features.eye(
                pen,
                EyePose(
                    side=side,
                    lids=float(motion.lids[index]),
                    squint=mood.squint,
                    widen=mood.widen,
                    gaze_x=float(motion.gaze_x[index]) + mood.look_x,
                    gaze_y=float(motion.gaze_y[index]) + mood.look_y,
                    shift_x=turn,
                    shift_y=nod,
                    brow=mood.brow_raise + mood.brow_uneven * (side > 0),
                    brow_inner=mood.brow_inner,
                ),
            )
        if layers.glasses is not None:
            pen.stamp(layers.glasses, _GLASSES[0] + turn * 1.2, _GLASSES[1] + nod * 1.1)
        self._features.mouth(pen, mouth, mood.smile, mood.cheek, (turn * 1.1, nod + 1.5 * float(mouth[-1])))

    def _placed_head(self, motion: Motion, index: int) -> Bgra:
        """The head turned and moved to its place on the screen, over the stage's area."""
        mood = motion.mood[index]
        angle = float(np.radians(motion.tilt[index] + mood.tilt))
        cosine, sine = np.cos(angle) * UNIT_PX / HEAD_SCALE, np.sin(angle) * UNIT_PX / HEAD_SCALE
        pivot_x, pivot_y = -_HEAD[0] * HEAD_SCALE, (_PIVOT_Y - self._layers.head_top) * HEAD_SCALE
        rise = _BREATH_PX * float(motion.breath[index]) * 0.85
        y0, y1, x0, x1 = self._area
        x = ORIGIN_X_PX + float(motion.x[index]) * UNIT_PX - x0
        y = ORIGIN_Y_PX + (_PIVOT_Y + float(motion.y[index]) + mood.nod) * UNIT_PX - rise - y0
        move = np.array(
            [
                [cosine, -sine, x - cosine * pivot_x + sine * pivot_y],
                [sine, cosine, y - sine * pivot_x - cosine * pivot_y],
            ],
            np.float64,
        )
        return cv2.warpAffine(self._head, move, (x1 - x0, y1 - y0), dst=self._placed, flags=cv2.INTER_LINEAR)


def mouth_box() -> tuple[int, int, int, int]:
    """The pixels (y0, y1, x0, x1) of a frame in which the mouth moves, for whoever measures it."""
    x, y = ORIGIN_X_PX, ORIGIN_Y_PX + MOUTH_Y * UNIT_PX
    return round(y - 26), round(y + 44), round(x - 58), round(x + 58)


def _even(value: float) -> int:
    return int(value) // 2 * 2


def _paste(frame: Yuv, part: Yuv, area: tuple[int, int, int, int]) -> None:
    """Lay an I420 part over an I420 frame; the area's bounds are even."""
    y0, y1, x0, x1 = area
    height, width = y1 - y0, x1 - x0
    frame[y0:y1, x0:x1] = part[:height]
    chroma = frame[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    part_chroma = part[height:].reshape(2, height // 2, width // 2)
    chroma[:, y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = part_chroma
