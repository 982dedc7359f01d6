"""Opening the log of a data folder when what belongs to it is not there."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.__main__ import main
from events.errors import LogUnavailable
from events.lesson import SpeechTranscribed
from events.location import DataFolder
from events.opening import open_log
from events.sealing.errors import KeyStoreLost
from events.sqlite import SQLiteEventLog
from events.values import EngineUse
from tests.events.samples import origin, started

ENGINE = EngineUse(kind="asr", name="whisper", version="1", latency_ms=1.0)


def hold(folder: DataFolder, session: str, text: str) -> None:
    events = [started(session=session), SpeechTranscribed(turn=1, text=text, engine=ENGINE)]
    with open_log(folder) as log:
        log.append(session, events, expected_version=0, origin=origin())


def texts(folder: DataFolder, session: str) -> list[str]:
    with open_log(folder) as log:
        return [each.event.text for each in log.read(session) if isinstance(each.event, SpeechTranscribed)]


@pytest.mark.parametrize("left", [None, b""])
def test_a_lost_key_store_stops_everything_before_a_key_takes_the_place_of_a_lost_one(
    tmp_path: Path, left: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    hold(folder, "s1", "the lost one")
    backup = folder.keys.read_bytes()
    folder.keys.unlink()
    if left is not None:
        folder.keys.write_bytes(left)

    with pytest.raises(KeyStoreLost, match=r"keys\.sqlite holds no key at all.*Restore it from its backup"):
        hold(folder, "s2", "would be lost")
    assert main(["verify"], folder) == 1
    assert "Restore it from its backup" in capsys.readouterr().err

    folder.keys.write_bytes(backup)
    hold(folder, "s3", "after the restore")
    assert [texts(folder, session) for session in ("s1", "s2", "s3")] == [["the lost one"], [], ["after the restore"]]


def test_a_lost_table_of_keys_is_found_out_in_postgres_too(tmp_path: Path, postgres_url: str) -> None:
    name = f"opening_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    folder = DataFolder(tmp_path, urlsplit(postgres_url)._replace(path=f"/{name}").geturl())
    hold(folder, "s1", "the lost one")
    with psycopg.connect(folder.log_url, autocommit=True) as connection:
        connection.execute("DROP TABLE learner_keys, master_key")

    with pytest.raises(KeyStoreLost, match="the table learner_keys"):
        open_log(folder)


def test_a_log_from_before_there_were_keys_needs_none(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with SQLiteEventLog(folder.log) as log:
        log.append("s1", [started()], expected_version=0, origin=origin())

    hold(folder, "s2", "the first sealed one")
    assert texts(folder, "s2") == ["the first sealed one"]


def test_an_empty_log_beside_learners_keys_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    hold(folder, "s1", "gone")
    for path in tmp_path.glob("log.sqlite*"):
        path.unlink()
    folder.log.touch()

    assert main(["verify"], folder) == 1
    out = capsys.readouterr().out
    assert "restore it from its backup" in out
    assert "0 events, 1 faults" in out


def test_a_database_that_is_no_log_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with closing(sqlite3.connect(folder.log)) as other:
        other.execute("CREATE TABLE events (a, b)")

    with pytest.raises(LogUnavailable, match="it is no log") as refused:
        open_log(folder)
    assert refused.value.reason == "foreign"
