"""A simulated school of one seed: learners at gateways, hosts that lose their sessions, unreliable log and engines.

The hosts, gateways and sessions are the product's own; storage, engines, network, clock and the order of all steps are
simulated. At the end the faults stop, everything settles, and `faults_found` says what the promise has lost.
"""

import asyncio
import hashlib
import random

from actors.gateway import Gateway
from actors.hosting.host import SessionHost
from actors.session.work import outstanding
from actors.stages.stage import Resources
from events.lesson import SpeechUttered
from policies.learner import LearnerHistory
from replay.sessions.session import state_of
from tests.simulation.engines import UnreliableEngines
from tests.simulation.faults import Faults
from tests.simulation.hosts import SimulatedHosts
from tests.simulation.learner import Learner
from tests.simulation.loop import NothingLeft, SeededLoop
from tests.simulation.storage import Trouble, UnreliableBlobs, UnreliableLog

IDLE_S = 20.0
TROUBLED_S = 60.0
"""Faults stop at the latest then."""
SETTLING_S = 240.0
"""Afterwards everything must have come to rest within this time: waits for storage take 30 s at most."""


class Classroom:
    """The school of one seed."""

    def __init__(self, seed: int, *, share: float = 0.03) -> None:
        self.rng = random.Random(seed)
        self.loop = SeededLoop(self.rng)
        self.faults = Faults(self.rng, share=share)
        self._ids = 0
        trouble = Trouble(self.loop, self.faults)
        self.log = UnreliableLog(trouble, self._new_id)
        engines = UnreliableEngines(self.rng, self.faults)
        history = LearnerHistory()
        self._resources = Resources(
            engines=engines, blobs=UnreliableBlobs(trouble), history=lambda learner, session: history
        )
        self.hosts = SimulatedHosts(self.loop, self.faults, self._new_host)
        gateways = [Gateway(self.hosts), Gateway(self.hosts)]
        names = ("ana", "ben")[: self.rng.randint(1, 2)]
        self.learners = [Learner(name, gateways, self.rng, self.faults, self._has) for name in names]
        self.stuck = ""

    def run(self) -> None:
        """The lessons, with faults, and what follows when those have stopped."""
        try:
            self.loop.run_until_complete(self._lessons())
        except NothingLeft as error:
            self.stuck = str(error)

    def close(self) -> None:
        """Let nothing go on."""
        self.loop.close()

    def digest(self) -> str:
        """Equal for two runs exactly when the same happened in both."""
        whole = hashlib.sha256(repr((self.faults.happened, self.loop.time())).encode())
        for learner in self.learners:
            whole.update(repr((learner.shown, learner.told, learner.promises)).encode())
        for item in self.log.tail(0, limit=100_000):
            whole.update(repr(item).encode())
        return whole.hexdigest()

    async def _lessons(self) -> None:
        learning = []
        for learner in self.learners:
            context = self.loop.process(learner.name).context
            learning.append(self.loop.create_task(learner.learn(), context=context.copy()))
            self.loop.create_task(learner.listen(), context=context.copy())
        while self.loop.time() < TROUBLED_S and not all(task.done() for task in learning):
            await asyncio.sleep(self.rng.uniform(0.0, 4.0))
            self._trouble()
        self.faults.share = 0.0
        stopped_at = self.loop.time()
        while self._waited_for(learning) and self.loop.time() < stopped_at + SETTLING_S:
            await asyncio.sleep(1.0)
        self.stuck = self._waited_for(learning)
        self.loop.broken += [f"a client ended: {task.exception()!r}" for task in learning if _failed(task)]

    def _trouble(self) -> None:
        drawn = self.rng.random()
        if drawn < 0.15:
            self.hosts.kill()
        elif drawn < 0.3:
            self.hosts.stop()
        elif drawn < 0.5:
            self.hosts.move(self.rng.choice(self.learners).session)

    def _waited_for(self, learning: "list[asyncio.Task[None]]") -> str:
        """What has not come to rest yet; "" when all has."""
        for learner, task in zip(self.learners, learning, strict=True):
            if not task.done():
                return f"{learner.name} waits for an acknowledgement"
            stream = self.log.truth(learner.session)
            if work := outstanding(state_of(stream)):
                return f"{learner.session} never does {work[0]}"
            if learner.after < len(stream):
                return f"{learner.name} is shown {learner.after} of {len(stream)} events"
            for name, version in self.hosts.listened_to(learner.session):
                if version < len(stream):
                    return f"{name} has {learner.session} at version {version} of {len(stream)}"
        return ""

    def _has(self, session: str, command_id: str, turn: int) -> bool:
        return any(
            item.causation == command_id
            if command_id
            else isinstance(item.event, SpeechUttered) and item.event.turn == turn
            for item in self.log.truth(session)
        )

    def _new_host(self, name: str) -> SessionHost:
        return SessionHost(log=self.log, resources=self._resources, host=name, new_id=self._new_id, idle_s=IDLE_S)

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:06}"


def _failed(task: "asyncio.Task[None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
