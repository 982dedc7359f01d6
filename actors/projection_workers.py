"""Projection workers as Ray actors: each folds its share of the learners, wherever the cluster puts it.

The runner inside is the one that `python -m projections run` and the server use; it knows no Ray. All shares need the
same database, so on more than one machine the log and the views must be in PostgreSQL.
"""

import os
import socket
import threading
from typing import Any

import ray
from msgspec import Struct

from events.location import DataFolder
from events.opening import open_log, with_server
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.runner import LEASE_S, ProjectionRunner, Share

Handle = Any
"""A Ray actor's handle: its methods are made at run time, so no type can name them."""


class WorkerStatus(Struct, frozen=True):
    """Where a worker runs, which parts of the learners it folds, and what holds it up, if anything does."""

    place: str
    parts: tuple[int, ...]
    fault: str


class ProjectionWorker:
    """A runner in a thread. Ray makes it anew when its process dies; its lease runs out by itself."""

    def __init__(self, folder: DataFolder, share: Share, lease_s: float) -> None:
        self._share = share
        self._stop = threading.Event()
        self._log, self._views = open_log(folder), open_views(folder)
        self._runner = ProjectionRunner(self._log, self._views, PROJECTIONS, share=share, lease_s=lease_s)
        self._thread = threading.Thread(target=self._runner.run, args=(self._stop,), name="projections", daemon=True)
        self._thread.start()

    def status(self) -> WorkerStatus:
        """How it does."""
        return WorkerStatus(f"{socket.gethostname()}:{os.getpid()}", self._share.parts, self._runner.fault)

    def stop(self) -> None:
        """Finish the page under way, and let another worker take over."""
        self._stop.set()
        self._thread.join()
        self._views.close()
        self._log.close()


def start_projection_workers(folder: DataFolder, workers: int, *, lease_s: float = LEASE_S) -> tuple[Handle, ...]:
    """One named actor a share, 1 to `projections.projection.PARTS`; those that run already are joined.

    ``lease_s`` is how long the learners of a worker that died wait for the one that Ray starts instead.
    """
    there = with_server(folder)
    return tuple(
        ray.remote(ProjectionWorker)
        .options(
            name=f"projections-{number}-of-{workers}",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=2,
        )
        .remote(there, Share(number, workers), lease_s)
        for number in range(workers)
    )
