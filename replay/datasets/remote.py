"""Replay workers as Ray actors: each makes shards and writes parts, wherever the cluster puts it.

All need the same data folder, log and dataset folder. The driver alone decides who does what; what a worker that died
had not finished is given to another.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from msgspec.structs import replace

from actors.faults import Fault, answered
from actors.pool import Handle, Pool, W, WorkLost
from events.opening import with_server
from replay.datasets.build import Piece, Thin
from replay.datasets.errors import WorkerLost
from replay.datasets.shard import Made
from replay.datasets.work import Job, Replayer
from replay.errors import ReplayError

GIVE_UP_S = 20.0
"""So long somebody who gives up while Ray starts waits for it, to end it in order."""


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
    """``count`` replay workers; a context. Joins Ray where it runs already.

    Ray and they take seconds to start: they do so in the background until they are asked for something.
    """

    def __init__(self, job: Job, count: int) -> None:
        self._job, self._count = replace(job, data=with_server(job.data)), count
        self._started: Future[Pool] = Future()
        self._done = threading.Event()
        # Ray's own processes are killed when the thread ends that has started them, so it is one that stays.
        self._starter = threading.Thread(target=self._run, name="ray-starter", daemon=True)
        self._starter.start()

    def _run(self) -> None:
        try:
            with Pool(ReplayWorker, self._count, self._job) as pool:
                self._started.set_result(pool)
                self._done.wait()
        except BaseException as error:  # a supervisor: whoever asks for the actors is told
            if self._started.done():
                raise
            self._started.set_exception(error)

    @property
    def pool(self) -> Pool:
        """The actors, once they are there. Raises what starting them raises."""
        return self._started.result()

    def __enter__(self) -> "RayWorkers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._done.set()
        # A process that ends while Ray starts may crash, but a cluster that does not answer is tried for minutes.
        self._starter.join(None if kind is None or self._started.done() else GIVE_UP_S)

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
        """As `Pool.work`. Raises `WorkerLost`, and what the pieces raise."""
        try:
            yield from self.pool.work(work, begin, named)
        except WorkLost as error:
            raise WorkerLost(error.piece, error.reason) from error


def _answered(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return answered(call, *args)
    except ReplayError as error:
        return Fault(error)
