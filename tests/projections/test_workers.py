"""Several runners at once, each with its part of the learners, and what kill -9 does to them."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events.location import DataFolder
from events.memory import MemoryEventLog
from events.opening import open_log
from projections.catalogue import PROJECTIONS
from projections.errors import ShareUnreadable
from projections.opening import open_views
from projections.rebuild import compare
from projections.runner import ProjectionRunner, Share
from projections.workers import share_named
from tests.projections.histories import fill
from tests.projections.stores import Stores, checksums, run_all

ROOT = Path(__file__).parents[2]


def test_workers_in_turns_give_what_one_gives(log: MemoryEventLog, stores: Stores) -> None:
    alone, shared = stores.open(name="alone"), stores.open(name="shared")
    workers = [ProjectionRunner(log, shared, PROJECTIONS, share=Share(n, 3), owner=str(n)) for n in range(3)]
    rng, count = random.Random(3), 0
    for round_ in range(5):
        count += fill(log, sessions=4, seed=round_, first=4 * round_)
        for _ in range(rng.randrange(4)):
            rng.choice(workers).run_once()
    for worker in workers:
        run_all(worker)
    run_all(ProjectionRunner(log, alone, PROJECTIONS))

    assert checksums(shared) == checksums(alone)
    assert {status.caught_up for status in workers[0].status(count)} == {True}


def test_parts_at_different_positions_are_not_called_caught_up(log: MemoryEventLog, stores: Stores) -> None:
    count = fill(log, sessions=4)
    store = stores.open()
    first, second = (ProjectionRunner(log, store, PROJECTIONS, share=Share(n, 2), owner=str(n)) for n in range(2))
    run_all(first)

    assert {(status.position, status.audit, status.caught_up) for status in first.status(count)} == {(0, "open", False)}
    run_all(second)
    assert {(status.position, status.audit, status.caught_up) for status in first.status(count)} == {
        (count, "agrees", True)
    }


def test_workers_at_the_same_time_beside_rebuilds_give_what_one_gives(stores: Stores) -> None:
    log, stop = MemoryEventLog(), threading.Event()
    store = stores.open(name="shared")
    workers = [ProjectionRunner(log, store, PROJECTIONS, share=Share(n, 2), owner=str(n)) for n in range(2)]
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    count, waited = 0, threading.Event()
    try:
        for round_ in range(3):
            count += fill(log, sessions=10, seed=round_, first=10 * round_)
            for name in ("progress", "engine_health", "activity"):
                rebuilt = workers[0].rebuild(name)
                assert rebuilt.checksum == rebuilt.replaced
        while not all(status.caught_up for status in workers[0].status(count)):
            waited.wait(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    alone = stores.open(name="alone")
    run_all(ProjectionRunner(log, alone, PROJECTIONS))

    assert checksums(store) == checksums(alone)


def test_an_audit_finds_a_lost_event(log: MemoryEventLog, stores: Stores) -> None:
    count = fill(log, sessions=2)
    store = stores.open()
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    with store.transaction() as cursor:
        cursor.execute(
            "UPDATE positions SET folded=folded-1 WHERE name='cost' AND part="
            "(SELECT MIN(part) FROM positions WHERE name='cost' AND folded>0)"
        )

    found = {status.name: (status.lag, status.audit, status.caught_up) for status in runner.status(count)}

    assert found["cost"] == (0, "differs", False)
    assert found["progress"] == (0, "agrees", True)


def test_a_runner_finds_a_lost_event_by_itself(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    log, stop, waited = MemoryEventLog(), threading.Event(), threading.Event()
    fill(log, sessions=2)
    store = stores.open()
    run_all(before := ProjectionRunner(log, store, PROJECTIONS, owner="before"))
    before.release()
    with store.transaction() as cursor:
        cursor.execute("UPDATE positions SET skipped=skipped+1 WHERE name='cost' AND part=3")
    runner = ProjectionRunner(log, store, PROJECTIONS, owner="after")
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    while "The views are wrong: cost has dealt with" not in caplog.text:
        waited.wait(0.01)
    stop.set()
    thread.join()


def test_the_command_keeps_its_workers_alive(folder: DataFolder) -> None:
    environ = {**os.environ, "COLLOQUY_DATA": str(folder.root), "COLLOQUY_LOG": folder.log_url}
    with open_log(folder) as log, closing(open_views(folder)) as store:
        fill(log, sessions=5)
        command = [sys.executable, "-m", "projections", "run", "--workers", "2"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ)
        try:
            runner = ProjectionRunner(log, store, PROJECTIONS)
            while not all(status.caught_up for status in runner.status(log.head())):
                time.sleep(0.05)
        finally:
            process.terminate()
        assert process.wait() == 0
        with store.reading() as cursor:
            assert cursor.all("SELECT DISTINCT owner FROM leases") == [("",)]


@pytest.mark.parametrize("text", ["", "1", "2/2", "0/9", "-1/2", "a/b", "0/0"])
def test_a_share_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ShareUnreadable, match="give I/N"):
        share_named(text)


def test_the_shares_of_all_workers_are_all_parts() -> None:
    for workers in range(1, 9):
        parts = [part for number in range(workers) for part in Share(number, workers).parts]
        assert sorted(parts) == list(range(8))


@pytest.fixture(params=["sqlite", "postgres"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder whose log is on the disk, or in a database of its own."""
    if request.param == "sqlite":
        yield DataFolder(tmp_path)
        return
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    url: str = request.getfixturevalue("postgres_url")
    name = f"killed_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = conninfo_to_dict(make_conninfo(url, dbname=name))
    query = f"host={parts['host']}" + (f"&port={parts['port']}" if "port" in parts else "")
    password = f":{parts['password']}" if parts.get("password") else ""
    yield DataFolder(tmp_path, f"postgresql://{parts['user']}{password}@/{name}?{query}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


WORKER = """
import os, sys
from projections import runner
from projections.__main__ import main
from events.location import data_folder
runner.BATCH, runner.LEASE_S = 7, 0.3
runner.ProjectionRunner.__init__.__kwdefaults__["lease_s"] = 0.3
runner.RETRY_S = 0.05
sys.exit(main(["run", "--share", sys.argv[1]], data_folder(os.environ)))
"""


def test_workers_that_are_killed_lose_and_double_nothing(folder: DataFolder) -> None:
    environ = {**os.environ, "COLLOQUY_DATA": str(folder.root), "COLLOQUY_LOG": folder.log_url}

    def begin(share: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", WORKER, share], cwd=ROOT, env=environ)

    rng, kills = random.Random(5), 0
    with open_log(folder) as log:
        fill(log, sessions=60)
        workers = [begin("0/2"), begin("1/2")]
        store = open_views(folder)
        try:
            while kills < 8:
                before = store.standing("progress").position
                # Killed while it works: some time after the next commit.
                while store.standing("progress").position == before and before < log.head():
                    time.sleep(0.005)
                time.sleep(rng.uniform(0, 0.03))
                victim = rng.randrange(2)
                workers[victim].send_signal(signal.SIGKILL)
                workers[victim].wait()
                kills += 1
                fill(log, sessions=6, seed=kills, first=1_000 * kills)
                workers[victim] = begin(f"{victim}/2")
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        runner = ProjectionRunner(log, store, PROJECTIONS, clock=lambda: time.time() + 60)
        run_all(runner)

        assert {status.caught_up for status in runner.status(log.head())} == {True}
        for projection in PROJECTIONS:
            found = compare(log, store, projection)
            assert found.checksum == found.replaced, (projection.name, found.differing)
        store.close()
