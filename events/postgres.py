"""The event log in PostgreSQL, through `eventsourcing`'s recorder. Any number of processes may use it at once.

Each transaction takes the events table's EXCLUSIVE lock before it is given positions, so positions become visible in
their order and no tail reader passes over a gap that is filled later; readers are never blocked. The recorder's
database functions stay off: with them tail readers lose events.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
import psycopg_pool
from eventsourcing.persistence import Notification, PersistenceError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier

from events.codec import CODEC, Codec
from events.errors import LogUnavailable
from events.holding import Hold, hold_in_postgres
from events.identifiers import uuid7
from events.log import Clock, NewId, utc_now
from events.recorder_log import Outcome, RecorderEventLog

TABLE = "events"
CHANNEL = "colloquy_events"
CONNECT_TIMEOUT_S = 5
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

    def create(self) -> None:
        """Make the tables; processes that come at the same time wait for each other."""
        with self.datastore.get_connection() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (CREATION_LOCK,))
            try:
                connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self.datastore.schema)))
                self.create_table()
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (CREATION_LOCK,))

    def insert_batches(self, batches: Sequence[Sequence[StoredEvent]]) -> list[Outcome]:
        """See `Recorder.insert_batches`. Two round trips, whatever the number of batches."""
        streams = sorted({str(batch[0].originator_id) for batch in batches if batch})
        if not streams:
            return [() for _ in batches]
        table = Identifier(self.datastore.schema, TABLE)
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            with connection.pipeline():
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
                cursor.execute(SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(table))
                cursor.execute(
                    SQL(
                        "SELECT s AS stream, COALESCE((SELECT MAX(originator_version) FROM {}"
                        " WHERE originator_id = s), 0) AS version FROM unnest(%s::text[]) AS s"
                    ).format(table),
                    (streams,),
                )
                versions = {row["stream"]: int(row["version"]) for row in cursor.fetchall()}
            # Under the lock nobody else appends: what follows the versions now cannot conflict any more.
            outcomes, accepted = _judge(batches, versions)
            if accepted:
                positions = self._insert(connection, accepted)
                outcomes = [
                    [positions[str(row.originator_id), row.originator_version] for row in batch]
                    if known is None
                    else known
                    for batch, known in zip(batches, outcomes, strict=True)
                ]
        return [outcome if outcome is not None else () for outcome in outcomes]

    def _insert(
        self, connection: psycopg.Connection[DictRow], rows: Sequence[StoredEvent]
    ) -> dict[tuple[str, int], int]:
        insert = SQL(
            "INSERT INTO {} (originator_id, originator_version, topic, state)"
            " SELECT id, version, topic, state FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bytea[])"
            " WITH ORDINALITY AS new (id, version, topic, state, place) ORDER BY place"
            " RETURNING originator_id, originator_version, notification_id"
        ).format(Identifier(self.datastore.schema, TABLE))
        columns = (
            [str(row.originator_id) for row in rows],
            [row.originator_version for row in rows],
            [row.topic for row in rows],
            [row.state for row in rows],
        )
        with connection.pipeline(), connection.cursor() as cursor:
            cursor.execute(insert, columns)
            connection.execute(SQL("NOTIFY {}").format(Identifier(CHANNEL)))
            return {
                (row["originator_id"], int(row["originator_version"])): int(row["notification_id"])
                for row in cursor.fetchall()
            }

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
                    state=bytes(row["state"]),
                )
                for row in cursor.fetchall()
            ]

    def select_tail(self, after: int, limit: int) -> Sequence[Notification]:
        """See `Recorder.select_tail`."""
        found: Sequence[Notification] = self.select_notifications(after, limit, inclusive_of_start=False)
        return found

    def head(self) -> int:
        """See `Recorder.head`."""
        # Declared as int; it is None for an empty table.
        return self.max_notification_id() or 0

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
        self.datastore.close()


def _judge(
    batches: Sequence[Sequence[StoredEvent]], versions: dict[str, int]
) -> tuple[list[Outcome | None], list[StoredEvent]]:
    """The version that each conflicting batch met, None for those to insert, and their events in order."""
    outcomes: list[Outcome | None] = []
    accepted: list[StoredEvent] = []
    for batch in batches:
        if not batch:
            outcomes.append(())
            continue
        stream = str(batch[0].originator_id)
        if versions[stream] != batch[0].originator_version - 1:
            outcomes.append(versions[stream])
            continue
        versions[stream] = batch[-1].originator_version
        accepted.extend(batch)
        outcomes.append(None)
    return outcomes, accepted


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


@contextmanager
def typed_errors() -> Iterator[None]:
    """Raise `LogUnavailable` for the errors of PostgreSQL and its driver."""
    try:
        yield
    except (PersistenceError, psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise LogUnavailable(_reason(error), str(error).strip()) from error


REASONS = {
    "53100": "full",  # disk_full
    "25006": "read_only",  # read_only_sql_transaction
    "42501": "read_only",  # insufficient_privilege
    "55P03": "locked",  # lock_not_available
    "40P01": "locked",  # deadlock_detected
    "XX001": "damaged",  # data_corrupted
    "XX002": "damaged",  # index_corrupted
    "28P01": "refused",  # invalid_password
    "28000": "refused",  # invalid_authorization_specification
    "3D000": "refused",  # invalid_catalog_name
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def _reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, psycopg_pool.PoolClosed):
            return "closed"
        state = getattr(cause, "sqlstate", None)
        if state is not None:
            return REASONS.get(state, "unreachable" if state[:2] in ("08", "57") else "failed")
        if isinstance(cause, psycopg.OperationalError | psycopg_pool.PoolTimeout):
            return "unreachable"
        cause = cause.__cause__
    return "failed"
