"""The event log in an SQLite file, through `eventsourcing`'s recorders. Several processes may use the file at once.

SQLite has one writer at a time, so positions are handed out in the order of the commits and are seen in that order:
a reader never sees position n before everything up to n. Every commit is on the disk before `append` returns
(``synchronous=FULL``), so neither a killed process nor a cut of the power takes back what a learner has seen.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    ConnectionUnavailableError,
    Notification,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)
from msgspec import structs

from events.codec import CODEC, Codec, Place
from events.envelope import Origin, Recorded, Unknown
from events.errors import CorruptPayload, LogUnavailable, VersionConflict
from events.identifiers import uuid7
from events.lesson import LessonEvent
from events.log import Appended, Batch, Clock, NewId, stamp, utc_now

LOCK_TIMEOUT_S = 10
POLL_S = 0.05
MAX_GROUP = 512
OPEN_ATTEMPTS = 100


class SQLiteEventLog:
    """An `EventLog` in the file ``path``, made with its folders if it is not there.

    Threads that append at the same time share transactions: whoever gets the write lock commits all that wait.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = utc_now,
        new_id: NewId = uuid7,
        codec: Codec = CODEC,
        synchronous: str = "FULL",
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._codec = codec
        self._waiting: deque[_Append] = deque()
        self._write_lock = threading.Lock()
        self._changed = threading.Condition()
        self._head = 0
        with _typed_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._datastore = _Datastore(path, synchronous)
            self._recorder = _Recorder(self._datastore, events_table_name="events")
            _create_table(self._recorder)

    def __enter__(self) -> "SQLiteEventLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; later calls raise `LogUnavailable`."""
        with self._write_lock:
            self._datastore.close()

    def append(
        self, stream: str, events: Sequence[LessonEvent | Unknown], *, expected_version: int, origin: Origin
    ) -> tuple[Recorded, ...]:
        """See `EventLog.append`."""
        batch = Batch(stream=stream, events=tuple(events), expected_version=expected_version, origin=origin)
        (appended,) = self.append_many([batch])
        if isinstance(appended, VersionConflict):
            raise appended
        return appended

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """See `EventLog.append_many`."""
        stamped = [stamp(batch, self._clock, self._new_id) for batch in batches]
        rows = [[self._row(recorded) for recorded in events] for events in stamped]
        entry = _Append(rows)
        self._waiting.append(entry)
        with self._write_lock:
            if entry.outcomes is None and entry.error is None:
                self._commit_waiting(entry)
        if entry.error is not None:
            raise entry.error
        assert entry.outcomes is not None
        return tuple(
            _appended(batch, events, outcome)
            for batch, events, outcome in zip(batches, stamped, entry.outcomes, strict=True)
        )

    def _row(self, recorded: Recorded) -> StoredEvent:
        return StoredEvent(
            originator_id=recorded.stream,
            originator_version=recorded.version,
            topic=recorded.type,
            state=self._codec.encode(recorded),
        )

    def _commit_waiting(self, entry: "_Append") -> None:
        """Commit groups of what waits, in order of arrival, until ``entry`` is among them. Needs the write lock."""
        while entry.outcomes is None and entry.error is None:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
            try:
                with _typed_errors():
                    outcomes = iter(self._recorder.insert_batches([rows for each in group for rows in each.rows]))
                for each in group:
                    each.outcomes = [next(outcomes) for _ in each.rows]
                self._wake(group)
            except LogUnavailable as error:
                for each in group:
                    each.error = error
            finally:
                # Whatever else ends this thread's commit, the other threads of the group must not wait for ever.
                for each in group:
                    if each.outcomes is None and each.error is None:
                        each.error = LogUnavailable("failed", "the thread that committed for this one was stopped")

    def _wake(self, group: "list[_Append]") -> None:
        positions = [
            outcome[-1]
            for each in group
            for outcome in each.outcomes or ()
            if not isinstance(outcome, int) and len(outcome) > 0
        ]
        if positions:
            with self._changed:
                self._head = max(self._head, *positions)
                self._changed.notify_all()

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        with _typed_errors():
            rows = self._recorder.select_stream(stream, after)
        return tuple(self._decode(row) for row in rows)

    def _decode(self, row: Notification) -> Recorded:
        try:
            return self._codec.decode(row.state, position=row.id)
        except CorruptPayload as error:
            stream, version = str(row.originator_id), row.originator_version
            raise CorruptPayload(stream, version, error.path, error.reason) from error

    def tail(self, after: int, *, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.tail`."""
        with _typed_errors():
            rows = self._recorder.select_notifications(after, limit, inclusive_of_start=False)
        return tuple(self._codec.decode_or_keep(row.state, _place(row)) for row in rows)

    def head(self) -> int:
        """The last event's position, 0 for an empty log."""
        with _typed_errors():
            # Declared as int; it is None for an empty table.
            return self._recorder.max_notification_id() or 0

    def wait(self, after: int, timeout_s: float) -> bool:
        """See `EventLog.wait`. Appends of this object wake it at once, those of other processes within 50 ms."""
        deadline = time.monotonic() + timeout_s
        while True:
            if self.head() > after:
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            with self._changed:
                self._changed.wait_for(lambda: self._head > after, min(remaining, POLL_S))


class _Append:
    """One caller's batches while they wait for a transaction, and what became of them."""

    def __init__(self, rows: list[list[StoredEvent]]) -> None:
        self.rows = rows
        self.outcomes: list[Sequence[int] | int] | None = None
        self.error: LogUnavailable | None = None


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

    def insert_batches(self, batches: Sequence[Sequence[StoredEvent]]) -> list[Sequence[int] | int]:
        """For each batch its events' positions, or the stream's version if that was not the one before the batch."""
        with self.datastore.transaction(commit=True) as cursor:
            return [self._insert_batch(cursor, batch) for batch in batches]

    def _insert_batch(self, cursor: SQLiteCursor, batch: Sequence[StoredEvent]) -> Sequence[int] | int:
        if not batch:
            return ()
        stream, expected = str(batch[0].originator_id), batch[0].originator_version - 1
        cursor.execute("SAVEPOINT batch")
        try:
            # Insert first, ask after: a transaction that begins with a read cannot wait for another's write lock.
            positions = self._insert_events(cursor, batch)
        except sqlite3.IntegrityError:
            positions = None
        if positions is not None and self._follows(cursor, stream, expected):
            cursor.execute("RELEASE batch")
            return positions
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


def _create_table(recorder: _Recorder) -> None:
    """Make the table. SQLite does not wait when two processes make the same file at once, so try again."""
    for attempt in range(OPEN_ATTEMPTS):
        try:
            recorder.create_table()
        except (PersistenceError, sqlite3.Error) as error:
            if _reason(error) != "locked" or attempt == OPEN_ATTEMPTS - 1:
                raise
            time.sleep(POLL_S)
        else:
            return


def _place(row: Notification) -> Place:
    return Place(stream=str(row.originator_id), version=row.originator_version, type=row.topic, position=row.id)


def _appended(batch: Batch, events: tuple[Recorded, ...], outcome: Sequence[int] | int) -> Appended:
    if isinstance(outcome, int):
        return VersionConflict(batch.stream, batch.expected_version, outcome)
    return tuple(
        structs.replace(recorded, position=position) for recorded, position in zip(events, outcome, strict=True)
    )


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
    if "full" in text or "No space left" in text:
        return "full"
    if "readonly" in text or "Read-only" in text or "Permission denied" in text or "unable to open" in text:
        return "read_only"
    if "malformed" in text or "not a database" in text:
        return "damaged"
    return "failed"
