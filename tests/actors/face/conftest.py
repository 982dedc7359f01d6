"""What the face's tests share: rendered tracks, decoded pictures, measured mouths."""

import io
from collections.abc import Callable, Sequence

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from actors.face.drawn import DrawnFace
from actors.face.figure import mouth_box
from actors.ports import FaceTrack, Fragment

Pictures = list[NDArray[np.uint8]]


@pytest.fixture(scope="session")
def face() -> DrawnFace:
    return DrawnFace()


@pytest.fixture(scope="session")
def pictures() -> Callable[[Sequence[Fragment]], Pictures]:
    """Decode fragments joined to one file, as BGR."""

    def decode(fragments: Sequence[Fragment]) -> Pictures:
        data = fragments[0].init + b"".join(fragment.media for fragment in fragments)
        with av.open(io.BytesIO(data)) as container:
            return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]

    return decode


@pytest.fixture(scope="session")
def opening() -> Callable[[Pictures], NDArray[np.float64]]:
    """How far the mouth is open in each picture: the share of dark (inside) or white (teeth) pixels where it is.

    Good for tutors whose skin and lips are neither.
    """

    def measure(pictures: Pictures) -> NDArray[np.float64]:
        y0, y1, x0, x1 = mouth_box()
        mouths = np.stack([picture[y0:y1, x0:x1] for picture in pictures]).astype(np.float64)
        luma = mouths @ np.array([0.114, 0.587, 0.299])
        return ((luma < 60) | (luma > 222)).mean(axis=(1, 2))

    return measure


@pytest.fixture(scope="session")
def rendered(face: DrawnFace, pictures: Callable[[Sequence[Fragment]], Pictures]) -> Callable[[FaceTrack], Pictures]:
    """The pictures of a track."""
    return lambda track: pictures(list(face.render(track)))
