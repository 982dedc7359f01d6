"""The drawn face as an engine: a track of visemes in, fragments of video out. It fulfils `actors.ports.Face`."""

from collections.abc import Iterator

import numpy as np
from msgspec import structs

from actors.face.figure import Stage, layers_of
from actors.face.looks import LOOKS
from actors.face.motion import MOODS, Motion, idle_motion, mood_course, mood_of, turn_motion
from actors.face.mouth import OPENING, REST, SHAPES, Curve, course
from actors.face.video import FRAME_MS, Yuv, clip, fragments, png
from actors.ports import FaceTrack, Fragment

TUTORS = tuple(LOOKS)
EMOTIONS = tuple(MOODS)
LIPS_LEAD_MS = 20
"""Lips move before the voice is heard, by 100 ms and more in people (Chandrasekaran et al. 2009, "The natural
statistics of audiovisual speech"); this little brings the opening drawn and the voice's energy to the same frame."""
_IDLE_SEED = 11


class DrawnFace:
    """A 2-D tutor, drawn on the CPU. It keeps nothing between calls, so several threads may use it."""

    name = "vector"
    version = "1"
    digest = ""

    def prepare(self, tutor: str) -> None:
        """Paint a tutor's layers ahead of the first call (about a second); raises `UnknownLook`."""
        layers_of(tutor)

    def render(self, track: FaceTrack) -> Iterator[Fragment]:
        """See `actors.ports.Face`. Raises `UnknownLook`, `UnknownEmotion` or `UnknownViseme`."""
        layers = layers_of(track.tutor)
        if track.duration_ms <= 0:
            return
        motion, mouths = performance(track)
        for part in fragments(_frames(Stage(layers), motion, mouths)):
            yield Fragment(
                init=part.init,
                media=part.media,
                start_ms=part.first_frame * FRAME_MS,
                duration_ms=part.frames * FRAME_MS,
            )

    def portrait(self, tutor: str) -> bytes:
        """A still of the tutor, smiling, as PNG of 1280x720."""
        times = np.zeros(1)
        motion = idle_motion(times, 8000.0, _IDLE_SEED)
        mood = mood_of("happy")
        return png(Stage(layers_of(tutor)).draw(structs.replace(motion, mood=(mood,)), _closed(1), 0))

    def idle(self, tutor: str, seconds: float = 8.0) -> bytes:
        """A clip of the listening tutor that loops: whole breaths, lips closed, last frame next to the first."""
        count = round(seconds * 1000 / FRAME_MS)
        times = np.arange(count) * float(FRAME_MS)
        motion = idle_motion(times, count * float(FRAME_MS), _IDLE_SEED)
        motion = structs.replace(motion, mood=(mood_of("neutral"),) * count)
        return clip(_frames(Stage(layers_of(tutor)), motion, _closed(count)))


def performance(track: FaceTrack) -> tuple[Motion, Curve]:
    """Motion and mouth of every frame of a track; a frame shows the middle of its 40 ms."""
    count = -(-track.duration_ms // FRAME_MS)
    middle = (np.arange(count) + 0.5) * FRAME_MS
    mouths = course(track.visemes, middle + LIPS_LEAD_MS)
    openness = np.clip(mouths[:, OPENING] / SHAPES["aa"][OPENING], 0, 1)
    motion = turn_motion(track.start_ms + middle, openness, track.seed)
    before = track.emotion_before or ("neutral" if track.start_ms == 0 else track.emotion)
    moods = mood_course(middle, mood_of(before), mood_of(track.emotion))
    return structs.replace(motion, mood=moods), mouths


def _frames(stage: Stage, motion: Motion, mouths: Curve) -> Iterator[Yuv]:
    for index in range(len(mouths)):
        yield stage.draw(motion, mouths, index)


def _closed(count: int) -> Curve:
    return np.tile(REST, (count, 1))
