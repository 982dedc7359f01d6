"""Tables in PostgreSQL are written anew without dead rows, or the error names who may still see them."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import Identifier

from events.errors import LogUnavailable, OldBytesRemain
from events.lesson import SessionEnded
from events.postgres import PostgresEventLog
from events.postgres_wiping import wipe_tables
from tests.events.samples import origin

TABLE = Identifier("public", "said")


@pytest.fixture
def url(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of its own, with a table of which one row of two has been deleted."""
    monkeypatch.setattr("events.postgres_wiping.WAIT_S", 0.3)
    monkeypatch.setattr("events.postgres_wiping.TURN_MS", 100)
    name = f"wiping_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as made:
        made.execute("CREATE TABLE said (word text)")
        made.execute("INSERT INTO said VALUES ('aquamarine'), ('lighthouse')")
        yield made


def pages(connection: psycopg.Connection) -> bytes:
    """The table's file as it is on the disk."""
    row = connection.execute("SELECT pg_read_binary_file(pg_relation_filepath('said'))").fetchone()
    assert row is not None
    return bytes(row[0])


def delete_and_wipe(connection: psycopg.Connection) -> None:
    connection.execute("DELETE FROM said WHERE word = 'aquamarine'")
    wipe_tables(connection, [TABLE], "what was said")


def test_of_a_deleted_row_nothing_is_left(connection: psycopg.Connection) -> None:
    connection.execute("CHECKPOINT")
    assert b"aquamarine" in pages(connection)

    delete_and_wipe(connection)

    assert b"aquamarine" not in pages(connection)
    assert b"lighthouse" in pages(connection)
    assert connection.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_a_table_that_was_dropped_before_its_turn_is_wiped_already_and_the_others_still_are(
    connection: psycopg.Connection,
) -> None:
    connection.execute("DELETE FROM said WHERE word = 'aquamarine'")

    wipe_tables(connection, [Identifier("public", "dropped"), TABLE], "what was said")

    assert b"aquamarine" not in pages(connection)


def test_an_older_snapshot_is_named_and_when_it_has_ended_the_same_call_finishes(
    connection: psycopg.Connection, url: str
) -> None:
    with psycopg.connect(url, application_name="backup of the week") as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = other.execute(
            "SELECT pg_backend_pid(), to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
            " FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ).fetchone()
        assert row is not None
        with pytest.raises(OldBytesRemain) as caught:
            delete_and_wipe(connection)
    (holder,) = caught.value.holders
    assert holder.startswith(f"process {row[0]} (backup of the week, ")
    assert f"in a transaction since {row[1]} UTC" in holder

    wipe_tables(connection, [TABLE], "what was said")

    assert b"aquamarine" not in pages(connection)


def test_a_transaction_of_another_database_that_has_written_is_named(
    connection: psycopg.Connection, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, application_name="long import") as other:
        other.execute("SELECT pg_current_xact_id()")
        with pytest.raises(OldBytesRemain, match="long import"):
            delete_and_wipe(connection)


def test_a_snapshot_of_another_database_is_in_nobodys_way(connection: psycopg.Connection, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        delete_and_wipe(connection)

    assert b"aquamarine" not in pages(connection)


def test_a_snapshot_from_after_it_is_in_nobodys_way(connection: psycopg.Connection, url: str) -> None:
    connection.execute("DELETE FROM said WHERE word = 'aquamarine'")
    with psycopg.connect(url) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        wipe_tables(connection, [TABLE], "what was said")

        assert b"aquamarine" not in pages(connection)


def test_who_has_used_the_table_in_an_open_transaction_is_named_and_others_get_through(
    connection: psycopg.Connection, url: str
) -> None:
    with psycopg.connect(url, application_name="analyst") as reader, psycopg.connect(url) as other:
        reader.execute("SELECT count(*) FROM said")
        with pytest.raises(OldBytesRemain, match=r"process \d+ \(analyst, "):
            delete_and_wipe(connection)
        assert other.execute("SELECT count(*) FROM said").fetchone() == (1,)

    wipe_tables(connection, [TABLE], "what was said")

    assert b"aquamarine" not in pages(connection)


def test_a_replication_slot_that_keeps_no_rows_is_in_nobodys_way(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_create_physical_replication_slot('replica')")
    try:
        delete_and_wipe(connection)
    finally:
        connection.execute("SELECT pg_drop_replication_slot('replica')")
    assert b"aquamarine" not in pages(connection)


def test_events_that_were_replaced_are_wiped_by_whoever_comes_next(url: str) -> None:
    with PostgresEventLog(url) as log, psycopg.connect(url) as other:
        log.append("s", [SessionEnded(reason="aquamarine")], expected_version=0, origin=origin())
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        log.replace([(1, "session.ended.v1", b"{}")])
        with pytest.raises(OldBytesRemain, match="of the events, in use by process"):
            log.wipe()
        other.rollback()

        log.wipe()

    with psycopg.connect(url, autocommit=True) as connection:
        file = connection.execute("SELECT pg_read_binary_file(pg_relation_filepath('events'))").fetchone()
        marks = connection.execute("SELECT count(*) FROM events_replaced").fetchone()
    assert file is not None
    assert b"aquamarine" not in file[0]
    assert marks == (0,)


def test_a_log_in_which_nothing_was_replaced_is_not_written_anew(url: str) -> None:
    with PostgresEventLog(url) as log, psycopg.connect(url) as other:
        other.execute("SELECT count(*) FROM events")
        log.wipe()
        assert log.head() == 0


def test_a_lock_on_the_log_holds_replacing_up_for_a_limited_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.postgres.LOCK_TIMEOUT_S", 1)
    with PostgresEventLog(url) as log, psycopg.connect(url) as other:
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LogUnavailable, match="locked"):
            log.replace([(1, "session.ended.v1", b"{}")])
