"""A running server deletes recordings whose time is over."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.retaining import Retaining
from events.blobs import BlobStore
from events.location import DataFolder
from events.opening import open_log
from tests.actors.test_retention import hold_lesson


class Deleting(BlobStore):
    """A blob store that tells when it has deleted something."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.deleted = threading.Event()

    def expire(self, sha256: str, when: datetime) -> bool:
        done = super().expire(sha256, when)
        self.deleted.set()
        return done


def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=31)


def test_it_does_so_after_a_while_and_stops_when_told(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    said, heard = hold_lesson(folder)
    blobs = Deleting(folder.blobs)
    with open_log(folder) as log:
        retaining = Retaining(log, blobs, 30, later, first_after_s=0.0)
        retaining.start()
        assert blobs.deleted.wait(30)
        retaining.stop()

    assert not blobs.has(said.sha256)
    assert blobs.has(heard.sha256)


def test_while_another_server_does_it_this_one_leaves_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    said, _ = hold_lesson(folder)
    with open_log(folder) as log:
        hold = log.hold("retention")
        assert hold is not None
        retaining = Retaining(log, BlobStore(folder.blobs), 30, later)
        retaining._retain()
        assert BlobStore(folder.blobs).has(said.sha256)
        hold.release()
        retaining._retain()

    assert not BlobStore(folder.blobs).has(said.sha256)
