"""The port of the store of the learners' wrapped keys, and the SQL that every database of ours understands.

A learner's keys are numbered by generations from 1; a destroyed one stays as a tombstone without its bytes. The store
never sees a key in the clear. Beside the keys is kept how far each forgetting is: whatever was cut short between the
destruction of a key and the last wiped file is found by it, and finished.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal, Protocol

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


Step = Literal["search", "log_files", "view_files"]
"""What is to be done when the log tells of a destruction: go through all of the learner's events; wipe the files of log
and keys; wipe those of the views."""


class Telling(Struct, frozen=True, kw_only=True):
    """Where the log tells of the destruction of a learner's keys up to ``generation``; ``event`` is the id there.

    ``position`` is 0 for what was told before the store kept the place.
    """

    learner: str
    generation: int
    position: int = 0
    event: str = ""


class MasterMark(Struct, frozen=True, kw_only=True):
    """The id of the master key in use, and something that it sealed, by which a wrong one is known."""

    master: str
    proof: bytes


class Aftermath(Protocol):
    """Keeps how far each forgetting is. Every method raises `KeysUnavailable`."""

    def tell(self, telling: Telling) -> None:
        """Keep where the log tells of a destruction."""
        ...

    def untell(self, telling: Telling) -> None:
        """Take back all that was kept of a destruction since: the log does not tell of it any more."""
        ...

    def newest(self) -> Telling | None:
        """The telling that stands last in the log; before those, one whose place was not kept."""
        ...

    def left(self, step: Step) -> tuple[StoredKey, ...]:
        """The newest tombstone of each learner, of those with whom a step is to be done.

        Files of the log are wiped after the search, those of the views as soon as the log tells of the destruction.
        """
        ...

    def done(self, keys: Sequence[StoredKey], step: Step) -> None:
        """Keep that a step is done with the destructions of these keys and of those before them."""
        ...


class KeyStore(Protocol):
    """Keeps wrapped keys. Several processes may use it at once. Every method raises `KeysUnavailable`."""

    @property
    def aftermath(self) -> Aftermath:
        """How far each forgetting is."""
        ...

    def keys_of(self, learner: str) -> tuple[StoredKey, ...]:
        """All of a learner's keys, oldest first, tombstones too."""
        ...

    def add(self, key: StoredKey) -> bool:
        """Keep a new key. False, and nothing done, when that generation is there or another master key is in use."""
        ...

    def destroy(self, learner: str, when: datetime, upto: int = 1) -> bool:
        """Make tombstones of all of a learner's keys, and of number ``upto`` where there is none so high.

        False if they were. The files may keep a key's bytes until `RotatingKeyStore.wipe`.
        """
        ...

    def destructions(self) -> int:
        """How many tombstones there are: it grows whenever somebody is forgotten."""
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

    def wipe(self, wait_s: float | None = None) -> None:
        """Take what was replaced or destroyed out of the files, whoever did it.

        Raises `OldBytesRemain` when others have them in use for longer than ``wait_s`` (None for the usual time).
        """
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
    table_named: str
    """A statement that gives a row when there is a table of that name."""

    def reading(self) -> AbstractContextManager[Cursor | None]:
        """None where nothing has ever been written."""
        ...

    def writing(self) -> AbstractContextManager[Cursor]:
        """A transaction that no other writer runs beside; on the disk when it ends."""
        ...

    def wipe(self, wait_s: float | None) -> None:
        """See `RotatingKeyStore.wipe`."""
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
        "CREATE TABLE IF NOT EXISTS destructions_followed (learner TEXT NOT NULL, generation INTEGER NOT NULL,"
        " position BIGINT NOT NULL, event TEXT NOT NULL, log_files INTEGER NOT NULL, view_files INTEGER NOT NULL,"
        " PRIMARY KEY (learner, generation))",
        "CREATE TABLE IF NOT EXISTS master_key (id INTEGER PRIMARY KEY CHECK (id = 1), master TEXT NOT NULL,"
        f" proof {bytes_type} NOT NULL)",
    )


COLUMNS = "learner, generation, master, wrapped, made, destroyed"
TOLD = (
    "EXISTS (SELECT 1 FROM destructions_told AS told WHERE told.learner=learner_keys.learner"
    " AND told.generation>=learner_keys.generation{})"
)
KEYS = f"SELECT {COLUMNS}, {TOLD.format('')} FROM learner_keys"


class SqlKeyStore:
    """A `RotatingKeyStore` in an SQL database."""

    def __init__(self, database: Database, aftermath: Aftermath) -> None:
        self.database = database
        self._aftermath = aftermath

    @property
    def aftermath(self) -> Aftermath:
        """See `KeyStore.aftermath`."""
        return self._aftermath

    def keys_of(self, learner: str) -> tuple[StoredKey, ...]:
        """See `KeyStore.keys_of`."""
        statement = f"{KEYS} WHERE learner=? ORDER BY generation"
        return tuple(key_of(row) for row in self._read(statement, learner))

    def add(self, key: StoredKey) -> bool:
        """See `KeyStore.add`."""
        with self.database.writing() as cursor:
            in_use = cursor.run("SELECT master FROM master_key").rows
            if not in_use or in_use[0][0] != key.master:
                return False
            statement = f"INSERT INTO learner_keys ({COLUMNS}) VALUES (?,?,?,?,?,NULL) ON CONFLICT DO NOTHING"
            made = key.made.isoformat()
            return cursor.run(statement, key.learner, key.generation, key.master, key.wrapped, made).changed == 1

    def destroy(self, learner: str, when: datetime, upto: int = 1) -> bool:
        """See `KeyStore.destroy`."""
        stamp = when.isoformat()
        with self.database.writing() as cursor:
            gone = cursor.run(
                "UPDATE learner_keys SET wrapped=NULL, destroyed=? WHERE learner=? AND destroyed IS NULL",
                stamp,
                learner,
            ).changed
            if not cursor.run("SELECT 1 FROM learner_keys WHERE learner=? AND generation>=?", learner, upto).rows:
                values = (learner, upto, "", stamp, stamp)
                gone += cursor.run(f"INSERT INTO learner_keys ({COLUMNS}) VALUES (?,?,?,NULL,?,?)", *values).changed
        return gone > 0

    def destructions(self) -> int:
        """See `KeyStore.destructions`."""
        rows = self._read("SELECT COUNT(*) FROM learner_keys WHERE destroyed IS NOT NULL")
        return int(rows[0][0]) if rows else 0

    def mark(self) -> MasterMark | None:
        """See `KeyStore.mark`."""
        rows = self._read("SELECT master, proof FROM master_key")
        return MasterMark(master=rows[0][0], proof=bytes(rows[0][1])) if rows else None

    def adopt(self, mark: MasterMark, instead_of: str) -> bool:
        """See `RotatingKeyStore.adopt`."""
        with self.database.writing() as cursor:
            if instead_of:
                statement = "UPDATE master_key SET master=?, proof=? WHERE master=?"
                return cursor.run(statement, mark.master, mark.proof, instead_of).changed == 1
            statement = "INSERT INTO master_key VALUES (1,?,?) ON CONFLICT DO NOTHING"
            return cursor.run(statement, mark.master, mark.proof).changed == 1

    def wrapped_otherwise(self, master: str) -> tuple[StoredKey, ...]:
        """See `RotatingKeyStore.wrapped_otherwise`."""
        statement = f"{KEYS} WHERE master<>? AND destroyed IS NULL LIMIT {LIMIT}"
        return tuple(key_of(row) for row in self._read(statement, master))

    def rewrap(self, key: StoredKey, wrapped: bytes, master: str) -> bool:
        """See `RotatingKeyStore.rewrap`."""
        statement = (
            "UPDATE learner_keys SET wrapped=?, master=?"
            " WHERE learner=? AND generation=? AND master=? AND destroyed IS NULL"
            " AND EXISTS (SELECT 1 FROM master_key WHERE master=?)"
        )
        values = (wrapped, master, key.learner, key.generation, key.master, master)
        with self.database.writing() as cursor:
            return cursor.run(statement, *values).changed == 1

    def wipe(self, wait_s: float | None = None) -> None:
        """See `RotatingKeyStore.wipe`."""
        self.database.wipe(wait_s)

    def _read(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        with self.database.reading() as cursor:
            return cursor.run(statement, *parameters).rows if cursor is not None else ()


def key_of(row: Sequence[Any]) -> StoredKey:
    """The key in a row of `KEYS`."""
    return StoredKey(
        learner=row[0],
        generation=row[1],
        master=row[2],
        wrapped=bytes(row[3] or b""),
        made=datetime.fromisoformat(row[4]),
        destroyed=datetime.fromisoformat(row[5]) if row[5] else None,
        told=bool(row[6]),
    )
