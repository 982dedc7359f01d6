"""What the SQLite store promises beyond the contract: several processes, durability, faults of the disk."""

import pickle
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload, EventsError, LogUnavailable, VersionConflict
from events.lesson import SessionEnded
from events.log import Batch
from events.sqlite import SQLiteEventLog
from tests.events.samples import origin

WRITER = """
import sys
import threading
from contextlib import closing
from pathlib import Path
from events.envelope import Origin
from events.errors import VersionConflict
from events.lesson import SessionEnded
from events.sqlite import SQLiteEventLog

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
origin = Origin(learner=name, causation="c", correlation="r", producer=name)
log = SQLiteEventLog(path)
shared = 0
for n in range(count):
    log.append(name, [SessionEnded(reason=f"{name}-{n}-{k}") for k in range(3)], expected_version=3 * n, origin=origin)
    while True:
        try:
            log.append("shared", [SessionEnded(reason=f"{name}-{n}")], expected_version=shared, origin=origin)
        except VersionConflict as conflict:
            shared = conflict.actual
        else:
            shared += 1
            break
"""


def ended(reason: str) -> SessionEnded:
    return SessionEnded(reason=reason)


def test_a_tail_misses_nothing_while_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    count, names = 40, ("a", "b", "c")
    total = len(names) * count * 4
    seen: list[Recorded] = []

    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name, str(count)]) for name in names]
    with SQLiteEventLog(path) as log:
        position = 0
        while position < total:
            assert log.wait(position, timeout_s=60)
            page = log.tail(position, limit=7)
            assert [r.position for r in page] == list(range(position + 1, position + 1 + len(page)))
            seen.extend(page)
            position += len(page)
        assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
        assert not log.wait(total, timeout_s=0)

        for name in names:
            expected = [ended(f"{name}-{n}-{k}") for n in range(count) for k in range(3)]
            assert [r.event for r in seen if r.stream == name] == expected
            shared = [r.event for r in seen if r.stream == "shared" and r.learner == name]
            assert shared == [ended(f"{name}-{n}") for n in range(count)]
        assert [r.version for r in log.read("shared")] == list(range(1, 3 * count + 1))


def test_an_append_of_another_process_ends_the_wait(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, path, "a", "1"])
        assert log.wait(3, timeout_s=60)
        assert writer.wait(timeout=60) == 0


def test_what_a_log_knows_of_a_stream_does_not_hide_what_another_process_appends(tmp_path: Path) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as ours, SQLiteEventLog(tmp_path / "log.sqlite") as theirs:
        ours.append("s", [ended("1")], expected_version=0, origin=origin())
        theirs.append("s", [ended("2")], expected_version=1, origin=origin())
        with pytest.raises(VersionConflict) as told:
            ours.append("s", [ended("3")], expected_version=1, origin=origin())
        assert told.value.actual == 2
        with pytest.raises(VersionConflict) as told:
            ours.append("s", [ended("5")], expected_version=4, origin=origin())
        assert told.value.actual == 2
        (third,) = ours.append("s", [ended("3")], expected_version=2, origin=origin())
        assert (third.version, third.position) == (3, 3)


def test_batches_of_one_stream_in_the_wrong_order_do_not_change_the_order_of_the_stream(tmp_path: Path) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        log.append("s", [ended("1")], expected_version=0, origin=origin())
        later = Batch(stream="s", events=(ended("3"),), expected_version=2, origin=origin())
        earlier = Batch(stream="s", events=(ended("2"),), expected_version=1, origin=origin())
        one, two = log.append_many([later, earlier])
        assert isinstance(one, VersionConflict)
        assert isinstance(two, tuple)
        assert [(each.version, each.position) for each in log.read("s")] == [(1, 1), (2, 2)]


def test_what_was_appended_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        written = log.append("s1", [ended("a"), ended("b")], expected_version=0, origin=origin())

    with SQLiteEventLog(path) as log:
        assert log.read("s1") == written
        with pytest.raises(VersionConflict):
            log.append("s1", [ended("c")], expected_version=0, origin=origin())


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log, log._recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2  # FULL, by https://sqlite.org/pragma.html#pragma_synchronous
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"


def test_positions_survive_a_vacuum(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        log.append("s1", [ended(str(n)) for n in range(5)], expected_version=0, origin=origin())
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM events WHERE rowid=2")
    raw.execute("VACUUM")
    raw.close()

    with SQLiteEventLog(path) as log:
        assert [r.position for r in log.tail(0, limit=9)] == [1, 3, 4, 5]


@pytest.mark.parametrize(("made_with", "found"), [(None, 16_384), (4096, 4096)])
def test_a_new_file_has_pages_that_hold_an_event_and_an_old_one_keeps_its_own(
    tmp_path: Path, made_with: int | None, found: int
) -> None:
    path = tmp_path / "log.sqlite"
    if made_with:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(f"PRAGMA page_size={made_with}")
            raw.execute("PRAGMA journal_mode=WAL")
    with SQLiteEventLog(path) as log:
        log.append("s1", [ended("a")], expected_version=0, origin=origin())
        assert len(log.read("s1")) == 1
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA page_size").fetchone() == (found,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_disk_is_a_typed_error_and_leaves_the_log_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def connect_to_a_small_disk(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.execute("PRAGMA max_page_count=16")  # SQLite's own way to meet SQLITE_FULL
        return connection

    path = tmp_path / "log.sqlite"
    monkeypatch.setattr(sqlite3, "connect", connect_to_a_small_disk)
    with SQLiteEventLog(path) as log:
        log.append("s1", [ended("first")], expected_version=0, origin=origin())
        with pytest.raises(LogUnavailable) as caught:
            log.append("s1", [ended("x" * 1_000_000)], expected_version=1, origin=origin())
        assert (caught.value.reason, caught.value.retryable) == ("full", True)
        assert [r.event for r in log.append("s1", [ended("small")], expected_version=1, origin=origin())]
    monkeypatch.undo()

    with SQLiteEventLog(path) as log:
        assert [r.event for r in log.read("s1")] == [ended("first"), ended("small")]


def test_a_log_locked_by_another_process_for_long_is_a_typed_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.sqlite.LOCK_TIMEOUT_S", 0.1)
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        log.append("s1", [ended("a")], expected_version=0, origin=origin())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable) as caught:
            log.append("s1", [ended("b")], expected_version=1, origin=origin())
        assert (caught.value.reason, caught.value.retryable) == ("locked", True)
        assert len(log.read("s1")) == 1

        other.execute("ROLLBACK")
        other.close()
        log.append("s1", [ended("b")], expected_version=1, origin=origin())


def test_a_file_that_is_no_database_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    path.write_bytes(b"this is not a database, it is a text of some length" * 100)

    with pytest.raises(LogUnavailable) as caught:
        SQLiteEventLog(path)

    assert (caught.value.reason, caught.value.retryable) == ("damaged", False)


def test_a_folder_that_cannot_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LogUnavailable):
        SQLiteEventLog(tmp_path / "file" / "log.sqlite")


def test_a_closed_log_is_a_typed_error(tmp_path: Path) -> None:
    log = SQLiteEventLog(tmp_path / "log.sqlite")
    log.close()

    for call in (
        lambda: log.append("s1", [ended("a")], expected_version=0, origin=origin()),
        lambda: log.read("s1"),
        lambda: log.tail(0, limit=1),
        lambda: log.wait(0, timeout_s=0),
    ):
        with pytest.raises(LogUnavailable) as caught:
            call()
        assert caught.value.reason == "closed"


def test_a_damaged_event_stops_its_stream_but_not_the_tail(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        log.append("s1", [ended("a"), ended("b")], expected_version=0, origin=origin())
        log.append("s2", [ended("c")], expected_version=0, origin=origin())
        with sqlite3.connect(path) as raw:
            raw.execute('UPDATE events SET state=replace(state, \'"reason":"b"\', \'"reason":5\') WHERE rowid=2')
            raw.execute("UPDATE events SET state=x'00ff' WHERE rowid=1")
        raw.close()

        with pytest.raises(CorruptPayload) as caught:
            log.read("s1")
        assert (caught.value.stream, caught.value.version) == ("s1", 1)
        first, second, third = log.tail(0, limit=10)
        assert isinstance(first.event, Unknown)
        assert isinstance(second.event, Unknown)
        assert (first.stream, first.type, second.learner) == ("s1", "session.ended.v1", "ana")
        assert "$.data.reason" in second.event.fault
        assert third.event == ended("c")


@pytest.mark.parametrize(
    "error",
    [VersionConflict("s1", 2, 3), CorruptPayload("s1", 1, "$.data", "bad"), LogUnavailable("full", "disk is full")],
)
def test_errors_cross_process_borders_whole(error: EventsError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), copy.retryable, copy.__dict__) == (
        type(error),
        str(error),
        error.retryable,
        error.__dict__,
    )


def test_threads_that_wait_for_the_disk_share_a_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        transactions: list[int] = []
        insert = log._recorder.insert_batches

        def counted(batches: Any) -> Any:
            transactions.append(len(batches))
            return insert(batches)

        monkeypatch.setattr(log._recorder, "insert_batches", counted)
        threads = [
            threading.Thread(
                target=log.append, args=(f"s{n}", [ended("a")]), kwargs={"expected_version": 0, "origin": origin()}
            )
            for n in range(20)
        ]
        with log._write_lock:
            for thread in threads:
                thread.start()
            while len(log._waiting) < 20:
                threading.Event().wait(0.001)
        for thread in threads:
            thread.join()

        assert transactions == [20]
        assert [r.position for r in log.tail(0, limit=99)] == list(range(1, 21))
        assert {r.stream for r in log.tail(0, limit=99)} == {f"s{n}" for n in range(20)}


def test_a_fault_of_the_disk_reaches_every_thread_of_the_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        faults: list[str] = []

        def full(batches: Any) -> Any:
            raise sqlite3.OperationalError("database or disk is full")

        def append(stream: str) -> None:
            try:
                log.append(stream, [ended("a")], expected_version=0, origin=origin())
            except LogUnavailable as error:
                faults.append(error.reason)

        monkeypatch.setattr(log._recorder, "insert_batches", full)
        threads = [threading.Thread(target=append, args=(f"s{n}",)) for n in range(6)]
        with log._write_lock:
            for thread in threads:
                thread.start()
            while len(log._waiting) < 6:
                threading.Event().wait(0.001)
        for thread in threads:
            thread.join()

        assert faults == ["full"] * 6
        monkeypatch.undo()
        assert log.append("s1", [ended("a")], expected_version=0, origin=origin())[0].position == 1
