"""The journal of an SQLite database is emptied, or the error says who keeps its old pages there."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from events.errors import OldBytesRemain
from events.lesson import SessionEnded
from events.sqlite import SQLiteEventLog
from events.sqlite_wiping import readers_of
from tests.events.samples import origin

OLD, NEW = b'{"said":"aquamarine lighthouse"}', b'{"said":""}'


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SQLiteEventLog:
    """A log with one event."""
    monkeypatch.setattr("events.sqlite_wiping.WAIT_S", 0.3)
    made = SQLiteEventLog(tmp_path / "log.sqlite")
    made.append("s", [SessionEnded(reason="learner")], expected_version=0, origin=origin())
    made.replace([(1, "session.ended.v1", OLD)])
    return made


def files_with(folder: Path, word: bytes) -> set[str]:
    return {path.name for path in folder.iterdir() if word in path.read_bytes()}


def test_what_was_replaced_is_gone_from_file_and_journal(log: SQLiteEventLog, tmp_path: Path) -> None:
    assert files_with(tmp_path, b"aquamarine")
    log.replace([(1, "session.ended.v1", NEW)])

    log.wipe()

    assert files_with(tmp_path, b"aquamarine") == set()
    log.close()


def test_while_somebody_reads_the_error_names_the_file_and_the_process(log: SQLiteEventLog, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "log.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT state FROM events").fetchall() == [(OLD,)]
        log.replace([(1, "session.ended.v1", NEW)])

        with pytest.raises(OldBytesRemain) as caught:
            log.wipe()
        # Nobody else is held up by it.
        log.append("other", [SessionEnded(reason="learner")], expected_version=0, origin=origin())

    assert caught.value.where == str(tmp_path / "log.sqlite-wal")
    if sys.platform == "linux":
        assert [f"process {os.getpid()} " in told for told in caught.value.holders] == [True]
    assert "the same command finishes it" in str(caught.value)
    assert files_with(tmp_path, b"aquamarine")
    log.wipe()
    assert files_with(tmp_path, b"aquamarine") == set()
    log.close()


def test_a_reader_that_ends_in_time_is_waited_for(
    log: SQLiteEventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.sqlite_wiping.WAIT_S", 60.0)
    read = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); c.execute('BEGIN');"
    code = f"{read} c.execute('SELECT * FROM events').fetchall(); print('reading',flush=True); input(); c.close()"
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log.sqlite")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"reading\n"
    log.replace([(1, "session.ended.v1", NEW)])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        reader.communicate(b"\n")  # it ends only now that it is waited for

    monkeypatch.setattr("events.sqlite_wiping.time.sleep", pause)
    log.wipe()

    assert len(pauses) == 1
    assert files_with(tmp_path, b"aquamarine") == set()
    log.close()


def test_where_nobody_reads_nobody_is_named(log: SQLiteEventLog, tmp_path: Path) -> None:
    assert readers_of(tmp_path / "log.sqlite") == ()
    assert readers_of(tmp_path / "none.sqlite") == ()
    log.close()
