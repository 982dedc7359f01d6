"""Leaves nothing in SQLite's journal (``-wal``) of what was deleted: all of it goes to the file, and it is emptied.

A connection that reads keeps old pages in the journal. It is waited for, in short turns that let writers through.
"""

import sqlite3
import time
from pathlib import Path

from events.errors import OldBytesRemain
from events.sqlite_errors import is_busy

WAIT_S = 10.0
TURN_MS = 250
PAUSE_S = 0.1
FIRST_READER, LAST_READER = 123, 127
"""The bytes of the ``-shm`` file that readers lock: https://www.sqlite.org/walformat.html, section 2.3.1."""
LOCKS = Path("/proc/locks")


def empty_journal(connection: sqlite3.Connection, path: Path, *, wait_s: float | None = None) -> None:
    """Empty the journal of the database at ``path``, which ``connection`` has open. Raises `OldBytesRemain`."""
    give_up = time.monotonic() + (WAIT_S if wait_s is None else wait_s)
    ((before_ms,),) = connection.execute("PRAGMA busy_timeout").fetchall()
    # Writers wait while a checkpoint waits for readers, so it may not wait for long.
    connection.execute(f"PRAGMA busy_timeout={TURN_MS}")
    try:
        while _busy(connection):
            if time.monotonic() > give_up:
                raise OldBytesRemain(f"{path}-wal", readers_of(path) or ("a process that reads it",))
            time.sleep(PAUSE_S)
    finally:
        connection.execute(f"PRAGMA busy_timeout={before_ms}")


def _busy(connection: sqlite3.Connection) -> bool:
    """Whether somebody was in the way of a checkpoint."""
    try:
        ((busy, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
        return True
    return bool(busy)


def readers_of(path: Path) -> tuple[str, ...]:
    """The processes that read the database now, where the system tells (Linux)."""
    try:
        inode = path.with_name(f"{path.name}-shm").stat().st_ino
        lines = [line.split() for line in LOCKS.read_text().splitlines()]
    except OSError:
        return ()
    # https://man7.org/linux/man-pages/man5/proc_locks.5.html; a line of somebody who waits has "->" in it.
    held = (line for line in lines if "->" not in line and line[5].rpartition(":")[2] == str(inode))
    pids = {int(line[4]) for line in held if int(line[6]) <= LAST_READER and line[7] != "EOF" and _reads(line)}
    return tuple(_told(pid) for pid in sorted(pids) if pid > 0)


def _reads(line: list[str]) -> bool:
    return line[3] == "READ" and int(line[7]) >= FIRST_READER


def _told(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        words = []
    command = " ".join(words).strip()
    return f"process {pid} ({command[:60]})" if command else f"process {pid}"
