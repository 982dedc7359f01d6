"""Who alone may do something with a log, such as relay it. A hold ends with the process, however it ends."""

import time
import zlib
from pathlib import Path
from typing import Protocol

import psycopg
from filelock import FileLock, Timeout

CHECK_S = 1.0


class Hold(Protocol):
    """The right to be the only one."""

    def held(self) -> bool:
        """Whether it still holds; once lost it stays lost."""
        ...

    def release(self) -> None:
        """Give it up."""
        ...


class FileHold:
    """A lock on a file: for logs that one machine uses."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def held(self) -> bool:
        """See `Hold.held`."""
        return bool(self._lock.is_locked)

    def release(self) -> None:
        """See `Hold.release`."""
        self._lock.release()


class PostgresHold:
    """An advisory lock of a connection of its own; it is gone when the connection is."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._checked_s = time.monotonic()
        self._lost = False

    def held(self) -> bool:
        """See `Hold.held`. The server is asked at most once a second."""
        if not self._lost and time.monotonic() - self._checked_s > CHECK_S:
            try:
                self._connection.execute("SELECT 1")
                self._checked_s = time.monotonic()
            except psycopg.Error:
                self._lost = True
        return not self._lost

    def release(self) -> None:
        """See `Hold.release`."""
        self._connection.close()


def hold_file(path: Path) -> Hold | None:
    """Hold ``path``; None when another process does."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return FileHold(lock)


def hold_in_postgres(url: str, name: str) -> Hold | None:
    """Hold ``name`` in the database; None when another session does. Raises psycopg.Error."""
    connection = psycopg.connect(url, autocommit=True)
    try:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (zlib.crc32(name.encode()),)).fetchone()
    except psycopg.Error:
        connection.close()
        raise
    if row is None or not row[0]:
        connection.close()
        return None
    return PostgresHold(connection)
