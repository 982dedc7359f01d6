"""Pieces of work spread over Ray actors of one kind; what an actor that died had not finished is given to another."""

import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeVar

import ray
from ray.exceptions import RayActorError

from actors.cluster import ROOT, worker_environment
from actors.faults import unwrapped
from actors.remote import start_ray
from actors.settings import Settings, read_settings

logger = logging.getLogger(__name__)

Handle = Any
"""A Ray actor's handle: its methods are made at run time, so no type can name them."""
W = TypeVar("W", bound=Hashable)

TRIES = 3
"""Actors that one piece of work may end before it is given up."""


class WorkLost(Exception):
    """Actors ended again and again at the same piece of work."""

    def __init__(self, piece: str, reason: str) -> None:
        super().__init__(piece, reason)
        self.piece, self.reason = piece, reason

    def __str__(self) -> str:
        return f"the worker died at {self.piece}: {self.reason}"


class Pool:
    """``count`` actors of a class, made with the same arguments; a context. Joins Ray where it runs already."""

    def __init__(self, kind: type, count: int, *args: Any, settings: Settings | None = None) -> None:
        """``settings`` say which Ray to join; those of the environment, if there are none."""
        self._ours = not ray.is_initialized()
        if self._ours:
            worker_environment()
            start_ray(settings or read_settings(os.environ), str(ROOT), workers=count)
        make: Callable[..., Handle] = ray.remote(kind).options(num_cpus=0, max_restarts=-1, max_task_retries=0).remote
        self.actors: tuple[Handle, ...] = tuple(make(*args) for _ in range(count))

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self.actors:
            ray.kill(actor)
        if self._ours:
            ray.shutdown()

    def work(
        self, pieces: Iterable[W], begin: Callable[[Handle, W], Any], named: Callable[[W], str]
    ) -> Iterator[tuple[W, Any]]:
        """Each piece with what became of it, as they are finished. Raises `WorkLost`, and what the pieces raise."""
        waiting, free = deque(pieces), deque(self.actors)
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
                    raise WorkLost(named(piece), f"{TRIES} processes ended at it") from error
                waiting.appendleft(piece)
