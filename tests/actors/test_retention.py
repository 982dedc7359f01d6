"""Recordings whose time is over are deleted, told in the log, and read as expired."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actors.retention import retain
from events.__main__ import main
from events.blobs import BlobStore
from events.learner import AudioExpired, ConsentGiven, ConsentWithdrawn, stream_of
from events.learner_stream import append_for
from events.lesson import SpeechUttered, TutorSpoken
from events.location import DataFolder
from events.opening import open_blobs, open_log
from events.recorder_log import RecorderEventLog
from events.sealing.errors import BlobExpired
from events.values import Blob
from events.verification import verify
from tests.events.samples import ENGINE, origin, started

LATER = datetime.now(UTC) + timedelta(days=31)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def hold_lesson(folder: DataFolder, learner: str = "ana") -> tuple[Blob, Blob]:
    """A lesson with a recording of the learner and one of the tutor."""
    blobs, stream = open_blobs(folder).of(learner), f"lesson-of-{learner}"
    with open_log(folder) as log:
        log.append(stream, [started(learner, stream)], expected_version=0, origin=origin(learner))
        said, heard = blobs.put(b"fLaC learner", "audio/flac"), blobs.put(b"fLaC tutor", "audio/flac")
        events = [
            SpeechUttered(turn=1, source="upload", endpoint="client", audio=said),
            TutorSpoken(
                turn=1,
                segment=0,
                sentence=0,
                text="Hello.",
                voice="joe",
                audio=heard,
                sample_rate_hz=16_000,
                start_ms=0,
                duration_ms=40,
                engine=ENGINE,
            ),
        ]
        log.append(stream, events, expected_version=1, origin=origin(learner))
    return said, heard


def told(log: RecorderEventLog, learner: str = "ana") -> list[object]:
    return [each.event for each in log.read(stream_of(learner))]


def test_a_recording_of_the_learner_goes_after_thirty_days_and_the_tutors_stays(folder: DataFolder) -> None:
    said, heard = hold_lesson(folder)
    store = BlobStore(folder.blobs)
    with open_log(folder) as log:
        assert retain(log, store, now=LATER - timedelta(days=2)) == ()
        (expiry,) = retain(log, store, now=LATER)

        assert [each.sha256 for each in expiry.recordings] == [said.sha256]
        # mark 4 bytes, number 4, nonce 12, tag 16, and "fLaC learner" 12
        assert told(log) == [AudioExpired(count=1, size_bytes=48, limit_days=30)]
    blobs = open_blobs(folder).of("ana")
    with pytest.raises(BlobExpired):
        blobs.get(said.sha256)
    assert blobs.get(heard.sha256) == b"fLaC tutor"


def test_to_do_it_again_deletes_and_tells_nothing_more(folder: DataFolder) -> None:
    hold_lesson(folder)
    store = BlobStore(folder.blobs)
    with open_log(folder) as log:
        retain(log, store, now=LATER)

        assert retain(log, store, now=LATER) == ()
        assert len(told(log)) == 1


def test_an_expired_recording_is_no_fault_of_the_log(folder: DataFolder) -> None:
    hold_lesson(folder)
    store = BlobStore(folder.blobs)
    with open_log(folder) as log:
        retain(log, store, now=LATER)

        assert list(verify(log, store)) == []


def test_who_no_longer_agrees_has_no_recording_any_more_and_others_keep_theirs(folder: DataFolder) -> None:
    anas, bens = hold_lesson(folder)[0], hold_lesson(folder, "ben")[0]
    store = BlobStore(folder.blobs)
    with open_log(folder) as log:
        append_for(log, "ana", ConsentWithdrawn(purpose="training"))
        assert retain(log, store, now=datetime.now(UTC)) == ()
        append_for(log, "ana", ConsentWithdrawn(purpose="recordings"))
        retain(log, store, now=datetime.now(UTC))

        assert told(log)[-1] == AudioExpired(count=1, size_bytes=48, limit_days=30, reason="consent")
    assert not store.has(anas.sha256)
    assert store.has(bens.sha256)


def test_who_agrees_again_keeps_what_is_recorded_then(folder: DataFolder) -> None:
    said, _ = hold_lesson(folder)
    with open_log(folder) as log:
        append_for(log, "ana", ConsentWithdrawn(purpose="recordings"))
        append_for(log, "ana", ConsentGiven(purpose="recordings"))

        assert retain(log, BlobStore(folder.blobs), now=datetime.now(UTC)) == ()
    assert BlobStore(folder.blobs).has(said.sha256)


def test_cut_short_before_a_deletion_the_rest_goes_the_next_time(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, _ = hold_lesson(folder)
    store = BlobStore(folder.blobs)
    with open_log(folder) as log, monkeypatch.context() as killed:
        killed.setattr(store, "expire", lambda sha256, now: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            retain(log, store, now=LATER)
    with open_log(folder) as log:
        retain(log, store, now=LATER)

        assert not store.has(said.sha256)
        assert len(told(log)) == 2


def test_there_is_a_command(folder: DataFolder, capfd: pytest.CaptureFixture[str]) -> None:
    hold_lesson(folder)

    assert main(["retain"], folder) == 0
    assert "0 recordings of 0 learners deleted" in capfd.readouterr().out
    assert main(["retain", "--days", "0"], folder) == 0
    assert "ana: 1 recording" in capfd.readouterr().out
    for days in ("-1", "99999999999"):
        with pytest.raises(SystemExit):
            main(["retain", "--days", days], folder)
