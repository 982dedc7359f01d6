"""The drawn tutor as frames that a page would show."""

import io
import itertools
from collections.abc import Callable

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from actors.face.drawn import EMOTIONS, TUTORS, DrawnFace
from actors.face.figure import mouth_box
from actors.ports import EngineInputError, FaceTrack
from events.values import Viseme
from policies.tutors import TUTORS as PERSONAS
from policies.visemes import VISEMES

Pictures = list[NDArray[np.uint8]]
Rendered = Callable[[FaceTrack], Pictures]


def held(*visemes: str, each_ms: int = 240) -> tuple[Viseme, ...]:
    return tuple(
        Viseme(viseme=name, start_ms=index * each_ms, end_ms=(index + 1) * each_ms)
        for index, name in enumerate(visemes)
    )


def track(visemes: tuple[Viseme, ...], **changes: object) -> FaceTrack:
    fields = {"visemes": visemes, "duration_ms": visemes[-1].end_ms, "start_ms": 0, "tutor": "maya", "seed": 5}
    return FaceTrack(**{**fields, **changes})  # type: ignore[arg-type]  # a test may change any field


def mouths(pictures: Pictures) -> list[NDArray[np.float64]]:
    y0, y1, x0, x1 = mouth_box()
    return [cv2.GaussianBlur(picture[y0:y1, x0:x1].astype(np.float64), (0, 0), 1.0) for picture in pictures]


def test_every_viseme_is_drawn_as_a_shape_of_its_own(rendered: Rendered) -> None:
    middles = mouths(rendered(track(held(*VISEMES, each_ms=160)))[2::4])
    assert len(middles) == 15
    apart = {
        (VISEMES[one], VISEMES[two]): np.abs(middles[one] - middles[two]).mean()
        for one, two in itertools.combinations(range(15), 2)
    }
    still = rendered(track(held("sil", "sil")))
    noise = max(np.abs(one - two).mean() for one, two in itertools.pairwise(mouths(still)))
    assert min(apart.values()) > 1.5 * noise, min(apart, key=lambda pair: apart[pair])


def test_lips_are_closed_in_silence_and_at_contacts(
    rendered: Rendered, opening: Callable[[Pictures], NDArray[np.float64]]
) -> None:
    visemes = (
        Viseme(viseme="aa", start_ms=0, end_ms=300),
        Viseme(viseme="sil", start_ms=300, end_ms=420),
        Viseme(viseme="aa", start_ms=420, end_ms=700),
        Viseme(viseme="PP", start_ms=700, end_ms=760),
        Viseme(viseme="aa", start_ms=760, end_ms=1000),
        Viseme(viseme="sil", start_ms=1000, end_ms=1400),
    )
    area = opening(rendered(track(visemes)))
    wide = area[4]
    assert wide > 0.05
    assert area[8:11].min() < 0.03 * wide  # 320 to 440 ms
    assert area[17:19].min() < 0.03 * wide  # 680 to 760 ms
    assert area[27:].max() < 0.03 * wide  # from 1080 ms on
    assert area[13:16].min() > 0.5 * wide


def test_the_same_track_gives_the_same_bytes(face: DrawnFace) -> None:
    given = track(held("aa", "PP", "ou", "sil"), emotion="happy")
    assert list(face.render(given)) == list(face.render(given))


def test_another_seed_moves_otherwise(face: DrawnFace) -> None:
    visemes = held("sil", "sil", "sil", "sil")
    one, two = (list(face.render(track(visemes, seed=seed, start_ms=4000))) for seed in (1, 2))
    assert one != two


def test_fragments_start_with_key_frames_the_first_comes_soon_and_times_add_up(face: DrawnFace) -> None:
    fragments = list(face.render(track(held(*VISEMES), start_ms=2000)))
    assert len({fragment.init for fragment in fragments}) == 1
    assert fragments[0].start_ms == 0
    assert 400 <= fragments[0].duration_ms <= 500
    assert all(one.start_ms + one.duration_ms == two.start_ms for one, two in itertools.pairwise(fragments))
    assert fragments[-1].start_ms + fragments[-1].duration_ms == 15 * 240
    for fragment in fragments:
        with av.open(io.BytesIO(fragment.init + fragment.media)) as container:
            frames = list(container.decode(video=0))
        assert len(frames) * 40 == fragment.duration_ms
        assert frames[0].key_frame
        assert round(frames[0].time * 1000) == fragment.start_ms
        assert (frames[0].width, frames[0].height) == (1280, 720)


def test_a_track_that_is_no_whole_number_of_frames_is_drawn_to_its_end(face: DrawnFace) -> None:
    fragments = list(face.render(track(held("aa"), duration_ms=250)))
    assert sum(fragment.duration_ms for fragment in fragments) == 280


def test_an_empty_track_gives_no_fragment(face: DrawnFace) -> None:
    assert list(face.render(track(held("aa"), duration_ms=0))) == []


def test_the_four_emotions_look_different(rendered: Rendered) -> None:
    assert set(EMOTIONS) == {"neutral", "happy", "encouraging", "thoughtful"}
    faces = {
        emotion: rendered(track(held("sil"), emotion=emotion, start_ms=800))[-1][60:500, 440:840].astype(np.float64)
        for emotion in EMOTIONS
    }
    for one, two in itertools.combinations(EMOTIONS, 2):
        assert (np.abs(faces[one] - faces[two]).max(axis=2) > 40).mean() > 0.01, (one, two)


def test_a_turn_starts_neutral_and_takes_on_its_emotion(rendered: Rendered) -> None:
    happy, neutral = (rendered(track(held("sil", "sil"), emotion=emotion)) for emotion in ("happy", "neutral"))
    first, last = (np.abs(happy[k].astype(np.float64) - neutral[k]).mean() for k in (0, -1))
    assert first < 0.1 * last


def test_a_segment_changes_from_the_emotion_before_it(rendered: Rendered) -> None:
    silence = held("sil", "sil")
    happy, changing, thoughtful = (
        rendered(track(silence, start_ms=2000, emotion=emotion, emotion_before=before))
        for emotion, before in (("happy", ""), ("thoughtful", "happy"), ("thoughtful", ""))
    )

    def change(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
        return float(np.abs(one.astype(np.float64) - two).mean())

    assert change(changing[0], happy[0]) < 0.2 * change(thoughtful[0], happy[0])
    assert change(changing[-1], thoughtful[-1]) < 0.2 * change(happy[-1], thoughtful[-1])


def test_consecutive_segments_join_without_a_jump(rendered: Rendered) -> None:
    silence = held("sil", "sil")
    before = rendered(track(silence, start_ms=1000 - 520))
    after = rendered(track(silence, start_ms=960))

    def change(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
        return float(np.abs(one.astype(np.float64) - two).mean())

    steps = [change(one, two) for run in (before, after) for one, two in itertools.pairwise(run)]
    assert change(before[-1], after[0]) <= 1.5 * max(steps)


@pytest.mark.parametrize("tutor", TUTORS)
def test_each_tutor_has_a_portrait(face: DrawnFace, tutor: str) -> None:
    data = face.portrait(tutor)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (720, 1280, 3)
    assert picture.std() > 30


def test_the_tutors_look_clearly_different(face: DrawnFace) -> None:
    portraits = {
        tutor: cv2.imdecode(np.frombuffer(face.portrait(tutor), np.uint8), cv2.IMREAD_COLOR) for tutor in TUTORS
    }
    for one, two in itertools.combinations(TUTORS, 2):
        assert (cv2.absdiff(portraits[one], portraits[two]).max(axis=2) > 30).mean() > 0.5


def test_every_tutor_that_can_be_chosen_is_drawn() -> None:
    assert {persona.look for persona in PERSONAS} <= set(TUTORS)


def test_the_idle_clip_loops_with_closed_lips_and_blinks(
    face: DrawnFace, opening: Callable[[Pictures], NDArray[np.float64]]
) -> None:
    data = face.idle("maya", seconds=8)
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(frames) == 200
    assert opening(frames).max() < 0.005
    eyes = np.stack([frame[270:330, 550:730] for frame in frames]).astype(np.float64)
    steps = np.abs(np.diff(eyes, axis=0)).mean(axis=(1, 2, 3))
    assert np.abs(frames[-1].astype(np.float64) - frames[0]).mean() < 2.0
    assert np.abs(eyes[-1] - eyes[0]).mean() < 0.5 * steps.max()
    assert (eyes @ np.array([0.114, 0.587, 0.299]) > 225).mean(
        axis=(1, 2)
    ).min() < 0.005  # no white of the eye: a blink


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tutor": "nobody"}, "tutor_unknown"),
        ({"emotion": "furious"}, "emotion_unknown"),
        ({"visemes": (Viseme(viseme="XX", start_ms=0, end_ms=80),)}, "viseme_unknown"),
    ],
)
def test_what_cannot_be_drawn_is_a_typed_error(face: DrawnFace, changes: dict[str, object], code: str) -> None:
    with pytest.raises(EngineInputError) as raised:
        list(face.render(track(**{"visemes": held("aa"), **changes})))
    assert raised.value.code == code
    with pytest.raises(EngineInputError):
        face.portrait("nobody")
    with pytest.raises(EngineInputError):
        face.idle("nobody")
