"""The event log in PostgreSQL, through `eventsourcing`'s recorder. Any number of processes may use it at once.

Each transaction takes the events table's EXCLUSIVE lock before it is given positions, so positions become visible in
their order and no tail reader passes over a gap that is filled later; readers are never blocked. The recorder's
database functions stay off: with them tail readers lose events.
"""

import threading
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, LiteralString

import psycopg
import psycopg_pool
from eventsourcing.persistence import Notification
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from events.codec import CODEC, Codec
from events.errors import LogUnavailable
from events.holding import Hold, hold_in_postgres
from events.identifiers import uuid7
from events.log import Clock, NewId, utc_now
from events.postgres_errors import typed_errors
from events.postgres_server import CONNECT_TIMEOUT_S, keep_no_samples, made_or_there
from events.postgres_statements import INSERT, STREAMS, STREAMS_OF, TAIL_OF, VERSIONS
from events.postgres_wiping import mark_replaced, wipe_replaced
from events.recorder import NewRow, Outcome, Replacement, Row
from events.recorder_log import RecorderEventLog

TABLE = "events"
CHANNEL = "colloquy_events"
WAIT_FOR_CONNECTION_S = 10.0
LOCK_TIMEOUT_S = 10
CREATION_LOCK = 0x636F6C6C6F7175
"""The advisory lock under which the tables are made: "colloqu" as a number."""
LISTEN_S = 1.0
RECONNECT_S = 1.0


class PostgresEventLog(RecorderEventLog):
    """An `EventLog` in the database at ``url``, a ``postgresql://`` URL or a libpq connection string.

    The tables are made if they are not there, in the database's own ``public`` schema or in ``schema``. Raises
    `LogUnavailable`; ``unreachable`` when the server cannot be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str = "public",
        clock: Clock = utc_now,
        new_id: NewId = uuid7,
        codec: Codec = CODEC,
        connections: int = 4,
    ) -> None:
        with typed_errors():
            recorder = _Recorder(_Datastore(url, schema, connections), events_table_name=TABLE)
            recorder.create()
        super().__init__(recorder, typed_errors, clock=clock, new_id=new_id, codec=codec)
        self._url = url
        self._closed = threading.Event()
        self._listener: threading.Thread | None = None

    def close(self) -> None:
        """Let go of the database; later calls raise `LogUnavailable`."""
        self._closed.set()
        super().close()
        if self._listener is not None:
            self._listener.join()

    def wait(self, after: int, timeout_s: float) -> bool:
        """See `EventLog.wait`. The server tells this process of appends of all others."""
        with self._changed:
            if self._listener is None and not self._closed.is_set():
                self._listener = threading.Thread(target=self._listen, name="log-listener", daemon=True)
                self._listener.start()
        return super().wait(after, timeout_s)

    def _listen(self) -> None:
        """Pass the server's notifications on to whoever waits; without a connection waiting is by asking again."""
        while not self._closed.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._url, autocommit=True) as connection:
                connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
                while not self._closed.is_set():
                    for _ in connection.notifies(timeout=LISTEN_S, stop_after=1):
                        self._told()
            self._closed.wait(RECONNECT_S)

    def _told(self) -> None:
        with suppress(LogUnavailable):
            head = self.head()
            with self._changed:
                self._head = max(self._head, head)
                self._changed.notify_all()


class _Recorder(PostgresApplicationRecorder):
    """Adds batches that fail one by one, and reads streams with positions."""

    datastore: "_Datastore"
    _writer: psycopg.Connection[DictRow] | None = None
    _closed: bool = False

    def create(self) -> None:
        """Make the tables; processes that come at the same time wait for each other."""
        with self.datastore.get_connection() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (CREATION_LOCK,))
            try:
                with made_or_there(connection, self.datastore.schema, TABLE):
                    connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self.datastore.schema)))
                    self.create_table()
                    keep_no_samples(connection, self.datastore.schema, TABLE, "state")
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (CREATION_LOCK,))

    def insert_batches(self, batches: Sequence[Sequence[NewRow]]) -> list[Outcome]:
        """See `Recorder.insert_batches`. One round trip, whatever the number of batches.

        When the connection breaks, nobody knows whether the commit was reached: the new connection finds out by
        looking for these very events.
        """
        if not any(batches):
            return [() for _ in batches]
        try:
            return self._insert(batches)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if error.sqlstate is not None and error.sqlstate[:2] not in ("08", "57"):
                raise
        return [
            self._positions(batch) or outcome if isinstance(outcome, int) else outcome
            for batch, outcome in zip(batches, self._insert(batches), strict=True)
        ]

    def _insert(self, batches: Sequence[Sequence[NewRow]]) -> list[Outcome]:
        """Insert each batch that follows its stream's version; under the lock nobody else can append meanwhile."""
        waves = _wave_of_each(batches)
        connection = self._connection()
        try:
            positions, versions = self._transaction(connection, batches, waves)
        except BaseException:
            # In the middle of a transaction, or broken: of no more use.
            self._drop_writer()
            raise
        return [
            _outcome(batch, positions[wave], versions) if batch else ()
            for batch, wave in zip(batches, waves, strict=True)
        ]

    def _transaction(
        self,
        connection: psycopg.Connection[DictRow],
        batches: Sequence[Sequence[NewRow]],
        waves: Sequence[int],
    ) -> tuple[list[dict[tuple[str, int], int]], dict[str, int]]:
        """For each wave the positions of what it inserted; and the streams' versions at the end."""
        table = Identifier(self.datastore.schema, TABLE)
        streams = sorted({batch[0].stream for batch in batches if batch})
        with connection.pipeline():
            connection.execute("BEGIN")
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
            connection.execute(SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(table))
            insert = SQL(INSERT).format(table=table)
            inserted = [
                connection.execute(insert, _columns(batches, waves, wave), prepare=True)
                for wave in range(max(waves) + 1)
            ]
            current = connection.execute(SQL(VERSIONS).format(table=table), (streams,), prepare=True)
            connection.execute(SQL("NOTIFY {}").format(Identifier(CHANNEL)))
            connection.execute("COMMIT")
            positions = [
                {(row["originator_id"], int(row["originator_version"])): int(row["notification_id"]) for row in cursor}
                for cursor in inserted
            ]
            return positions, {row["stream"]: int(row["version"]) for row in current}

    def _positions(self, batch: Sequence[NewRow]) -> list[int]:
        """Where these very events are; [] when they are not there."""
        before = batch[0].version - 1
        stored = {row.originator_version: row for row in self.select_stream(batch[0].stream, before)}
        rows = [stored.get(event.version) for event in batch]
        there = [row.id for row, event in zip(rows, batch, strict=True) if row is not None and row.state == event.state]
        return there if len(there) == len(batch) else []

    def _connection(self) -> psycopg.Connection[DictRow]:
        """The connection that appends; one at a time does."""
        if self._closed:
            raise psycopg_pool.PoolClosed("the log has been closed")
        if self._writer is None:
            self._writer = psycopg.connect(
                self.datastore.url, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_TIMEOUT_S
            )
        return self._writer

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def select_stream(self, stream: str, after: int) -> Sequence[Notification]:
        """See `Recorder.select_stream`."""
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                SQL(
                    "SELECT * FROM {} WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version"
                ).format(Identifier(self.datastore.schema, TABLE)),
                (stream, after),
            )
            return [
                Notification(
                    id=row["notification_id"],
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=bytes(row["state"] or b""),
                )
                for row in cursor.fetchall()
            ]

    def select_tail_of(self, types: Collection[str] | None, after: int, limit: int) -> Sequence[Row]:
        """See `Recorder.select_tail_of`."""
        wanted = None if types is None else list(types)
        return self._plain_rows(TAIL_OF, {"types": wanted, "after": after, "limit": limit})

    def select_streams(self, types: Collection[str], after: str, limit: int) -> Sequence[Row]:
        """See `Recorder.select_streams`."""
        return self._plain_rows(STREAMS, {"types": list(types), "after": after, "limit": limit})

    def select_streams_of(
        self, types: Collection[str], passed: Collection[str], streams: Sequence[str], upto: int
    ) -> Sequence[Row]:
        """See `Recorder.select_streams_of`."""
        asked = {"types": list(types), "passed": list(passed), "streams": list(streams), "upto": upto}
        return self._plain_rows(STREAMS_OF, asked)

    def _plain_rows(self, statement: LiteralString, parameters: dict[str, object]) -> Sequence[Row]:
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(SQL(statement).format(table=Identifier(self.datastore.schema, TABLE)), parameters)
            return cursor.fetchall()

    def select_first(self, before: int | None, limit: int) -> Sequence[Row]:
        """See `Recorder.select_first`."""
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(
                SQL(
                    "SELECT notification_id, originator_id, originator_version, topic, state FROM {}"
                    " WHERE originator_version = 1 AND notification_id < COALESCE(%s::bigint, 9223372036854775807)"
                    " ORDER BY notification_id DESC LIMIT %s"
                ).format(Identifier(self.datastore.schema, TABLE)),
                (before, limit),
            )
            return cursor.fetchall()

    def count_in(self, stream: str, type: str) -> int:
        """See `Recorder.count_in`."""
        with self.datastore.get_connection() as connection:
            found = connection.execute(
                SQL("SELECT COUNT(*) AS count FROM {} WHERE originator_id = %s AND topic = %s").format(
                    Identifier(self.datastore.schema, TABLE)
                ),
                (stream, type),
            )
            row = found.fetchone()
        return int(row["count"]) if row else 0

    def replace(self, states: Sequence[Replacement]) -> None:
        """See `Recorder.replace`."""
        schema = self.datastore.schema
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (CREATION_LOCK,))
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'".encode())
            mark_replaced(cursor, schema)
            cursor.executemany(
                SQL("UPDATE {} SET topic=%s, state=%s WHERE notification_id=%s").format(Identifier(schema, TABLE)),
                [(tag, state, position) for position, tag, state in states],
            )

    def wipe(self, wait_s: float | None) -> None:
        """See `Recorder.wipe`. If something was replaced the table is written anew, for which all others wait."""
        with self.datastore.get_connection() as connection:
            wipe_replaced(connection, self.datastore.schema, TABLE, wait_s=wait_s)

    def head(self) -> int:
        """See `Recorder.head`."""
        # Its own `max_notification_id` tries ten times before it says that the server is away.
        with self.datastore.get_connection() as connection:
            found = connection.execute(
                SQL("SELECT COALESCE(MAX(notification_id), 0) AS head FROM {}").format(
                    Identifier(self.datastore.schema, TABLE)
                )
            )
            row = found.fetchone()
        return int(row["head"]) if row else 0

    def count(self, after: int, upto: int) -> int:
        """See `Recorder.count`."""
        with self.datastore.get_connection() as connection:
            found = connection.execute(
                SQL("SELECT COUNT(*) AS count FROM {} WHERE notification_id > %s AND notification_id <= %s").format(
                    Identifier(self.datastore.schema, TABLE)
                ),
                (after, upto),
            )
            row = found.fetchone()
        return int(row["count"]) if row else 0

    def size_bytes(self) -> int:
        """See `Recorder.size_bytes`."""
        with self.datastore.get_connection() as connection:
            found = connection.execute("SELECT pg_total_relation_size(%s)", (f"{self.datastore.schema}.{TABLE}",))
            row = found.fetchone()
        return int(row["pg_total_relation_size"]) if row else 0

    def hold(self, name: str) -> Hold | None:
        """See `Recorder.hold`."""
        return hold_in_postgres(self.datastore.url, f"{self.datastore.schema}.{name}")

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self._drop_writer()
        self.datastore.close()


def _wave_of_each(batches: Sequence[Sequence[NewRow]]) -> list[int]:
    """In which statement each batch goes: the first of its stream in the first, the next one in the second, …"""
    counts: Counter[str] = Counter()
    waves = []
    for batch in batches:
        stream = batch[0].stream if batch else ""
        waves.append(counts[stream] if batch else 0)
        counts[stream] += 1
    return waves


def _columns(batches: Sequence[Sequence[NewRow]], waves: Sequence[int], wave: int) -> tuple[list[Any], ...]:
    """The columns of one statement: number of the batch, stream, version, type and bytes."""
    mine = [batch for batch, its_wave in zip(batches, waves, strict=True) if its_wave == wave]
    rows = [(number, event) for number, batch in enumerate(mine) for event in batch]
    return (
        [number for number, _ in rows],
        [event.stream for _, event in rows],
        [event.version for _, event in rows],
        [event.type for _, event in rows],
        [event.state for _, event in rows],
    )


def _outcome(batch: Sequence[NewRow], positions: dict[tuple[str, int], int], versions: dict[str, int]) -> Outcome:
    stream = batch[0].stream
    if (stream, batch[0].version) not in positions:
        return versions[stream]
    return [positions[stream, event.version] for event in batch]


class _Datastore(PostgresDatastore):
    """Connections to a URL, whatever parameters it has; a broken one is replaced before it is used."""

    def __init__(self, url: str, schema: str, connections: int) -> None:
        self.url = url
        parts = conninfo_to_dict(url)
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "")),
            user=str(parts.get("user", "")),
            password=str(parts.get("password", "")),
            schema=schema,
            originator_id_type="text",
        )
        # Its own pool knows only these five; a URL may say more (TLS, several hosts, options).
        self.pool = psycopg_pool.ConnectionPool(  # type: ignore[assignment]
            url,
            kwargs={"row_factory": dict_row, "autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
            connection_class=psycopg.Connection[DictRow],
            min_size=1,
            max_size=connections,
            timeout=WAIT_FOR_CONNECTION_S,
            check=psycopg_pool.ConnectionPool.check_connection,
            open=False,
        )
