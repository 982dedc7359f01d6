"""H.264 and MP4 as a browser needs them (RFC 6381 codec strings, ISO/IEC 14496-12 boxes)."""

import io
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from actors.face.video import HEIGHT, WIDTH, clip, fragments
from projections.messages import H264_MEDIA_TYPE


def stripes(count: int) -> Iterator[NDArray[np.uint8]]:
    for index in range(count):
        frame = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        frame[100:300, 40 + 8 * index : 240 + 8 * index] = 220
        yield frame


def boxes(data: bytes) -> list[str]:
    names, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        at += size
    return names


def test_the_media_type_names_the_profile_and_level_that_is_encoded() -> None:
    init = next(fragments(stripes(2))).init
    configuration = init.index(b"avcC") + 4
    profile, compatibility, level = init[configuration + 1 : configuration + 4]
    encoded = f'video/mp4; codecs="avc1.{profile:02x}{compatibility:02x}{level:02x}"'
    assert encoded == H264_MEDIA_TYPE


def test_an_initialisation_segment_and_fragments_of_one_moof_and_mdat() -> None:
    parts = list(fragments(stripes(40)))
    assert [boxes(part.init) for part in parts] == [["ftyp", "moov"]] * 3
    assert [boxes(part.media) for part in parts] == [["moof", "mdat"]] * 3
    assert [(part.first_frame, part.frames) for part in parts] == [(0, 10), (10, 25), (35, 5)]


def test_decode_times_start_at_zero_and_follow_the_frames() -> None:
    parts = list(fragments(stripes(40)))
    with av.open(io.BytesIO(parts[0].init + b"".join(part.media for part in parts))) as container:
        scale = int(1 / container.streams.video[0].time_base)
    for part in parts:
        box = part.media.index(b"tfdt") + 4
        version = part.media[box]
        base = int.from_bytes(part.media[box + 4 : box + (12 if version else 8)], "big")
        assert base == part.first_frame * scale // 25


def test_a_fragment_is_handed_out_before_the_next_one_is_drawn() -> None:
    drawn = 0

    def counted() -> Iterator[NDArray[np.uint8]]:
        nonlocal drawn
        for frame in stripes(60):
            drawn += 1
            yield frame

    next(fragments(counted()))
    assert drawn <= 11


def test_what_is_decoded_is_what_was_drawn() -> None:
    parts = list(fragments(stripes(12)))
    with av.open(io.BytesIO(parts[0].init + b"".join(part.media for part in parts))) as container:
        decoded = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    for one, two in zip(decoded, stripes(12), strict=True):
        assert np.abs(one.astype(int) - two).mean() < 1.0


def test_one_frame_is_a_fragment_and_none_is_no_fragment() -> None:
    assert [part.frames for part in fragments(stripes(1))] == [1]
    assert list(fragments(())) == []


def test_a_clip_is_a_whole_file_with_its_index_in_front() -> None:
    data = clip(stripes(30))
    names = [name for name in boxes(data) if name != "free"]
    assert names == ["ftyp", "moov", "mdat"]
    with av.open(io.BytesIO(data)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 30
