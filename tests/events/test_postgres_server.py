"""Why a PostgreSQL server does not take us, and the way out, told once."""

import socket
from pathlib import Path

import psycopg
import pytest

from events.errors import LogUnavailable
from events.location import DataFolder
from events.opening import open_existing_log
from events.postgres_server import see_server


def told(url: str) -> LogUnavailable:
    with pytest.raises(LogUnavailable) as caught:
        see_server(url)
    return caught.value


def test_a_server_that_takes_us_is_seen(postgres_url: str) -> None:
    see_server(postgres_url)


def test_an_unknown_database_is_refused_by_its_name(postgres_url: str) -> None:
    error = told(postgres_url.replace("/postgres?", "/nosuch?"))

    assert (error.reason, error.retryable) == ("refused", False)
    assert 'database "nosuch" does not exist; make it there (`createdb`), or name another' in str(error)


def test_an_unknown_user_is_refused(postgres_url: str) -> None:
    error = told(postgres_url.replace("//postgres:", "//nobody:"))

    assert error.reason == "refused"
    assert "give a user that the server knows" in str(error)


def test_a_wrong_port_is_told_and_may_be_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    error = told(f"postgresql://ana:secret@127.0.0.1:{port}/log")

    assert (error.reason, error.retryable) == ("unreachable", True)
    assert str(error).startswith(f"the log is unavailable (unreachable): postgresql://ana@127.0.0.1:{port}/log: ")
    assert str(error).endswith("see that the server runs there, and that host and port in COLLOQUY_LOG are right")


def test_a_url_that_is_none_is_told_how_to_write_it_without_its_password() -> None:
    for url in (
        "postgresql://ana:secret@[::1/log",
        "postgresql://ana:secret@127.0.0.1:x/log",
        "postgresql://db/log?no=1",
    ):
        error = told(url)

        assert error.reason == "refused"
        assert "secret" not in str(error)
        assert "write COLLOQUY_LOG as postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in str(error)


@pytest.mark.parametrize(
    ("said", "reason", "way_out"),
    [
        ('failed: FATAL:  password authentication failed for user "ana"', "refused", "the right user and password"),
        ("failed: fe_sendauth: no password supplied", "refused", "PGPASSWORD or ~/.pgpass; a data folder remembers"),
        ("failed to resolve host 'db': [Errno -2] Name or service not known", "unreachable", "see that the host in"),
        ("failed to resolve host 'db.invalid': Name or service not known", "unreachable", "see that the host in"),
        ("connection timeout expired", "unreachable", "nothing answers there as PostgreSQL does"),
        ("failed: FATAL:  das Datenbanksystem startet", "unreachable", "see that the database server runs"),
    ],
)
def test_what_libpq_says_is_told_with_a_way_out_that_fits(
    monkeypatch: pytest.MonkeyPatch, said: str, reason: str, way_out: str
) -> None:
    def refusing(url: str, connect_timeout: int) -> None:
        raise psycopg.OperationalError(said)

    monkeypatch.setattr(psycopg, "connect", refusing)
    error = told("postgresql://ana:secret@db/log")

    assert error.reason == reason
    assert way_out in str(error)
    assert "secret" not in str(error)


def test_a_command_does_not_wait_for_a_server_that_is_not_there(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path, "postgresql:///log?host=/nowhere")

    with pytest.raises(LogUnavailable, match="see that the server runs there"):
        open_existing_log(folder)
