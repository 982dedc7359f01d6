"""Being the only one to do something with a log, on every store that several processes share."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from events import holding
from events.postgres import PostgresEventLog
from events.recorder_log import RecorderEventLog
from events.sqlite import SQLiteEventLog

Opener = Callable[[], RecorderEventLog]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    logs: list[RecorderEventLog] = []
    schema = f"test_{uuid4().hex}"
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""

    def again() -> RecorderEventLog:
        log = PostgresEventLog(url, schema=schema) if url else SQLiteEventLog(tmp_path / "log.sqlite")
        logs.append(log)
        return log

    yield again
    for log in logs:
        log.close()


def test_one_holds_and_the_next_one_does_when_it_is_released(opened: Opener) -> None:
    one, other = opened(), opened()
    first = one.hold("relay")
    assert first is not None
    assert first.held()
    assert other.hold("relay") is None
    different = other.hold("something else")
    assert different is not None
    different.release()
    first.release()
    second = other.hold("relay")
    assert second is not None
    second.release()


def hold_for_ever(path: Path, told: "multiprocessing.Queue[bool]") -> None:
    hold = SQLiteEventLog(path).hold("relay")
    told.put(hold is not None)
    time.sleep(60)


def test_a_hold_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=hold_for_ever, args=(path, told))
    process.start()
    with SQLiteEventLog(path) as log:
        assert told.get(timeout=30)
        assert log.hold("relay") is None
        process.kill()
        process.join()
        hold = log.hold("relay")
        assert hold is not None
        hold.release()


def test_a_hold_whose_connection_the_server_ended_is_lost(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "CHECK_S", 0.0)
    with PostgresEventLog(postgres_url, schema=f"test_{uuid4().hex}") as log:
        hold = log.hold("relay")
        assert hold is not None
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        assert not hold.held()
        assert not hold.held()
        again = log.hold("relay")
        assert again is not None
        again.release()
