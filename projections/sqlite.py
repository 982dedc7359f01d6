"""The views in an SQLite file. Folds nothing."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from events.errors import OldBytesRemain
from events.sqlite_errors import is_busy, is_full
from events.sqlite_wiping import empty_journal
from projections.errors import ViewsUnavailable
from projections.layout import bring_up
from projections.projection import AnyProjection
from projections.schema import prepare
from projections.sql_views import SqlViewStore
from projections.views import Cursor, Dialect

LOCK_TIMEOUT_S = 10
RETRY_S = 0.01

DIALECT = Dialect(
    types={"text": "TEXT", "integer": "INTEGER", "real": "REAL", "day": "TEXT", "time": "TEXT", "bytes": "BLOB"},
    least="min",
    greatest="max",
    for_update="",
    for_share="",
    comments=False,
    replaces_views=False,
    samples=False,
)
"""Days are text such as 2026-11-02, moments 2026-11-02T12:00:00.000000+00:00. A transaction locks the whole file."""


class SQLiteViewStore(SqlViewStore):
    """The views of ``projections`` in the file ``path``, made if it is not there. May be used from many threads."""

    def __init__(self, path: Path, projections: Sequence[AnyProjection]) -> None:
        self.dialect = DIALECT
        self._path = path
        self._write_lock = threading.RLock()
        self._read_lock = threading.Lock()
        _make_folder(path.parent)
        with _typed_errors():
            # Two connections, so that readers do not wait while a page is stored.
            self._writer, self._reader = _connect(path), _connect(path)
        try:
            with self.transaction() as cursor:
                _bring_up(cursor, path)
                prepare(cursor, DIALECT, projections)
        except ViewsUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()

    def wipe(self, wait_s: float | None = None) -> None:
        """See `ViewStore.wipe`. Empties the journal too."""
        with self._write_lock, _typed_errors():
            try:
                self._writer.execute("VACUUM")
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                raise OldBytesRemain(str(self._path), ("a process that writes to it",)) from error
            empty_journal(self._writer, self._path, wait_s=wait_s)

    def check(self) -> None:
        """Look for damage in the whole file. Raises `ViewsUnavailable`."""
        with self.reading() as cursor:
            ((found,),) = cursor.all("PRAGMA quick_check(1)")
        if found != "ok":
            raise ViewsUnavailable("damaged", str(found))

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """See `ViewStore.transaction`. Other writers wait, in this process and in others."""
        with self._write_lock, _typed_errors():
            cursor = _Cursor(self._writer.cursor())
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See `ViewStore.reading`."""
        with self._read_lock, _typed_errors():
            cursor = self._reader.cursor()
            cursor.execute("BEGIN")
            try:
                yield _Cursor(cursor)
            finally:
                cursor.execute("ROLLBACK")


def _bring_up(cursor: Cursor, path: Path) -> None:
    ((layout,),) = cursor.all("PRAGMA user_version")
    ((tables,),) = cursor.all("SELECT COUNT(*) FROM sqlite_schema")
    cursor.execute(f"PRAGMA user_version={bring_up(cursor, layout if tables else None, str(path))}")


class _Cursor:
    """SQLite's cursor with our few methods; it has no types for days and moments, so they become text."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        return self._cursor.execute(statement, _stored(parameters)).rowcount

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        return self._cursor.executemany(statement, map(_stored, rows)).rowcount if rows else 0

    def all(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._cursor.execute(statement, _stored(parameters)).fetchall()

    def each(self, statement: str) -> Iterator[tuple[Any, ...]]:
        return iter(self._cursor.connection.execute(statement))


def _stored(values: Sequence[Any]) -> Sequence[Any]:
    for value in values:
        if isinstance(value, date):
            return [_as_text(each) if isinstance(each, date) else each for each in values]
    return values


def _as_text(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    _use_journal(connection)
    # A power cut may take back the last transactions whole; they are then folded again.
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _use_journal(connection: sqlite3.Connection) -> None:
    """Turn a new file to WAL. Of several that do so at once SQLite sends all but one away without waiting."""
    give_up = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(RETRY_S)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ViewsUnavailable("full" if is_full(error) else "failed", str(error)) from error


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        # SQLite's own messages (sqlite3.c, `sqlite3ErrStr`).
        damaged = "malformed" in text or "not a database" in text
        raise ViewsUnavailable("damaged" if damaged else "full" if is_full(error) else "failed", text) from error
