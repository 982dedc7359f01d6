"""Session hosts as processes that die, stand still and come back, and calls to them that lose their answers.

Several may believe at once that they hold a session: which of them a call reaches can change at any time.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from actors.faults import TYPED
from actors.hosting.host import SessionHost
from tests.simulation.faults import Faults
from tests.simulation.loop import Process, SeededLoop

Answer = asyncio.Future[Any]
AGAIN_S = 0.3
"""Longer than in `actors.remote`, so that a schedule is not mostly waiting."""
SWEEP_S = 5.0


class Unavailable(Exception):
    """The host cannot be asked now; perhaps it has done what it was asked."""


class HostProcess:
    """One life of a host."""

    def __init__(self, loop: SeededLoop, host: SessionHost, name: str, died: Callable[[], None]) -> None:
        self._loop = loop
        self._died = died
        self._unanswered: dict[Answer, None] = {}
        self.host = host
        self.process: Process = loop.process(name, self._on_death)
        self.task(host.run_sweeper(SWEEP_S))

    def task(self, work: Any) -> None:
        """Run a coroutine in this process."""
        self._loop.create_task(work, context=self.process.context.copy())

    def promise(self) -> Answer:
        """A future that fails when the process dies."""
        future = self._loop.create_future()
        if self.process.alive:
            self._unanswered[future] = None
            future.add_done_callback(lambda done: self._unanswered.pop(done, None))
        else:
            future.set_exception(Unavailable())
        return future

    def _on_death(self) -> None:
        for future in tuple(self._unanswered):
            fail(future, Unavailable())
        self._died()


class SimulatedHosts:
    """`actors.gateway.Hosts` over ``count`` places, each with a host that is made again when it has died."""

    def __init__(self, loop: SeededLoop, faults: Faults, make: Callable[[str], SessionHost], *, count: int = 2) -> None:
        self._loop = loop
        self._faults = faults
        self._make = make
        self._lives = 0
        self._at: dict[str, int] = {}
        self.broken: list[str] = []
        self.places = [self._born(place) for place in range(count)]

    async def call(self, session: str, method: str, *args: Any) -> Any:
        """Call a method of the session's host, again while it cannot be asked. Raises what the host raises."""
        while True:
            try:
                return await self._ask(self._reached(session), method, args)
            except Unavailable:
                await asyncio.sleep(AGAIN_S)

    def place_of(self, session: str) -> HostProcess:
        """Where calls for the session go as a rule."""
        return self.places[self._at.get(session, 0)]

    def listened_to(self, session: str) -> Iterator[tuple[str, int]]:
        """The hosts that a client of the session listens to, and the version that each has in memory."""
        for place in self.places:
            lesson = place.host._lessons.get(session)
            if place.process.alive and lesson is not None and lesson.session.pollers:
                yield place.process.name, lesson.session.state.version

    def move(self, session: str) -> None:
        """From now on calls go to another host; the one that has the session is not told."""
        self._at[session] = self._loop.rng.randrange(len(self.places))

    def kill(self) -> None:
        """A host dies."""
        self._loop.kill(self._loop.rng.choice(self.places).process)

    def stop(self) -> None:
        """A host stands still for a while, then goes on as if nothing had happened."""
        host = self._loop.rng.choice(self.places)
        if host.process.runs:
            self._loop.stop_for(host.process, self._loop.rng.uniform(0.5, 8.0))

    def _reached(self, session: str) -> HostProcess:
        if self._faults.strikes("call goes astray"):
            return self._loop.rng.choice(self.places)
        return self.place_of(session)

    async def _ask(self, host: HostProcess, method: str, args: tuple[Any, ...]) -> Any:
        answer = host.promise()
        self._loop.call_later(
            self._travel_s(), lambda: host.task(self._serve(host, answer, method, args)), context=host.process.context
        )
        # A second poll would wait in the same host beside the first, and a set tells their order.
        if method != "poll" and self._faults.strikes("connection cut"):
            self._loop.call_later(self._loop.rng.uniform(0.0, 0.3), fail, answer, Unavailable())
        return await answer

    async def _serve(self, host: HostProcess, answer: Answer, method: str, args: tuple[Any, ...]) -> None:
        try:
            given = await getattr(host.host, method)(*args)
        except TYPED as error:
            self._loop.call_later(self._travel_s(), fail, answer, error)
        except Exception as error:  # a host that raises anything else has a fault, and the check tells it
            self.broken.append(f"{method} raised {error!r}")
            self._loop.call_later(self._travel_s(), fail, answer, Unavailable())
        else:
            self._loop.call_later(self._travel_s(), succeed, answer, given)

    def _travel_s(self) -> float:
        drawn = self._loop.rng.random()
        return 0.002 * drawn if drawn < 0.95 else 0.5 * drawn

    def _born(self, place: int) -> HostProcess:
        self._lives += 1
        name = f"host-{place}-{self._lives}"
        return HostProcess(self._loop, self._make(name), name, lambda: self._buried(place))

    def _buried(self, place: int) -> None:
        def back() -> None:
            self.places[place] = self._born(place)

        self._loop.call_later(self._loop.rng.uniform(0.1, 3.0), back, context=self._loop.outside.context)


def succeed(future: Answer, answer: Any) -> None:
    """Settle a future that nobody has settled."""
    if not future.done():
        future.set_result(answer)


def fail(future: Answer, error: Exception) -> None:
    """Fail a future that nobody has settled."""
    if not future.done():
        future.set_exception(error)
