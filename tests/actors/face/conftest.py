"""What the face's tests share: rendered tracks, decoded pictures, measured mouths."""

import io
from collections.abc import Callable, Sequence

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from actors.face.drawn import DrawnFace
from actors.ports import FaceTrack, Fragment
from tests.lip_sync import mouth_opening

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
    """How far the mouth is open in each picture."""
    return mouth_opening


@pytest.fixture(scope="session")
def rendered(face: DrawnFace, pictures: Callable[[Sequence[Fragment]], Pictures]) -> Callable[[FaceTrack], Pictures]:
    """The pictures of a track."""
    return lambda track: pictures(list(face.render(track)))
