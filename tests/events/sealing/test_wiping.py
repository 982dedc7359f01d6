"""``python -m events forget`` while somebody has the files in use: it says so, and given again it finishes."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.__main__ import main
from events.location import DataFolder
from events.opening import open_key_store
from projections.__main__ import main as projections
from projections.catalogue import PROJECTIONS
from projections.postgres import PostgresViewStore
from tests.events.sealing.lessons import hold_lesson, hold_unsealed_lesson, places_of

WORD = b"aquamarine"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody for long, and fold in this process."""
    for module in ("postgres", "sqlite"):
        monkeypatch.setattr(f"events.{module}_wiping.WAIT_S", 0.3)
    monkeypatch.setattr(
        "events.sealing.commands.hand_over", lambda folder, _, *command: projections(list(command), folder)
    )


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[DataFolder]:
    """A data folder whose log has a database of its own."""
    name = f"wipe_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield DataFolder(tmp_path / "data", urlsplit(postgres_url)._replace(path=f"/{name}").geturl())
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_an_old_snapshot_on_postgres_leaves_bytes_and_the_same_command_takes_them_out(
    on_postgres: DataFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    hold_lesson(on_postgres, "ana")
    hold_unsealed_lesson(on_postgres, "ana", b"fLaC")
    projections(["run", "--once"], on_postgres)
    (key,) = open_key_store(on_postgres).keys_of("ana")
    assert places_of(on_postgres, key.wrapped)
    with psycopg.connect(on_postgres.log_url, application_name="nightly backup") as backup:
        backup.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        backup.execute("SELECT 1")

        assert main(["forget", "ana", "--yes"], on_postgres) == 1

    said = capfd.readouterr()
    assert said.out.startswith("ana is forgotten: ")
    for what in ("the learners' keys", "the events", "the views"):
        assert f"PostgreSQL's files of {what}, in use by process " in said.err
    assert said.err.count("(nightly backup, ") == 3
    assert places_of(on_postgres, WORD)

    assert main(["forget", "ana", "--yes"], on_postgres) == 0

    assert places_of(on_postgres, WORD) == []
    assert places_of(on_postgres, key.wrapped) == []


def test_who_has_read_a_view_in_an_open_transaction_holds_up_neither_the_command_nor_others(
    on_postgres: DataFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    hold_lesson(on_postgres, "ana")
    projections(["run", "--once"], on_postgres)
    with psycopg.connect(on_postgres.log_url, application_name="analyst") as analyst:
        analyst.execute("SELECT count(*) FROM views.vocabulary")
        assert main(["forget", "ana", "--yes"], on_postgres) == 1
        assert projections(["status"], on_postgres) == 0
    assert "files of the views, in use by process" in capfd.readouterr().err

    with PostgresViewStore(on_postgres.log_url, PROJECTIONS) as store:
        store.wipe()
    assert places_of(on_postgres, WORD) == []


@pytest.mark.parametrize("file", ["log.sqlite", "views.sqlite"])
def test_a_reader_of_an_sqlite_file_leaves_bytes_and_the_same_command_takes_them_out(
    tmp_path: Path, file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    hold_lesson(folder, "ana")
    hold_unsealed_lesson(folder, "ana", b"fLaC")
    projections(["run", "--once"], folder)
    reader = sqlite3.connect(folder.root / file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()

    assert main(["forget", "ana", "--yes"], folder) == 1

    assert f"{file}-wal, in use by " in capfd.readouterr().err
    assert places_of(folder, WORD)
    reader.close()
    assert main(["forget", "ana", "--yes"], folder) == 0
    assert places_of(folder, WORD) == []
