"""Projection workers as Ray actors."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray

from actors.projection_workers import start_projection_workers
from actors.remote import start_ray
from actors.settings import read_settings
from events.location import DataFolder
from events.sqlite import SQLiteEventLog
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.rebuild import compare
from projections.runner import ProjectionRunner
from tests.projections.histories import fill

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[None]:
    start_ray(read_settings({"COLLOQUY_DATA": str(tmp_path)}), str(ROOT))
    yield
    ray.shutdown()


@pytest.mark.usefixtures("cluster")
def test_workers_on_ray_fold_every_part_and_come_back_after_a_kill(tmp_path: Path) -> None:
    folder, waited = DataFolder(tmp_path), threading.Event()
    with SQLiteEventLog(folder.log) as log:
        count = fill(log, sessions=10)
        workers = start_projection_workers(folder, 2, lease_s=1.0)
        statuses = ray.get([worker.status.remote() for worker in workers])
        assert sorted(part for status in statuses for part in status.parts) == list(range(8))
        assert len({status.place for status in statuses}) == 2

        ray.kill(workers[0], no_restart=False)
        count += fill(log, sessions=10, seed=2, first=10)
        store = open_views(folder)
        runner = ProjectionRunner(log, store, PROJECTIONS)
        while not all(status.caught_up for status in runner.status(count)):
            waited.wait(0.05)
        ray.get([worker.stop.remote() for worker in workers])

        for projection in PROJECTIONS:
            assert compare(log, store, projection).differing == ()
        store.close()
