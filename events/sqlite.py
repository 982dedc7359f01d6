"""The event log in an SQLite file, through `eventsourcing`'s recorders. Several processes may use the file at once.

SQLite has one writer at a time, so positions are handed out in the order of the commits and are seen in that order:
a reader never sees position n before everything up to n. Every commit is on the disk before `append` returns
(``synchronous=FULL``), so neither a killed process nor a cut of the power takes back what a learner has seen.
"""

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    Notification,
    PersistenceError,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from events.codec import CODEC, Codec
from events.errors import LogUnavailable
from events.holding import Hold, hold_file
from events.identifiers import uuid7
from events.log import Clock, NewId, utc_now
from events.recorder import NewRow, Outcome, Replacement, Row
from events.recorder_log import RecorderEventLog
from events.sqlite_errors import is_full
from events.sqlite_wiping import empty_journal

LOCK_TIMEOUT_S = 10
OPEN_PAUSE_S = 0.05
OPEN_ATTEMPTS = 100
LAST_POSITION = 2**63 - 1
PAGE_BYTES = 16_384
"""Of files made from now on. An event takes one to six kilobytes: in SQLite's usual pages of 4 a fifth lies idle."""
MAX_KNOWN = 100_000
"""Streams whose version is kept in mind, so that the next append need not look for it; some 20 MB."""


class SQLiteEventLog(RecorderEventLog):
    """An `EventLog` in the file ``path``, made with its folders if it is not there."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = utc_now,
        new_id: NewId = uuid7,
        codec: Codec = CODEC,
        synchronous: str = "FULL",
    ) -> None:
        with _typed_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            recorder = _Recorder(_Datastore(path, synchronous), events_table_name="events")
            _create_table(recorder, path)
        super().__init__(recorder, _typed_errors, clock=clock, new_id=new_id, codec=codec)


class _Recorder(SQLiteApplicationRecorder):
    """Adds batches that fail one by one, and reads streams with positions."""

    def construct_create_table_statements(self) -> list[str]:
        # Without a column of its own the rowid may change in a VACUUM, and with it every position.
        return [
            f"CREATE TABLE IF NOT EXISTS {self.events_table_name} (rowid INTEGER PRIMARY KEY, originator_id TEXT,"
            " originator_version INTEGER, topic TEXT, state BLOB, UNIQUE (originator_id, originator_version))"
        ]

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str) -> None:
        super().__init__(datastore, events_table_name)
        self.insert_events_statement = (
            f"INSERT INTO {events_table_name} (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
        )
        self._known: dict[str, int] = {}

    def insert_batches(self, batches: Sequence[Sequence[NewRow]]) -> list[Outcome]:
        """See `Recorder.insert_batches`. All at once first, for a conflict is rare; one by one if there is any."""
        with self.datastore.transaction(commit=True) as cursor:
            outcomes = self._insert(cursor, batches)
            if outcomes is None:
                outcomes = [self._insert_batch(cursor, batch) for batch in batches]
        self._remember(batches, outcomes)
        return outcomes

    def _insert(self, cursor: SQLiteCursor, batches: Sequence[Sequence[NewRow]]) -> list[Outcome] | None:
        """The positions of all batches; None, and nothing inserted, when one of them does not follow its stream."""
        rows = [row for batch in batches for row in batch]
        if not rows:
            return [() for _ in batches]
        cursor.execute("SAVEPOINT whole")
        try:
            # Insert first, ask after: a transaction that begins with a read cannot wait for another's write lock.
            cursor.executemany(self.insert_events_statement, rows)
            follows = self._all_follow(cursor, batches)
        except sqlite3.IntegrityError:
            follows = False
        if not follows:
            cursor.execute("ROLLBACK TO whole")
        cursor.execute("RELEASE whole")
        return self._positions(cursor, batches, len(rows)) if follows else None

    def _all_follow(self, cursor: SQLiteCursor, batches: Sequence[Sequence[NewRow]]) -> bool:
        """Whether each stream had the version before its first batch, and the others follow one another in order."""
        reached: dict[str, int] = {}
        for batch in filter(None, batches):
            stream, expected = batch[0].stream, batch[0].version - 1
            # Events never go: a version that was once there is there.
            there = reached[stream] == expected if stream in reached else 0 <= expected <= self._known.get(stream, 0)
            if not there and (stream in reached or not self._follows(cursor, stream, expected)):
                return False
            reached[stream] = batch[-1].version
        return True

    def _positions(self, cursor: SQLiteCursor, batches: Sequence[Sequence[NewRow]], count: int) -> list[Outcome]:
        """Where the ``count`` rows are that were inserted last: one behind the other, for nobody else writes now."""
        cursor.execute("SELECT last_insert_rowid()")
        end = int(cursor.fetchone()[0]) - count + 1
        positions: list[Outcome] = []
        for batch in batches:
            positions.append(range(end, end + len(batch)))
            end += len(batch)
        return positions

    def _remember(self, batches: Sequence[Sequence[NewRow]], outcomes: Sequence[Outcome]) -> None:
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        for batch, outcome in zip(batches, outcomes, strict=True):
            if batch and not isinstance(outcome, int):
                self._known[batch[0].stream] = batch[-1].version

    def _insert_batch(self, cursor: SQLiteCursor, batch: Sequence[NewRow]) -> Outcome:
        if not batch:
            return ()
        stream, expected = batch[0].stream, batch[0].version - 1
        cursor.execute("SAVEPOINT batch")
        try:
            # Insert first, ask after: a transaction that begins with a read cannot wait for another's write lock.
            cursor.executemany(self.insert_events_statement, batch)
            follows = self._follows(cursor, stream, expected)
        except sqlite3.IntegrityError:
            follows = False
        if follows:
            cursor.execute("RELEASE batch")
            return self._positions(cursor, [batch], len(batch))[0]
        cursor.execute("ROLLBACK TO batch")
        cursor.execute("RELEASE batch")
        cursor.execute(f"SELECT MAX(originator_version) FROM {self.events_table_name} WHERE originator_id=?", (stream,))
        return int(cursor.fetchone()[0] or 0)

    def _follows(self, cursor: SQLiteCursor, stream: str, expected: int) -> bool:
        if expected <= 0:
            return expected == 0
        cursor.execute(
            f"SELECT 1 FROM {self.events_table_name} WHERE originator_id=? AND originator_version=?", (stream, expected)
        )
        return cursor.fetchone() is not None

    def select_stream(self, stream: str, after: int) -> Sequence[Notification]:
        """The stream's events after a version, with positions (`select_events` has none)."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT rowid AS position, * FROM {self.events_table_name} WHERE originator_id=?"
                " AND originator_version>? ORDER BY originator_version",
                (stream, after),
            )
            return [
                Notification(
                    id=row["position"],
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=row["state"],
                )
                for row in cursor.fetchall()
            ]

    def select_tail_of(self, types: Collection[str] | None, after: int, limit: int) -> Sequence[Row]:
        """See `Recorder.select_tail_of`. Bytes that a row keeps on pages of their own are left there."""
        state = "state" if types is None else _state_of(types)
        return self._plain_rows(
            f"SELECT rowid, originator_id, originator_version, topic, {state} FROM {self.events_table_name}"
            " WHERE rowid>? ORDER BY rowid LIMIT ?",
            (*(types or ()), after, limit),
        )

    def select_streams(self, types: Collection[str], after: str, limit: int) -> Sequence[Row]:
        """See `Recorder.select_streams`."""
        table = self.events_table_name
        return self._plain_rows(
            "WITH RECURSIVE names (name) AS ("
            f" SELECT (SELECT MIN(originator_id) FROM {table} WHERE originator_id>?) UNION ALL"
            f" SELECT (SELECT MIN(originator_id) FROM {table} WHERE originator_id>name) FROM names"
            " WHERE name IS NOT NULL LIMIT ?)"
            f" SELECT rowid, originator_id, originator_version, topic, {_state_of(types)} FROM names"
            f" JOIN {table} ON originator_id=name AND originator_version=1 ORDER BY originator_id",
            (after, limit, *types),
        )

    def select_streams_of(
        self, types: Collection[str], passed: Collection[str], streams: Sequence[str], upto: int
    ) -> Sequence[Row]:
        """See `Recorder.select_streams_of`."""
        # To choose the bytes takes longer than to read the few that are left to choose from.
        chosen = () if passed else tuple(types)
        state = _state_of(chosen) if chosen else "state"
        return self._plain_rows(
            f"SELECT rowid, originator_id, originator_version, topic, {state} FROM {self.events_table_name}"
            f" WHERE originator_id IN ({_marks(streams)}) AND rowid<=?"
            f" AND (topic IS NULL OR topic NOT IN ({_marks(passed)}))"
            " ORDER BY originator_id, originator_version",
            (*chosen, *streams, upto, *passed),
        )

    def _plain_rows(self, statement: str, parameters: tuple[object, ...]) -> Sequence[Row]:
        with self.datastore.transaction(commit=False) as cursor:
            rows = cursor.sqlite_cursor
            rows.row_factory = None  # plain tuples
            rows.execute(statement, parameters)
            return rows.fetchall()

    def select_first(self, before: int | None, limit: int) -> Sequence[Row]:
        """See `Recorder.select_first`. Goes back along the positions: the newest are wanted, seldom all."""
        with self.datastore.transaction(commit=False) as cursor:
            rows = cursor.sqlite_cursor
            rows.row_factory = None  # plain tuples
            rows.execute(
                f"SELECT rowid, originator_id, originator_version, topic, state FROM {self.events_table_name}"
                " WHERE originator_version=1 AND rowid<? ORDER BY rowid DESC LIMIT ?",
                (LAST_POSITION if before is None else before, limit),
            )
            return rows.fetchall()

    def count_in(self, stream: str, type: str) -> int:
        """See `Recorder.count_in`."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM {self.events_table_name} WHERE originator_id=? AND topic=?", (stream, type)
            )
            return int(cursor.fetchone()[0])

    def replace(self, states: Sequence[Replacement]) -> None:
        """See `Recorder.replace`. Old bytes are overwritten with zeros; the journal keeps them until `wipe`."""
        with self._alone() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                f"UPDATE {self.events_table_name} SET topic=?, state=? WHERE rowid=?",
                [(tag, state, position) for position, tag, state in states],
            )
            connection.execute("COMMIT")

    def wipe(self, wait_s: float | None) -> None:
        """See `Recorder.wipe`."""
        with self._alone() as connection:
            empty_journal(connection, Path(self.datastore.pool.db_name), wait_s=wait_s)

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own."""
        path = self.datastore.pool.db_name
        with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)) as connection:
            yield connection

    def head(self) -> int:
        """See `Recorder.head`."""
        # Declared as int; it is None for an empty table.
        return self.max_notification_id() or 0

    def count(self, after: int, upto: int) -> int:
        """See `Recorder.count`."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {self.events_table_name} WHERE rowid>? AND rowid<=?", (after, upto))
            return int(cursor.fetchone()[0])

    def size_bytes(self) -> int:
        """See `Recorder.size_bytes`."""
        path = Path(self.datastore.pool.db_name)
        return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))

    def hold(self, name: str) -> Hold | None:
        """See `Recorder.hold`."""
        path = Path(self.datastore.pool.db_name)
        return hold_file(path.with_name(f"{path.name}.{name}.lock"))

    def close(self) -> None:
        """Close the file."""
        self.datastore.close()


def _state_of(types: Collection[str]) -> str:
    """The column of the bytes, for these types only; as many parameters as there are types."""
    return f"CASE WHEN topic IN ({_marks(types)}) THEN state END"


def _marks(values: Collection[str]) -> str:
    return ",".join("?" * len(values))


class _Datastore(SQLiteDatastore):
    """Connections with our durability; a transaction that fails, even in its commit, leaves none open."""

    def __init__(self, path: Path, synchronous: str) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool = _Pool(path, synchronous)

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        # The log has its write lock: the pool's own is lost for good if a connection cannot be made.
        connection = self.pool.get_connection()
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        finally:
            self.pool.put_connection(connection)


class _Pool(SQLiteConnectionPool):
    def __init__(self, path: Path, synchronous: str) -> None:
        super().__init__(db_name=str(path), lock_timeout=LOCK_TIMEOUT_S, max_overflow=100, pool_timeout=LOCK_TIMEOUT_S)
        self._synchronous = synchronous

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute(f"PRAGMA synchronous={self._synchronous}")
        return connection


def _create_table(recorder: _Recorder, path: Path) -> None:
    """Make the file and the table. SQLite does not wait when two processes make the same file at once, so try again.

    A table of that name with other columns is somebody else's.
    """
    for attempt in range(OPEN_ATTEMPTS):
        try:
            _lay_out(path)
            recorder.create_table()
            recorder.select_tail_of(None, 0, 1)
        except (PersistenceError, sqlite3.Error) as error:
            if _reason(error) != "locked" or attempt == OPEN_ATTEMPTS - 1:
                raise
            time.sleep(OPEN_PAUSE_S)
        else:
            return


def _lay_out(path: Path) -> None:
    """Choose the size of a new file's pages: it can be chosen only before anything is written, the journal's mode too.

    A file that is there keeps its own.
    """
    if path.exists() and path.stat().st_size:
        return
    with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except ConnectionPoolClosedError as error:
        raise LogUnavailable("closed", "it has been closed") from error
    except (PersistenceError, sqlite3.Error, OSError) as error:
        raise LogUnavailable(_reason(error), str(error)) from error


def _reason(error: Exception) -> str:
    """The kind of trouble, from SQLite's own messages (sqlite3.c, `sqlite3ErrStr`); eventsourcing keeps no code."""
    text = str(error)
    if isinstance(error, ConnectionUnavailableError) or "locked" in text:
        return "locked"
    if is_full(error) or "full" in text:
        return "full"
    if "readonly" in text or "Read-only" in text or "Permission denied" in text or "unable to open" in text:
        return "read_only"
    if "no such column" in text:
        return "foreign"
    if "malformed" in text or "not a database" in text:
        return "damaged"
    return "failed"
