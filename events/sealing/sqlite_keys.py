"""The learners' wrapped keys in an SQLite file of their own, so that the log can be backed up without them.

A destroyed key is overwritten with zeros (``secure_delete``), and the rollback journal goes with each commit. What the
log knows of the keys lies in the log's own file.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from events.sealing.aftermath import SqlAftermath
from events.sealing.errors import KeysUnavailable
from events.sealing.key_store import Cursor, Found, SqlKeyStore, tables
from events.sealing.used_keys import TABLES, SqlUsedKeys

LOCK_TIMEOUT_S = 10


def sqlite_keys(path: Path) -> SqlKeyStore:
    """The keys in the file ``path``, which is made when the first is written."""
    database = _SQLite(path, tables(_SQLite.bytes_type))
    return SqlKeyStore(database, SqlAftermath(database))


def sqlite_used_keys(log: Path) -> SqlUsedKeys:
    """What the log in the file ``log`` knows of the keys; the file is not made."""
    return SqlUsedKeys(_SQLite(log, TABLES))


class _SQLite:
    """One connection, used by one thread at a time."""

    bytes_type = "BLOB"
    table_named = "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?"

    def __init__(self, path: Path, statements: Sequence[str]) -> None:
        """``statements`` make the tables."""
        self._path = path
        self._statements = statements
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Cursor | None]:
        with self._lock, _typed_errors():
            if self._connection is None and not self._path.exists():
                yield None
            else:
                yield _Cursor(self._open())

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        with self._lock, _typed_errors():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Cursor(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def wipe(self, wait_s: float | None) -> None:
        """Nothing to do: ``secure_delete`` has overwritten it."""

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                self._path.touch(mode=0o600)
            connection = sqlite3.connect(
                self._path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA synchronous=EXTRA")
            for statement in self._statements:
                connection.execute(statement)
            self._connection = connection
        return self._connection


class _Cursor:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, statement: str, *parameters: object) -> Found:
        cursor = self._connection.execute(statement, parameters)
        return Found(cursor.fetchall(), cursor.rowcount)


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise KeysUnavailable(_reason(str(error)), str(error)) from error


def _reason(text: str) -> str:
    for reason, signs in _REASONS.items():
        if any(sign in text for sign in signs):
            return reason
    return "failed"


_REASONS = {
    "locked": ("locked",),
    "full": ("full", "No space left"),
    "read_only": ("readonly", "Read-only", "Permission denied", "unable to open"),
    "damaged": ("malformed", "not a database"),
}
