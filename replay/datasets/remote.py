"""Replay workers as Ray actors: each makes shards and writes parts, wherever the cluster puts it.

All need the same data folder, log and dataset folder. The driver alone decides who does what; what a worker that died
had not finished is given to another.
"""

import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeVar

import ray
from msgspec.structs import replace
from ray.exceptions import RayActorError

from actors.cluster import ROOT, worker_environment
from actors.faults import Fault, answered, unwrapped
from actors.remote import start_ray
from actors.settings import read_settings
from events.opening import with_server
from replay.datasets.build import Piece, Thin
from replay.datasets.errors import WorkerLost
from replay.datasets.shard import Made
from replay.datasets.work import Job, Replayer
from replay.errors import ReplayError

logger = logging.getLogger(__name__)

Handle = Any
"""A Ray actor's handle: its methods are made at run time, so no type can name them."""
W = TypeVar("W", bound=Hashable)

TRIES = 3
"""Workers that one piece of work may end before it is given up."""


class ReplayWorker:
    """A `Replayer` in a process of its own. Typed errors go back as `Fault`."""

    def __init__(self, job: Job) -> None:
        self._replayer = Replayer(job)

    def make(self, shard: int) -> Any:
        """See `Replayer.make`."""
        return _answered(self._replayer.make, shard)

    def thin(self, shard: int, gone: dict[int, str]) -> Any:
        """See `Replayer.thin`."""
        return _answered(self._replayer.thin, shard, gone)

    def write(self, piece: Piece) -> Any:
        """See `Replayer.write`."""
        return _answered(self._replayer.write, *piece)

    def pid(self) -> int:
        """The number of its process."""
        return os.getpid()

    def die(self) -> None:
        """End the process at once, as a crash does: for tests of what becomes of its work."""
        os._exit(1)


class RayWorkers:
    """``count`` replay workers; a context. Joins Ray where it runs already."""

    def __init__(self, job: Job, count: int) -> None:
        self._ours = not ray.is_initialized()
        if self._ours:
            worker_environment()
            start_ray(read_settings(os.environ), str(ROOT), workers=count)
        there = replace(job, data=with_server(job.data))
        make = ray.remote(ReplayWorker).options(num_cpus=0, max_restarts=-1, max_task_retries=0).remote
        self.actors: tuple[Handle, ...] = tuple(make(there) for _ in range(count))

    def __enter__(self) -> "RayWorkers":
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self.actors:
            ray.kill(actor)
        if self._ours:
            ray.shutdown()

    def make(self, shards: Iterable[int]) -> Iterator[tuple[int, Made]]:
        """See `replay.datasets.build.Workers.make`."""
        return self._work(shards, lambda actor, shard: actor.make.remote(shard), "shard {}".format)

    def thin(self, shards: Iterable[Thin]) -> Iterator[tuple[int, Made]]:
        """See `replay.datasets.build.Workers.thin`."""
        gone = dict(shards)
        return self._work(gone, lambda actor, shard: actor.thin.remote(shard, gone[shard]), "shard {}".format)

    def write(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """See `replay.datasets.build.Workers.write`."""
        done = self._work(
            pieces, lambda actor, piece: actor.write.remote(piece), lambda piece: f"{piece[0]} {piece[1].stem}"
        )
        return (piece for piece, _ in done)

    def _work(
        self, work: Iterable[W], begin: Callable[[Handle, W], Any], named: Callable[[W], str]
    ) -> Iterator[tuple[W, Any]]:
        """Each piece with what became of it, as they are finished. Raises `WorkerLost`, and what the pieces raise."""
        waiting, free = deque(work), deque(self.actors)
        running: dict[Any, tuple[W, Handle]] = {}
        deaths: Counter[W] = Counter()
        while waiting or running:
            while waiting and free:
                actor, piece = free.popleft(), waiting.popleft()
                running[begin(actor, piece)] = (piece, actor)
            (done,), _ = ray.wait(list(running), num_returns=1)
            piece, actor = running.pop(done)
            free.append(actor)
            try:
                yield piece, unwrapped(ray.get(done))
            except RayActorError as error:
                deaths[piece] += 1
                logger.warning("%s: its worker died: %s", named(piece), error)
                if deaths[piece] == TRIES:
                    raise WorkerLost(named(piece), f"{TRIES} processes ended at it") from error
                waiting.appendleft(piece)


def _answered(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return answered(call, *args)
    except ReplayError as error:
        return Fault(error)
