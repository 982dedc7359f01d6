"""The views in an SQLite file. Folds nothing.

For each projection the file has an SQL view of its name (``SELECT * FROM progress``) with the columns

- ``key``: whose view it is (a learner's pseudonym, a session's stream),
- ``learner``: the learner that it belongs to,
- ``position``: the log position of the last event in it,
- ``view``: the view as JSON.

Behind it stands the table of one generation, ``progress_1``; a rebuild fills the next one and then changes places.
``projections`` holds each projection's version, generation and position, ``parked`` the keys that are folded no
further, ``runner`` who may fold. Views and position are always written in one transaction.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from projections.errors import ViewsUnavailable
from projections.fold import Parked, Row
from projections.projection import Projection, View

LOCK_TIMEOUT_S = 10

_SCHEMA = """
CREATE TABLE IF NOT EXISTS projections (
    name TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL,
    building INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parked (
    projection TEXT, generation INTEGER, key TEXT, position INTEGER NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (projection, generation, key));
CREATE TABLE IF NOT EXISTS runner (
    id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, epoch INTEGER NOT NULL, lease_until REAL NOT NULL);
INSERT OR IGNORE INTO runner VALUES (1, '', 0, 0);
"""


class Standing(Struct, frozen=True, kw_only=True):
    """How far a projection is: ``generation`` is the table in service, ``version`` that of the fold that made it."""

    name: str
    version: int
    generation: int
    position: int


class ViewStore:
    """The views of ``projections`` in the file ``path``, made if it is not there. May be used from many threads."""

    def __init__(self, path: Path, projections: Sequence[Projection[Any]]) -> None:
        self._write_lock = threading.RLock()
        self._read_lock = threading.Lock()
        with _typed_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Two connections, so that readers do not wait while a page is folded.
            self._writer, self._reader = _connect(path), _connect(path)
        with self.transaction() as cursor:
            for statement in _SCHEMA.strip().split(";\n"):
                cursor.execute(statement)
            for projection in projections:
                _prepare(cursor, projection)

    def close(self) -> None:
        """Close the file."""
        with self._write_lock, self._read_lock:
            self._writer.close()
            self._reader.close()

    def get(self, projection: Projection[View], key: str) -> View | None:
        """A key's view; None if no event has touched it."""
        row = self._one(f"SELECT view FROM {projection.name} WHERE key=?", key)
        return None if row is None else msgspec.json.decode(row[0], type=projection.view)

    def of_learner(self, projection: Projection[View], learner: str, *, limit: int = 1000) -> tuple[View, ...]:
        """A learner's views, the one with the newest event first."""
        statement = f"SELECT view FROM {projection.name} WHERE learner=? ORDER BY position DESC LIMIT ?"
        decoder = msgspec.json.Decoder(projection.view)
        return tuple(decoder.decode(row[0]) for row in self._all(statement, learner, limit))

    def standing(self, name: str) -> Standing:
        """How far a projection is."""
        row = self._one("SELECT name, version, generation, position FROM projections WHERE name=?", name)
        if row is None:
            raise ViewsUnavailable(f"no projection {name!r} has been prepared in this file")
        return Standing(name=row[0], version=row[1], generation=row[2], position=row[3])

    def count(self, name: str) -> int:
        """How many views a projection has."""
        return int(self._one(f"SELECT COUNT(*) FROM {name}")[0])

    def parked(self, name: str) -> tuple[Parked, ...]:
        """The keys of a projection that are folded no further, in the order of their faults."""
        statement = (
            "SELECT key, parked.position, error FROM parked JOIN projections"
            " ON name=projection AND parked.generation=projections.generation WHERE name=? ORDER BY parked.position"
        )
        return tuple(Parked(*row) for row in self._all(statement, name))

    def stored(self, name: str, generation: int, key: str) -> bytes | None:
        """The JSON of a view in the table of one generation, as the transaction under way sees it."""
        statement = f"SELECT view FROM {table(name, generation)} WHERE key=?"
        with self._write_lock, _typed_errors():
            row = self._writer.execute(statement, (key,)).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """A write transaction: all or nothing. Other processes and threads wait; readers see the state before it."""
        with self._write_lock, _typed_errors():
            cursor = self._writer.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def wipe(self) -> None:
        """Write the file anew and empty its journal, so that nothing is left in it of what has been deleted."""
        with self._write_lock, _typed_errors():
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _one(self, statement: str, *parameters: object) -> Any:
        with self._read_lock, _typed_errors():
            return self._reader.execute(statement, parameters).fetchone()

    def _all(self, statement: str, *parameters: object) -> list[Any]:
        with self._read_lock, _typed_errors():
            return self._reader.execute(statement, parameters).fetchall()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    # A power cut may take back the last transactions whole; they are then folded again.
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def table(name: str, generation: int) -> str:
    """The SQL name of a generation's table."""
    return f"{name}_{generation}"


def make_table(cursor: sqlite3.Cursor, name: str, generation: int) -> None:
    """An empty table for a generation."""
    own = table(name, generation)
    cursor.execute(
        f"CREATE TABLE {own} (key TEXT PRIMARY KEY, learner TEXT NOT NULL, position INTEGER NOT NULL,"
        " view BLOB NOT NULL)"
    )
    cursor.execute(f"CREATE INDEX {own}_by_learner ON {own} (learner, position)")


def put_in_service(cursor: sqlite3.Cursor, name: str, generation: int) -> None:
    """Let the projection's SQL view show this generation."""
    cursor.execute(f"DROP VIEW IF EXISTS {name}")
    cursor.execute(f"CREATE VIEW {name} AS SELECT key, learner, position, view FROM {table(name, generation)}")


def write_rows(
    cursor: sqlite3.Cursor,
    name: str,
    generation: int,
    rows: Sequence[Row],
    parked: Sequence[Parked],
    forgotten: Sequence[str] = (),
) -> None:
    """Delete the views of forgotten learners; store changed views and newly parked keys of a generation."""
    for learner in forgotten:
        own = table(name, generation)
        cursor.execute(
            f"DELETE FROM parked WHERE projection=? AND generation=?"
            f" AND (key=? OR key IN (SELECT key FROM {own} WHERE learner=?))",
            (name, generation, learner, learner),
        )
        cursor.execute(f"DELETE FROM {own} WHERE learner=?", (learner,))
    cursor.executemany(
        f"INSERT OR REPLACE INTO {table(name, generation)} VALUES (?,?,?,?)",
        [(row.key, row.learner, row.position, row.view) for row in rows],
    )
    cursor.executemany(
        "INSERT OR REPLACE INTO parked VALUES (?,?,?,?,?)",
        [(name, generation, each.key, each.position, each.error) for each in parked],
    )


def _prepare(cursor: sqlite3.Cursor, projection: Projection[Any]) -> None:
    name = projection.name
    cursor.execute("INSERT OR IGNORE INTO projections VALUES (?,?,1,0,0)", (name, projection.version))
    if cursor.rowcount:
        make_table(cursor, name, 1)
        put_in_service(cursor, name, 1)


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ViewsUnavailable(str(error)) from error
