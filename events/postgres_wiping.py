"""Leaves nothing in PostgreSQL's tables of rows that were deleted or replaced: their files are written anew.

``VACUUM FULL`` copies a dead row while some transaction may still see it, and waits for whoever has used the table in a
transaction that is open. Both are waited for, for a limited time; then an error names them.

What is beyond it: the journal (``pg_wal``) keeps old bytes until its files are removed or written over, and copies of
it (archives, replicas) as long as they are kept. Where the user may, the journal begins a new file and is cut short.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from events.errors import OldBytesRemain

WAIT_S = 10.0
TURN_MS = 500
"""All others wait behind somebody who waits for a table of their own, so that may not last."""
PAUSE_S = 0.25
MARKS = "events_replaced"

_SESSION = "'session', pid::text, coalesce(nullif(application_name, ''), backend_type, ''), usename, xact_start"
OLDER = f"""
SELECT {_SESSION} FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum) AND (
    age(backend_xid) > age(%(mark)s::xid)
    OR (age(backend_xmin) > age(%(mark)s::xid) AND coalesce(datname, current_database()) = current_database()))
UNION ALL SELECT 'prepared', gid, '', owner, prepared FROM pg_prepared_xacts WHERE age(transaction) > age(%(mark)s::xid)
UNION ALL SELECT 'slot', slot_name, '', '', NULL FROM pg_replication_slots WHERE age(xmin) > age(%(mark)s::xid)
"""
"""Who may still see a row that was deleted before the transaction ``mark``: an open snapshot of this database, or a
transaction of any that has written, for every later snapshot is as old as the oldest of those."""
USERS = f"""
SELECT {_SESSION} FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'relation' AND granted AND relation = to_regclass(%(table)s)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL SELECT 'prepared', gid, '', owner, prepared FROM pg_prepared_xacts WHERE database = current_database()
    AND '-1/' || transaction IN (SELECT virtualtransaction FROM pg_locks WHERE relation = to_regclass(%(table)s))
"""


def wipe_tables(
    connection: psycopg.Connection[Any], tables: Sequence[Identifier], what: str, *, wait_s: float | None = None
) -> None:
    """Write the tables of ``what`` anew; ``connection`` must commit each statement by itself.

    A table that has been dropped meanwhile is wiped. Others are waited for ``wait_s``, None for the usual time. Raises
    `OldBytesRemain` and `psycopg.Error`.
    """
    give_up = time.monotonic() + (WAIT_S if wait_s is None else wait_s)
    where = f"PostgreSQL's files of {what}"
    with connection.cursor(row_factory=tuple_row) as cursor:
        ((mark,),) = cursor.execute("SELECT pg_current_xact_id()::xid::text").fetchall()
        while older := cursor.execute(OLDER.encode(), {"mark": mark}).fetchall():
            if time.monotonic() > give_up:
                raise OldBytesRemain(where, tuple(map(_told, older)))
            time.sleep(PAUSE_S)
        cursor.execute(f"SET lock_timeout = {TURN_MS}".encode())
        try:
            for table in tables:
                _write_anew(cursor, table, give_up, where)
        finally:
            cursor.execute("RESET lock_timeout")
        for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
            with suppress(psycopg.errors.InsufficientPrivilege):
                cursor.execute(statement.encode())


def _write_anew(cursor: psycopg.Cursor[Any], table: Identifier, give_up: float, where: str) -> None:
    while True:
        try:
            cursor.execute(SQL("VACUUM FULL {}").format(table))
            return
        except psycopg.errors.UndefinedTable:
            return  # its file went with it
        except psycopg.errors.LockNotAvailable:
            users = cursor.execute(USERS.encode(), {"table": table.as_string(cursor)}).fetchall()
            if time.monotonic() > give_up:
                told = tuple(map(_told, users)) or ("a transaction that has just ended",)
                raise OldBytesRemain(where, told) from None
            time.sleep(PAUSE_S)


def _told(row: Sequence[Any]) -> str:
    kind, name, application, user, since = row
    if kind == "slot":
        return f"replication slot {name}"
    begun = f" since {since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(since, datetime) else ""
    if kind == "prepared":
        return f"prepared transaction {name!r} of {user}{begun}"
    return f"process {name} ({', '.join(filter(None, (application, user)))}{begun and ', in a transaction'}{begun})"


def mark_replaced(cursor: psycopg.Cursor[Any], schema: str) -> None:
    """In the transaction that replaces events: keep in mind that they must be wiped, whatever happens then."""
    marks = Identifier(schema, MARKS)
    cursor.execute(SQL("CREATE TABLE IF NOT EXISTS {} (id BIGSERIAL PRIMARY KEY)").format(marks))
    cursor.execute(SQL("INSERT INTO {} DEFAULT VALUES").format(marks))


def wipe_replaced(connection: psycopg.Connection[Any], schema: str, table: str, *, wait_s: float | None = None) -> None:
    """Wipe the events that were replaced and are not wiped yet, if any. Raises as `wipe_tables`."""
    marks = Identifier(schema, MARKS)
    with connection.cursor(row_factory=tuple_row) as cursor:
        ((there,),) = cursor.execute("SELECT to_regclass(%s)", (marks.as_string(cursor),)).fetchall()
        due = cursor.execute(SQL("SELECT id FROM {}").format(marks)).fetchall() if there is not None else []
        if due:
            wipe_tables(connection, [Identifier(schema, table)], "the events", wait_s=wait_s)
            cursor.execute(SQL("DELETE FROM {} WHERE id = ANY(%s)").format(marks), ([number for (number,) in due],))
