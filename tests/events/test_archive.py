import random
from pathlib import Path

import pytest
from msgspec import structs

from events.archive import copy_blobs, read_archive, write_archive
from events.blobs import BlobStore
from events.errors import BlobMissing, CorruptPayload
from events.lesson import SpeechUttered, TutorRendered
from events.memory import MemoryEventLog
from tests.events.samples import ENGINE, origin, random_event


def test_an_archive_gives_back_the_log_with_positions(tmp_path: Path) -> None:
    log, rng = MemoryEventLog(), random.Random(3)
    for version in range(30):
        log.append("s1", [random_event(rng)], expected_version=version, origin=origin())
    events = log.tail(0, limit=100)

    assert write_archive(tmp_path / "logs" / "a.jsonl", events) == 30
    assert tuple(read_archive(tmp_path / "logs" / "a.jsonl")) == events


def test_an_archive_is_one_line_an_event_whatever_its_text_holds(tmp_path: Path) -> None:
    log = MemoryEventLog()
    said = SpeechUttered(turn=1, source="typed", endpoint="typed", text="a\nb\r\u2028c")
    (recorded,) = log.append("s1", [said], expected_version=0, origin=origin())
    write_archive(tmp_path / "a.jsonl", [recorded, structs.replace(recorded, version=2)])

    assert (tmp_path / "a.jsonl").read_bytes().count(b"\n") == 2


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    log = MemoryEventLog()
    write_archive(
        tmp_path / "a.jsonl", log.append("s1", [random_event(random.Random(1))], expected_version=0, origin=origin())
    )
    with (tmp_path / "a.jsonl").open("ab") as file:
        file.write(b"{oops\n")

    with pytest.raises(CorruptPayload, match="line 2"):
        list(read_archive(tmp_path / "a.jsonl"))


def test_the_blobs_of_an_archive_can_be_taken_along(tmp_path: Path) -> None:
    source, target = BlobStore(tmp_path / "a"), BlobStore(tmp_path / "b")
    init, media = source.put(b"init", "video/mp4"), source.put(b"media", "video/mp4")
    face = TutorRendered(
        turn=0,
        segment=0,
        fragment=0,
        init=init,
        media=media,
        start_ms=0,
        duration_ms=400,
        look="iris",
        emotion="neutral",
        engine=ENGINE,
    )
    events = MemoryEventLog().append("s1", [face, face], expected_version=0, origin=origin())

    assert copy_blobs(events, source, target) == 2
    assert target.get(media.sha256) == b"media"
    with pytest.raises(BlobMissing):
        copy_blobs(events, BlobStore(tmp_path / "c"), BlobStore(tmp_path / "d"))
