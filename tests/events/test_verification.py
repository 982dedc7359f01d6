import sqlite3
from pathlib import Path

from events.blobs import BlobStore
from events.lesson import SessionEnded, SpeechUttered
from events.log import Batch
from events.sqlite import SQLiteEventLog
from events.values import Blob
from events.verification import verify
from tests.events.samples import origin, started


def uttered(turn: int, audio: Blob) -> SpeechUttered:
    return SpeechUttered(turn=turn, source="upload", endpoint="client", audio=audio)


def filled(folder: Path) -> tuple[SQLiteEventLog, BlobStore, list[Blob]]:
    """A log of two sessions with three recordings."""
    log, blobs = SQLiteEventLog(folder / "log.sqlite"), BlobStore(folder / "blobs")
    audio = [blobs.put(f"recording {n}".encode() * 10, "audio/flac") for n in range(3)]
    log.append_many(
        [
            Batch(
                stream="s1",
                events=(started(), uttered(1, audio[0]), uttered(2, audio[1])),
                expected_version=0,
                origin=origin(),
            ),
            Batch(stream="s2", events=(started(), uttered(1, audio[2])), expected_version=0, origin=origin()),
            Batch(stream="s1", events=(SessionEnded(reason="idle"),), expected_version=3, origin=origin()),
        ]
    )
    return log, blobs, audio


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "log.sqlite") as raw:
        raw.execute(statement)
    raw.close()


def test_a_sound_log_has_no_fault(tmp_path: Path) -> None:
    log, blobs, _ = filled(tmp_path)
    steps: list[int] = []

    assert list(verify(log, blobs, step=lambda: steps.append(1))) == []
    assert len(steps) == 6


def test_a_lost_event_shows_as_a_gap_of_position_and_version(tmp_path: Path) -> None:
    log, blobs, _ = filled(tmp_path)
    change(tmp_path, "DELETE FROM events WHERE rowid=2")

    assert [(p.kind, p.position, p.stream, p.version) for p in verify(log, blobs)] == [
        ("position", 3, "s1", 3),
        ("version", 3, "s1", 3),
    ]


def test_a_changed_payload_is_found(tmp_path: Path) -> None:
    log, blobs, _ = filled(tmp_path)
    change(tmp_path, 'UPDATE events SET state=replace(state, \'"turn":2\', \'"turn":"2"\') WHERE rowid=3')

    (problem,) = verify(log, blobs)

    assert (problem.kind, problem.position) == ("payload", 3)
    assert "$.data.turn" in problem.detail


def test_an_event_moved_to_another_stream_is_found(tmp_path: Path) -> None:
    log, blobs, _ = filled(tmp_path)
    change(tmp_path, "UPDATE events SET originator_id='s9', originator_version=1 WHERE rowid=6")

    (problem,) = verify(log, blobs)

    assert (problem.kind, problem.position, problem.stream) == ("payload", 6, "s9")
    assert "'s1'" in problem.detail


def test_missing_changed_and_missized_blobs_are_found_once_each(tmp_path: Path) -> None:
    log, blobs, audio = filled(tmp_path)
    paths = [tmp_path / "blobs" / a.sha256[:2] / a.sha256[2:4] / a.sha256 for a in audio]
    paths[0].unlink()
    paths[1].write_bytes(b"other")
    wrong_size = Blob(sha256=audio[2].sha256, media_type="audio/flac", size_bytes=1)
    log.append("s3", [uttered(1, wrong_size), uttered(2, audio[0])], expected_version=0, origin=origin())

    assert [(p.kind, p.position) for p in verify(log, blobs)] == [
        ("blob_missing", 2),
        ("blob_corrupt", 3),
        ("blob_size", 7),
    ]
