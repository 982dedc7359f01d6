"""Which log a data folder was last served with."""

import logging
from pathlib import Path

import pytest

from events.__main__ import main
from events.location import DataFolder, data_folder, environment_of
from events.opening import open_existing_log, open_log
from events.served import logs_of, remember_log, without_password

URL = "postgresql://ana:secret@db:5432/log"


def followed(root: Path, log: str = "") -> DataFolder:
    return data_folder({"COLLOQUY_DATA": str(root), "COLLOQUY_LOG": log})


def test_who_names_no_log_gets_the_one_last_served(tmp_path: Path) -> None:
    assert followed(tmp_path).log_url == ""
    remember_log(tmp_path, "embedded-postgres")
    assert followed(tmp_path).log_url == "embedded-postgres"
    remember_log(tmp_path, "")
    assert followed(tmp_path).log_url == ""


def test_a_log_that_is_named_wins(tmp_path: Path) -> None:
    remember_log(tmp_path, "embedded-postgres")

    assert followed(tmp_path, "sqlite").log_url == ""
    assert followed(tmp_path, URL).log_url == URL


def test_another_process_is_told_the_same_log_whatever_the_folder_remembers(tmp_path: Path) -> None:
    remember_log(tmp_path, "embedded-postgres")
    for log in ("", URL):
        folder = DataFolder(tmp_path, log)
        assert data_folder(environment_of(folder)) == folder


def test_no_password_is_kept(tmp_path: Path) -> None:
    for url in (URL, "postgresql://ana@db:5432/log?password=secret&sslpassword=secret"):
        remember_log(tmp_path, url)

        assert followed(tmp_path).log_url == "postgresql://ana@db:5432/log"
        assert not any(b"secret" in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db:5432/log?application_name=a@b", "postgresql://db:5432/log?application_name=a@b"),
        ("postgresql://ana:p@ss@db/log", "postgresql://ana@db/log"),
        ("postgresql://ana:p/ss@db/log", "postgresql://ana@db/log"),
        ("postgresql://db/log?password=x&sslmode=require", "postgresql://db/log?sslmode=require"),
        ("postgresql:///log?host=/run/pg", "postgresql:///log?host=/run/pg"),
        ("postgresql://db/log?pass%77ord=x&sslmode=require", "postgresql://db/log?sslmode=require"),
        ("host=db password='a b' dbname=log", "host=db password=… dbname=log"),
    ],
)
def test_a_url_is_told_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_the_same_database_is_remembered_once_whoever_reads_it(tmp_path: Path) -> None:
    for user in ("ana", "ben"):
        remember_log(tmp_path, f"postgresql://{user}@db/log")

    assert logs_of(tmp_path) == ("postgresql://ben@db/log",)


def test_a_folder_from_before_servers_remembered_is_read_where_its_log_lies(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    assert followed(tmp_path).log_url == "embedded-postgres"

    open_log(DataFolder(tmp_path)).close()
    assert followed(tmp_path).log_url == ""


def test_a_folder_with_two_logs_says_in_one_line_which_is_read_and_how_to_read_the_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_log(DataFolder(tmp_path)).close()
    remember_log(tmp_path, URL)
    remember_log(tmp_path, "")

    assert main(["stats", "--json"], followed(tmp_path)) == 0

    (line,) = caplog.messages
    assert "two logs: this reads sqlite, the last one served" in line
    assert "COLLOQUY_LOG=postgresql://ana@db:5432/log reads the other" in line


def test_nothing_is_said_to_who_names_the_log_or_where_there_is_only_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_log(DataFolder(tmp_path)).close()
    open_existing_log(followed(tmp_path)).close()
    remember_log(tmp_path, URL)
    open_existing_log(followed(tmp_path, "sqlite")).close()

    assert caplog.messages == []


def test_a_log_served_before_that_is_not_there_any_more_is_not_told_of(tmp_path: Path) -> None:
    for log in ("embedded-postgres", "", URL):
        remember_log(tmp_path, log)

    assert logs_of(tmp_path) == ("postgresql://ana@db:5432/log",)


def test_a_damaged_memory_is_told_of_and_written_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "served.json").write_text("{")
    assert followed(tmp_path).log_url == ""
    assert "the next server writes it anew" in caplog.text

    remember_log(tmp_path, "embedded-postgres")
    assert followed(tmp_path).log_url == "embedded-postgres"


def test_a_folder_that_cannot_be_written_to_is_served_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        remember_log(tmp_path / "missing", "")
    assert "must be told the log by COLLOQUY_LOG" in caplog.text


@pytest.mark.parametrize(
    "damage",
    [b"\xff\xfe", b'{"logs": ["\xff"]}', b'{"further": ' + b"[" * 100_000, b'{"logs": ["mysql://db/log"]}'],
    ids=["no text", "no UTF-8", "too deep", "another database"],
)
def test_a_memory_that_cannot_be_used_is_told_and_passed_over(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "served.json").write_bytes(damage)

    assert logs_of(tmp_path) == ()
    assert "served.json" in caplog.text
