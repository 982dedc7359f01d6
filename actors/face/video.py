"""Frames to H.264 in MP4: fragments that Media Source Extensions play, and whole clips. Draws nothing.

Fragments follow ISO/IEC 14496-12 (ftyp+moov once, then moof+mdat each starting with an IDR picture, as
https://www.w3.org/TR/mse-byte-stream-format-isobmff/ wants). Frames are I420 in the layout of OpenCV: one uint8
array of shape (HEIGHT * 3 // 2, WIDTH), BT.601 limited range, which the stream says of itself.
"""

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from av.video.stream import VideoStream
from cv2.typing import MatLike
from msgspec import Struct

from actors.ports import FRAMES_PER_SECOND

WIDTH = 1280
HEIGHT = 720
FRAME_MS = 1000 // FRAMES_PER_SECOND
FIRST_FRAGMENT_FRAMES = 10
FRAGMENT_FRAMES = 25

Yuv = MatLike

_ENCODER = {
    "preset": "superfast",
    "tune": "zerolatency",
    "profile": "baseline",
    "level": "3.1",
    "crf": "24",
    "forced-idr": "1",
    "x264-params": "threads=1:sliced-threads=0:scenecut=0:keyint=250",
}
_BT601 = 6  # ITU-T H.264 table E-5: SMPTE 170M, the matrix of cv2.COLOR_BGR2YUV_I420
_BT709 = 1
_LIMITED_RANGE = 1


class EncodedFragment(Struct, frozen=True, kw_only=True):
    """The bytes of one fragment and how many frames it holds."""

    init: bytes
    media: bytes
    first_frame: int
    frames: int


class _Pipe(io.RawIOBase):
    """Keeps what the muxer writes until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]  # the muxer hands over a buffer
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def fragments(frames: Iterable[Yuv]) -> Iterator[EncodedFragment]:
    """Encode frames as they come; each fragment is handed out as soon as its last frame is encoded.

    The first one is short, so that the face appears soon. The muxer closes a fragment when the next key frame comes.
    """
    pipe = _Pipe()
    options = {"movflags": "empty_moov+frag_keyframe+default_base_moof+skip_trailer"}
    with av.open(pipe, "w", format="mp4", options=options) as container:
        stream = _video_stream(container)
        container.start_encoding()
        init = b""
        starts: list[int] = []
        count = 0
        for count, yuv in enumerate(frames, start=1):
            index = count - 1
            key = index == 0 or (index - FIRST_FRAGMENT_FRAMES) % FRAGMENT_FRAMES == 0
            for packet in stream.encode(_picture(yuv, index, key)):
                container.mux(packet)
            if not init:
                init = pipe.take()
            if key:
                starts.append(index)
                if index > 0:
                    yield EncodedFragment(
                        init=init, media=pipe.take(), first_frame=starts[-2], frames=index - starts[-2]
                    )
        for packet in stream.encode(None):
            container.mux(packet)
    if starts:
        yield EncodedFragment(init=init, media=pipe.take(), first_frame=starts[-1], frames=count - starts[-1])


def clip(frames: Iterable[Yuv]) -> bytes:
    """A whole MP4 file with its index in front, for a page to loop."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={"moov_size": "16384"}) as container:
        stream = _video_stream(container)
        for index, yuv in enumerate(frames):
            container.mux(stream.encode(_picture(yuv, index, index == 0)))
        container.mux(stream.encode(None))
    return file.getvalue()


def png(yuv: Yuv) -> bytes:
    """One frame as PNG."""
    done, data = cv2.imencode(".png", cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420), [cv2.IMWRITE_PNG_COMPRESSION, 6])
    assert done
    return data.tobytes()


def _video_stream(container: av.container.OutputContainer) -> VideoStream:
    container.flags |= 0x400  # AVFMT_FLAG_BITEXACT: no encoder version in the file, so equal tracks give equal bytes
    stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=_ENCODER)
    stream.width = WIDTH
    stream.height = HEIGHT
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, FRAMES_PER_SECOND)
    context = stream.codec_context
    context.thread_count = 1
    context.colorspace = _BT601
    context.color_primaries = _BT709
    context.color_trc = _BT709
    context.color_range = _LIMITED_RANGE
    return stream


def _picture(yuv: Yuv, index: int, key: bool) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(np.asarray(yuv, np.uint8), format="yuv420p")
    picture.pts = index
    picture.time_base = Fraction(1, FRAMES_PER_SECOND)
    if key:
        picture.pict_type = PictureType.I
    return picture
