"""Engines in Ray actors, each exactly the one that was named: no other answers in its place. Reads no log."""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ray
from msgspec.structs import replace
from ray.exceptions import RayActorError

from actors.catalogue import loader
from actors.chain import Candidate, EngineChain
from actors.chains import model_store
from actors.faults import answered, unwrapped
from actors.pool import TRIES, Handle, Pool
from actors.remote import MODEL_NICENESS
from actors.settings import Settings
from replay.counterfactual.asking import Task, ask
from replay.counterfactual.swap import default_engine
from replay.counterfactual.values import LOGGED, Answer

logger = logging.getLogger(__name__)

Load = Callable[[str, str], EngineChain]
"""Gives the chain of one engine, by kind and name."""
JUDGE = "judge"
"""The engine name for the recogniser that tells how well a voice is understood: the one that lessons use."""

AHEAD = 2
"""Tasks that a worker has at once, so that it need not wait for the next one."""


def only(settings: Settings, kind: str, name: str) -> EngineChain:
    """A chain of nothing but the engine ``name``: where it fails there is no answer."""
    if name == JUDGE:
        name = default_engine(kind, settings)
    load = loader(kind, name, settings, model_store(settings))
    # A fault of one input tells nothing of the next: each is to have its own answer, so nothing is skipped.
    return EngineChain(kind, (Candidate(name=name, load=load),), fail_max=1_000_000, reset_timeout_s=0)


class EngineWorker:
    """Engines of one kind, and the judge of voices, in one process."""

    def __init__(self, kind: str, engines: tuple[str, ...], load: Load) -> None:
        os.nice(MODEL_NICENESS)
        self._chains = {name: load(kind, name) for name in engines if name != LOGGED}
        self._judge = load("asr", JUDGE) if kind == "voice" else None

    def prepare(self) -> Any:
        """Load all engines. Gives a `actors.faults.Fault` when one does not load."""
        return answered(self._prepare)

    def ask(self, task: Task) -> tuple[Answer, ...]:
        return ask(task, self._chains, self._judge)

    def _prepare(self) -> None:
        for chain in (*self._chains.values(), *([self._judge] if self._judge else [])):
            chain.prepare()


class Workers:
    """``count`` actors that work through tasks; a context. Joins Ray where it runs already."""

    def __init__(self, load: Load, settings: Settings, count: int, kind: str, engines: tuple[str, ...]) -> None:
        self._pool = Pool(EngineWorker, count, kind, engines, load, settings=settings)
        self.actors = self._pool.actors

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def prepare(self) -> None:
        """Load the engines everywhere. Raises `actors.chain.ChainExhausted` when one does not load."""
        for answer in ray.get([actor.prepare.remote() for actor in self.actors]):
            unwrapped(answer)

    def work(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """The answers, in no order. What a worker that died had is tried again at the end, `TRIES` times in all.

        It is then tried engine by engine and with nothing beside it, so that none is given up for another's fault.
        """
        ahead, again = iter(tasks), deque[Task]()
        running: dict[Any, tuple[Task, Handle]] = {}
        free = deque(actor for _ in range(AHEAD) for actor in self.actors)

        def begin(task: Task) -> None:
            actor = free.popleft()
            running[actor.ask.remote(task)] = (task, actor)

        while True:
            while free and (task := next(ahead, None)) is not None:
                begin(task)
            if not running and again:
                begin(again.popleft())
            if not running:
                return
            (done,), _ = ray.wait(list(running), num_returns=1)
            task, actor = running.pop(done)
            free.append(actor)
            try:
                yield from ray.get(done)
            except RayActorError as error:
                logger.warning("case %s: its worker died: %s", task.case.id, error)
                if task.deaths + 1 < TRIES:
                    again.extend(replace(task, asked=(name,), deaths=task.deaths + 1) for name in task.asked)
                else:
                    yield from (_died(task, name) for name in task.asked)


def _died(task: Task, name: str) -> Answer:
    return Answer(case=task.case.id, asked=name, fault=f"the worker died {TRIES} times", died=True)
