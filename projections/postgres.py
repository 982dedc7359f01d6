"""The views in PostgreSQL, beside the log, in a schema of their own: ``SELECT * FROM views.progress``. Folds nothing.

A schema of their own lets an operator show analysts the views without the log: ``GRANT USAGE ON SCHEMA views TO …``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import psycopg_pool
from psycopg.sql import SQL, Identifier

from events.postgres_errors import in_one_line
from events.postgres_wiping import wipe_tables
from projections.errors import ViewsUnavailable
from projections.layout import bring_up
from projections.projection import AnyProjection
from projections.schema import prepare
from projections.sql_views import SqlViewStore
from projections.views import Cursor, Dialect

SCHEMA = "views"
CONNECT_TIMEOUT_S = 5
WAIT_FOR_CONNECTION_S = 10.0
LOCK_TIMEOUT_S = 10
STREAMED_ROWS = 2_000
FIRST_LAYOUT = 2
"""That of the stores from before the table ``layout``."""

DIALECT = Dialect(
    types={
        "text": 'TEXT COLLATE "C"',  # the same order on every server
        "integer": "BIGINT",
        "real": "DOUBLE PRECISION",
        "day": "DATE",
        "time": "TIMESTAMPTZ",
        "bytes": "BYTEA",
    },
    least="LEAST",
    greatest="GREATEST",
    for_update=" FOR UPDATE",
    for_share=" FOR SHARE",
    comments=True,
    replaces_views=True,
    samples=True,
)


class PostgresViewStore(SqlViewStore):
    """The views of ``projections`` in the database at ``url``, made if they are not there."""

    def __init__(
        self, url: str, projections: Sequence[AnyProjection], *, schema: str = SCHEMA, connections: int = 4
    ) -> None:
        self.dialect = DIALECT
        self._schema = schema
        self._pool = psycopg_pool.ConnectionPool(
            url,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
            configure=self._configure,
            min_size=1,
            max_size=connections,
            timeout=WAIT_FOR_CONNECTION_S,
            check=psycopg_pool.ConnectionPool.check_connection,
            open=False,
        )
        with _typed_errors():
            self._pool.open()
        try:
            with self.transaction() as cursor:
                # Processes that come at the same time wait for each other.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"colloquy:{schema}",))
                cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
                _bring_up(cursor, schema)
                prepare(cursor, DIALECT, projections)
        except ViewsUnavailable:
            self._pool.close()
            raise

    def _configure(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(SQL("SET search_path TO {}").format(Identifier(self._schema)))
        connection.execute("SET timezone TO 'UTC'")
        connection.execute("SET client_min_messages TO warning")

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def wipe(self, wait_s: float | None = None) -> None:
        """See `ViewStore.wipe`. The server's journal begins a new file; with ``wal_recycle = off`` the old ones go."""
        with self.reading() as cursor:
            names = cursor.all("SELECT tablename FROM pg_tables WHERE schemaname=?", (self._schema,))
        tables = [Identifier(self._schema, name) for (name,) in names]
        with _typed_errors(), self._pool.connection() as connection:
            wipe_tables(connection, tables, "the views", wait_s=wait_s)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """See `ViewStore.transaction`. Writers wait for each other only where they lock the same rows."""
        with _typed_errors(), self._pool.connection() as connection, connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
            yield _Cursor(connection)

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See `ViewStore.reading`."""
        with _typed_errors(), self._pool.connection() as connection, connection.transaction():
            # One moment for all statements, as in SQLite.
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _Cursor(connection)


def _bring_up(cursor: Cursor, schema: str) -> None:
    tables = {name for (name,) in cursor.all("SELECT tablename FROM pg_tables WHERE schemaname=?", (schema,))}
    found = FIRST_LAYOUT if "projections" in tables else None
    if "layout" not in tables:
        cursor.execute("CREATE TABLE layout (version INTEGER NOT NULL)")
    for (version,) in cursor.all("SELECT version FROM layout"):
        found = version
    layout = bring_up(cursor, found, f"schema {schema}")
    if not cursor.execute("UPDATE layout SET version=?", (layout,)):
        cursor.execute("INSERT INTO layout VALUES (?)", (layout,))


class _Cursor:
    """A connection with our few methods."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        return self._connection.execute(_translated(statement), parameters or None).rowcount

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(statement), rows)
            return cursor.rowcount

    def all(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(_translated(statement), parameters or None).fetchall()

    def each(self, statement: str) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name=f"rows_{uuid4().hex}") as cursor:
            cursor.itersize = STREAMED_ROWS
            cursor.execute(_translated(statement))
            yield from cursor


def _translated(statement: str) -> Any:
    return statement.replace("?", "%s")


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
        reason = _REASONS.get(getattr(error, "sqlstate", None) or "", "failed")
        raise ViewsUnavailable(reason, in_one_line(str(error))) from error


_REASONS = {
    "XX001": "damaged",  # data_corrupted
    "XX002": "damaged",  # index_corrupted
    "53100": "full",  # disk_full
    "25006": "read_only",  # read_only_sql_transaction
    "42501": "read_only",  # insufficient_privilege
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
