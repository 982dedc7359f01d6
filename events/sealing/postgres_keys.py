"""The learners' wrapped keys in the log's PostgreSQL database, shared by hosts on many machines.

What the log knows of the keys lies in tables beside them.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from psycopg.sql import SQL, Identifier

from events.errors import LogUnavailable
from events.postgres import CREATION_LOCK, LOCK_TIMEOUT_S, WAIT_FOR_CONNECTION_S
from events.postgres_errors import typed_errors
from events.postgres_server import CONNECT_TIMEOUT_S, keep_no_samples, made_or_there
from events.postgres_wiping import wipe_tables
from events.sealing.aftermath import SqlAftermath
from events.sealing.errors import KeysUnavailable
from events.sealing.key_store import Cursor, Found, SqlKeyStore, tables
from events.sealing.used_keys import LAST_TABLE, TABLES


def postgres_keys(url: str, *, schema: str = "public") -> SqlKeyStore:
    """The keys in the database at ``url``; the tables are made when they are first used."""
    database = _Postgres(url, schema)
    return SqlKeyStore(database, SqlAftermath(database))


class _Postgres:
    """A pool of at most two connections, opened when first wanted."""

    bytes_type = "BYTEA"
    table_named = "SELECT 1 FROM pg_tables WHERE schemaname=current_schema() AND tablename=?"

    def __init__(self, url: str, schema: str) -> None:
        self._schema = schema
        self._made = False
        self._pool = psycopg_pool.ConnectionPool(
            url,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
            min_size=0,
            max_size=2,
            timeout=WAIT_FOR_CONNECTION_S,
            check=psycopg_pool.ConnectionPool.check_connection,
            configure=self._configure,
            open=False,
        )
        weakref.finalize(self, self._pool.close)

    @contextmanager
    def reading(self) -> Iterator[Cursor | None]:
        with _typed_errors(), self._connected() as connection:
            yield _Cursor(connection)

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        with _typed_errors(), self._connected() as connection, connection.transaction():
            # A key may not be added under a master key that is being retired in another transaction.
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'".encode())
            connection.execute("LOCK TABLE learner_keys IN SHARE ROW EXCLUSIVE MODE")
            yield _Cursor(connection)

    def wipe(self, wait_s: float | None) -> None:
        """Write the table anew: the old version of a row is in its file until then."""
        with _typed_errors(), self._connected() as connection:
            tables = [Identifier(self._schema, "learner_keys")]
            wipe_tables(connection, tables, "the learners' keys", wait_s=wait_s)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        if not self._made:
            self._pool.open()
        with self._pool.connection() as connection:
            if not self._made:
                self._make(connection)
            yield connection

    def _configure(self, connection: psycopg.Connection) -> None:
        connection.execute(SQL("SET search_path TO {}").format(Identifier(self._schema)))

    def _make(self, connection: psycopg.Connection) -> None:
        with made_or_there(connection, self._schema, LAST_TABLE), connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (CREATION_LOCK,))
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self._schema)))
            for statement in (*tables(self.bytes_type), *TABLES):
                connection.execute(statement.encode())
            keep_no_samples(connection, self._schema, "learner_keys", "wrapped")
        self._made = True


class _Cursor:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, statement: str, *parameters: object) -> Found:
        cursor = self._connection.execute(statement.replace("?", "%s").encode(), parameters)
        return Found(cursor.fetchall() if cursor.description else (), cursor.rowcount)


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        with typed_errors():
            yield
    except LogUnavailable as error:
        raise KeysUnavailable(error.reason, error.detail, error.way_out) from error.__cause__
