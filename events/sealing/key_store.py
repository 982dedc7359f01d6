"""The port of the store of the learners' wrapped keys, and the SQL that every database of ours understands.

A learner's keys are numbered by generations from 1; a destroyed one stays as a tombstone without its bytes. The store
never sees a key in the clear. It also keeps which destructions the log tells of: whatever was cut short between the
destruction of a key and the end of forgetting is found by it, and finished.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

LIMIT = 500


class StoredKey(Struct, frozen=True, kw_only=True):
    """A learner's key, wrapped by the master key ``master``; ``destroyed`` says when, and then ``wrapped`` is empty.

    ``told`` says that the log has an event of its destruction.
    """

    learner: str
    generation: int
    master: str
    wrapped: bytes
    made: datetime
    destroyed: datetime | None = None
    told: bool = False


class MasterMark(Struct, frozen=True, kw_only=True):
    """The id of the master key in use, and something that it sealed, by which a wrong one is known."""

    master: str
    proof: bytes


class KeyStore(Protocol):
    """Keeps wrapped keys. Several processes may use it at once. Every method raises `KeysUnavailable`."""

    def keys_of(self, learner: str) -> tuple[StoredKey, ...]:
        """All of a learner's keys, oldest first, tombstones too."""
        ...

    def add(self, key: StoredKey) -> bool:
        """Keep a new key. False, and nothing done, when that generation is there or another master key is in use."""
        ...

    def destroy(self, learner: str, when: datetime) -> bool:
        """Make tombstones of all of a learner's keys, and of a first one where there is none; False if they were.

        The files may keep a key's bytes until `RotatingKeyStore.wipe`.
        """
        ...

    def destructions(self) -> int:
        """How many tombstones there are: it grows whenever somebody is forgotten."""
        ...

    def tell(self, learner: str, generation: int, *, finished: bool) -> None:
        """Keep that the log tells of the destruction of keys up to ``generation``, and whether nothing is left to do.

        What is finished stays so.
        """
        ...

    def unfinished(self) -> tuple[StoredKey, ...]:
        """The newest tombstone of each learner, of those that are not finished."""
        ...

    def mark(self) -> MasterMark | None:
        """The master key in use; None while the store is empty."""
        ...


class RotatingKeyStore(KeyStore, Protocol):
    """What changing the master key needs besides."""

    def adopt(self, mark: MasterMark, instead_of: str) -> bool:
        """Use another master key from now on; False when the one in use is not ``instead_of`` ("" for none)."""
        ...

    def wrapped_otherwise(self, master: str) -> tuple[StoredKey, ...]:
        """Some keys that another master key wraps; () when none is left."""
        ...

    def rewrap(self, key: StoredKey, wrapped: bytes, master: str) -> bool:
        """Replace a key's wrapping; False when it is no longer as ``key`` says, or another master key is in use."""
        ...

    def wipe(self) -> None:
        """Take what was replaced or destroyed out of the files, whoever did it. Raises `OldBytesRemain`."""
        ...


class Found(Struct, frozen=True):
    """What a statement gave: its rows, and how many it changed."""

    rows: Sequence[Sequence[Any]]
    changed: int


class Cursor(Protocol):
    """Runs statements with ``?`` for parameters."""

    def run(self, statement: str, *parameters: object) -> Found: ...


class Database(Protocol):
    """What the statements run on. Both contexts raise `KeysUnavailable`."""

    bytes_type: str

    def reading(self) -> AbstractContextManager[Cursor | None]:
        """None where nothing has ever been written."""
        ...

    def writing(self) -> AbstractContextManager[Cursor]:
        """A transaction that no other writer runs beside; on the disk when it ends."""
        ...

    def wipe(self) -> None:
        """Take what was replaced or destroyed out of the files. Raises `OldBytesRemain`."""
        ...


def tables(bytes_type: str) -> tuple[str, ...]:
    """The statements that make the tables."""
    return (
        "CREATE TABLE IF NOT EXISTS learner_keys (learner TEXT NOT NULL, generation INTEGER NOT NULL,"
        f" master TEXT NOT NULL, wrapped {bytes_type}, made TEXT NOT NULL, destroyed TEXT,"
        " PRIMARY KEY (learner, generation))",
        "CREATE INDEX IF NOT EXISTS learner_keys_destroyed ON learner_keys (destroyed) WHERE destroyed IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS destructions_told (learner TEXT NOT NULL, generation INTEGER NOT NULL,"
        " finished INTEGER NOT NULL, PRIMARY KEY (learner, generation))",
        "CREATE TABLE IF NOT EXISTS master_key (id INTEGER PRIMARY KEY CHECK (id = 1), master TEXT NOT NULL,"
        f" proof {bytes_type} NOT NULL)",
    )


COLUMNS = "learner, generation, master, wrapped, made, destroyed"
_TOLD = (
    "EXISTS (SELECT 1 FROM destructions_told AS told WHERE told.learner=learner_keys.learner"
    " AND told.generation>=learner_keys.generation{})"
)
_KEYS = f"SELECT {COLUMNS}, {_TOLD.format('')} FROM learner_keys"


class SqlKeyStore:
    """A `RotatingKeyStore` in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keys_of(self, learner: str) -> tuple[StoredKey, ...]:
        """See `KeyStore.keys_of`."""
        statement = f"{_KEYS} WHERE learner=? ORDER BY generation"
        return tuple(_key(row) for row in self._read(statement, learner))

    def add(self, key: StoredKey) -> bool:
        """See `KeyStore.add`."""
        with self._database.writing() as cursor:
            in_use = cursor.run("SELECT master FROM master_key").rows
            if not in_use or in_use[0][0] != key.master:
                return False
            statement = f"INSERT INTO learner_keys ({COLUMNS}) VALUES (?,?,?,?,?,NULL) ON CONFLICT DO NOTHING"
            made = key.made.isoformat()
            return cursor.run(statement, key.learner, key.generation, key.master, key.wrapped, made).changed == 1

    def destroy(self, learner: str, when: datetime) -> bool:
        """See `KeyStore.destroy`."""
        stamp = when.isoformat()
        with self._database.writing() as cursor:
            gone = cursor.run(
                "UPDATE learner_keys SET wrapped=NULL, destroyed=? WHERE learner=? AND destroyed IS NULL",
                stamp,
                learner,
            ).changed
            if not gone and not cursor.run("SELECT 1 FROM learner_keys WHERE learner=?", learner).rows:
                values = (learner, 1, "", stamp, stamp)
                gone = cursor.run(f"INSERT INTO learner_keys ({COLUMNS}) VALUES (?,?,?,NULL,?,?)", *values).changed
        return gone > 0

    def destructions(self) -> int:
        """See `KeyStore.destructions`."""
        rows = self._read("SELECT COUNT(*) FROM learner_keys WHERE destroyed IS NOT NULL")
        return int(rows[0][0]) if rows else 0

    def tell(self, learner: str, generation: int, *, finished: bool) -> None:
        """See `KeyStore.tell`."""
        change = "UPDATE SET finished=1" if finished else "NOTHING"
        with self._database.writing() as cursor:
            cursor.run(
                f"INSERT INTO destructions_told VALUES (?,?,?) ON CONFLICT (learner, generation) DO {change}",
                learner,
                generation,
                int(finished),
            )

    def unfinished(self) -> tuple[StoredKey, ...]:
        """See `KeyStore.unfinished`."""
        finished = _TOLD.format(" AND told.finished=1")
        statement = f"{_KEYS} WHERE destroyed IS NOT NULL AND NOT {finished} ORDER BY learner, generation"
        return tuple({key.learner: key for key in map(_key, self._read(statement))}.values())

    def mark(self) -> MasterMark | None:
        """See `KeyStore.mark`."""
        rows = self._read("SELECT master, proof FROM master_key")
        return MasterMark(master=rows[0][0], proof=bytes(rows[0][1])) if rows else None

    def adopt(self, mark: MasterMark, instead_of: str) -> bool:
        """See `RotatingKeyStore.adopt`."""
        with self._database.writing() as cursor:
            if instead_of:
                statement = "UPDATE master_key SET master=?, proof=? WHERE master=?"
                return cursor.run(statement, mark.master, mark.proof, instead_of).changed == 1
            statement = "INSERT INTO master_key VALUES (1,?,?) ON CONFLICT DO NOTHING"
            return cursor.run(statement, mark.master, mark.proof).changed == 1

    def wrapped_otherwise(self, master: str) -> tuple[StoredKey, ...]:
        """See `RotatingKeyStore.wrapped_otherwise`."""
        statement = f"{_KEYS} WHERE master<>? AND destroyed IS NULL LIMIT {LIMIT}"
        return tuple(_key(row) for row in self._read(statement, master))

    def rewrap(self, key: StoredKey, wrapped: bytes, master: str) -> bool:
        """See `RotatingKeyStore.rewrap`."""
        statement = (
            "UPDATE learner_keys SET wrapped=?, master=?"
            " WHERE learner=? AND generation=? AND master=? AND destroyed IS NULL"
            " AND EXISTS (SELECT 1 FROM master_key WHERE master=?)"
        )
        values = (wrapped, master, key.learner, key.generation, key.master, master)
        with self._database.writing() as cursor:
            return cursor.run(statement, *values).changed == 1

    def wipe(self) -> None:
        """See `RotatingKeyStore.wipe`."""
        self._database.wipe()

    def _read(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        with self._database.reading() as cursor:
            return cursor.run(statement, *parameters).rows if cursor is not None else ()


def _key(row: Sequence[Any]) -> StoredKey:
    return StoredKey(
        learner=row[0],
        generation=row[1],
        master=row[2],
        wrapped=bytes(row[3] or b""),
        made=datetime.fromisoformat(row[4]),
        destroyed=datetime.fromisoformat(row[5]) if row[5] else None,
        told=bool(row[6]),
    )
