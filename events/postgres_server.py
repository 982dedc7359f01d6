"""Sees whether a PostgreSQL server takes us, and tells why not: a pool of connections only says that it has none.

And whether a table is there where none may be made.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from events.errors import LogUnavailable
from events.postgres_errors import in_one_line
from events.served import LOG_VARIABLE, without_password

CONNECT_TIMEOUT_S = 5
AGAIN_S = 0.2


def see_server(url: str, *, wait_s: float = 0.0) -> None:
    """Connect once; a server that cannot be reached may take up to ``wait_s`` to come. Raises `LogUnavailable`."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S).close()
            return
        except psycopg.Error as error:
            fault = _fault(url, str(error))
            if not fault.retryable or time.monotonic() > deadline:
                raise fault from error
        time.sleep(AGAIN_S)


@contextmanager
def made_or_there(connection: psycopg.Connection[Any], schema: str, table: str) -> Iterator[None]:
    """Around the making of tables, of which this is the last: where nothing may be written, it may be there already.

    Then it can be read at least. Raises psycopg.Error.
    """
    try:
        yield
    except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege):
        found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname=%s AND tablename=%s", (schema, table))
        if found.fetchone() is None:
            raise


def keep_no_samples(connection: psycopg.Connection[Any], schema: str, table: str, column: str) -> None:
    """What is in a column must go with its row, and not stay in the server's statistics. Raises psycopg.Error."""
    found = connection.cursor(row_factory=tuple_row).execute(
        "SELECT a.attstattarget FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s",
        (schema, table, column),
    )
    if found.fetchone() != (0,):
        alter = SQL("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0")
        connection.execute(alter.format(Identifier(schema, table), Identifier(column)))


def _fault(url: str, told: str) -> LogUnavailable:
    detail = in_one_line(without_password(told)).removeprefix("connection failed: ")
    fits = ((reason, way_out) for pattern, reason, way_out in FAULTS if re.search(pattern, told))
    reason, way_out = next(fits, ("unreachable", ""))
    return LogUnavailable(reason, f"{without_password(url)}: {detail}", way_out)


_HOW = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
FAULTS = (
    (
        "no password supplied",
        "refused",
        f"give the password in {LOG_VARIABLE} ({_HOW}), PGPASSWORD or ~/.pgpass; a data folder remembers none",
    ),
    ("password authentication failed", "refused", f"give the right user and password in {LOG_VARIABLE}"),
    ("role .* does not exist", "refused", f"give a user that the server knows in {LOG_VARIABLE}"),
    ("database .* does not exist", "refused", f"make it there (`createdb`), or name another in {LOG_VARIABLE}"),
    ("no pg_hba.conf entry", "refused", "let the server's pg_hba.conf take this user from this machine"),
    (
        "resolve host|translate host name",
        "unreachable",
        f"see that the host in {LOG_VARIABLE} is right, and that special characters in the password are written as %XX",
    ),
    (
        r'invalid (integer|URI|port|percent)|looking for matching|^missing "=',
        "refused",
        f"write {LOG_VARIABLE} as {_HOW}, with %XX for special characters in the password",
    ),
    (
        "refused|No such file",
        "unreachable",
        f"see that the server runs there, and that host and port in {LOG_VARIABLE} are right",
    ),
    (
        "timeout",
        "unreachable",
        f"see that host and port in {LOG_VARIABLE} are right: nothing answers there as PostgreSQL does",
    ),
)
"""What libpq and the server say, in the server's language; what is in another than English gets the general answer."""
