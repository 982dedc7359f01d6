"""A learner's client: says, types, interrupts, rates, tries again, ends, repeats what nobody acknowledged, and listens.

It keeps what it was promised and what it was shown, for the check at the end.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from msgspec import Struct

from actors.faults import TYPED
from actors.gateway import Gateway
from actors.hearing.errors import AudioError
from actors.hosting.host import Accepted
from actors.session.commands import Command, End, Hear, Rate, Retry, Start
from actors.session.errors import SessionError, TurnOutOfOrder
from events.lesson import LessonEvent, SessionStarted, TurnFailed, TutorHeard, TutorSpoken
from tests.simulation.faults import Faults

Answer = TypeVar("Answer")
CHUNK_MS = 200
POLL_S = 5.0
PATIENCE_S = 20.0
"""How long a learner waits for an answer before going on without."""
MOST_CALLS = 300
"""Of one recording; a learner who has called so often is not listened to."""
TRAIL_MS = 400
WINDOW_MS = 32
_SAMPLES = 16 * CHUNK_MS
SPOKEN = (8_000 * np.sin(2 * np.pi * 200 * np.arange(_SAMPLES) / 16_000)).astype("<i2").tobytes()
SILENT = bytes(2 * _SAMPLES)


class Promise(Struct, frozen=True):
    """What was acknowledged: a command's ``id``, or that ``turn`` was said (-1 for other commands).

    ``kept`` says whether the log had it then, ``once`` that it must be there; some commands may cause nothing.
    """

    id: str
    turn: int
    kept: bool
    once: bool = True


class Learner:
    """One learner in one session, through any of the ``gateways``; ``has`` looks a promise up in the log."""

    def __init__(
        self,
        name: str,
        gateways: Sequence[Gateway],
        rng: random.Random,
        faults: Faults,
        has: Callable[[str, str, int], bool],
    ) -> None:
        self.name = name
        self.session = f"lesson-of-{name}"
        self.promises: list[Promise] = []
        self.shown: list[tuple[int, LessonEvent]] = []
        self.durations_ms: dict[int, int] = {}
        self.told: list[str] = []
        self.broken: list[str] = []
        self.after = 0
        self.started = asyncio.Event()
        self._gateways = gateways
        self._door = self._ear = gateways[0]
        self._rng = rng
        self._faults = faults
        self._has = has
        self._hands_free = rng.random() < 0.4
        self._commands = 0
        self._turn = 1

    async def learn(self) -> None:
        """The lesson, from its start to the last thing that the learner does."""
        await self._start()
        self.started.set()
        for _ in range(self._rng.randint(1, 3)):
            if self._rng.random() < 0.6:
                await self._wait_for_answer(self._turn - 1)
            await self._say()
            for _ in range(self._rng.randint(0, 2)):
                await asyncio.sleep(self._rng.uniform(0.0, 0.5))
                await self._react()
        if self._rng.random() < 0.3:
            await self._submit(End(id=self._new_id()), once=False)

    async def listen(self) -> None:
        """Take in what is new, for ever."""
        await self.started.wait()
        cursor = -1
        while True:
            try:
                heard = await self._ear.poll(self.session, self.name, self.after, cursor, POLL_S)
            except TYPED as error:
                self._hear_of(error)
                await asyncio.sleep(1.0)
                continue
            if self._faults.strikes("news lost"):
                cursor = -1
                self._ear = self._rng.choice(self._gateways)
            else:
                self.shown += heard.events
                self.after, cursor = max(self.after, heard.version), heard.cursor

    async def _where(self) -> Accepted:
        """Where the session stands, which cannot be before what was shown already."""
        shown = self.after
        where = await self._ask(lambda door: door.where(self.session, self.name))
        if where.version < shown:
            self.broken.append(f"{self.session} stands at {where.version}, but version {shown} was shown before")
        return where

    async def _start(self) -> None:
        started = SessionStarted(
            session=self.session,
            learner=self.name,
            tutor="joe",
            goal="talk",
            level="A2",
            mode="conversation",
            seed=1,
            endpointing="auto" if self._hands_free else "manual",
        )
        command = Start(id=self._new_id(), started=started)
        await self._command(command.id, lambda door: door.start(command))

    async def _say(self) -> None:
        """Say or type something, as the next turn."""
        turn = self._turn
        if self._rng.random() < 0.4:
            command_id = self._new_id()
            text = f"I say {turn}."
            await self._command(
                command_id, lambda door: door.type_text(self.session, self.name, command_id, turn, text)
            )
        else:
            await self._record(turn)
        self._turn = (await self._where()).turn

    async def _record(self, turn: int) -> None:
        """Send a recording in chunks until it is taken; whoever lost some of them gets those again."""
        chunks = [SPOKEN] * self._rng.randint(2, 4)
        self.durations_ms[turn] = _duration_ms(len(chunks), self._hands_free)
        command_id = self._new_id()
        after = 0
        for _ in range(MOST_CALLS):
            if after >= len(chunks) and not self._hands_free:
                if await self._end_recording(command_id, turn):
                    return
                after = await self._resumed(turn)
            else:
                after = await self._send(chunks, after, turn)
            if after < 0:
                self._promised("", turn)
                return
        self.broken.append(f"turn {turn} of {self.session} is not listened to")

    async def _send(self, chunks: list[bytes], first: int, turn: int) -> int:
        """Send some chunks; the one wanted next, -1 when the turn has been taken."""
        batch = self._rng.randint(1, 3)
        if self._hands_free:
            chunks += [SILENT] * (first + batch - len(chunks))
        if self._faults.strikes("reconnected elsewhere"):
            self._door = self._rng.choice(self._gateways)
            return await self._resumed(turn)
        sent = chunks[first : first + batch]
        try:
            accepted = await self._ask(lambda door: door.audio(self.session, self.name, turn, first, sent))
        except (AudioError, TurnOutOfOrder):
            return await self._resumed(turn)
        await asyncio.sleep(self._rng.choice((0.0, len(sent) * CHUNK_MS / 1000)))
        return -1 if accepted.turn > turn else min(accepted.next_chunk, len(chunks))

    async def _resumed(self, turn: int) -> int:
        where = await self._where()
        return -1 if where.turn > turn else where.next_chunk

    async def _end_recording(self, command_id: str, turn: int) -> bool:
        try:
            await self._ask(lambda door: door.end_recording(self.session, self.name, command_id, turn))
        except (AudioError, TurnOutOfOrder):
            return False
        self._promised("", turn)
        return True

    async def _react(self) -> None:
        turn = self._rng.randrange(self._turn)
        command_id = self._new_id()
        match self._rng.randrange(4):
            case 0:
                hear = Hear(id=command_id, turn=self._turn - 1, heard_ms=self._rng.randrange(200), interrupted=True)
                await self._submit(hear, once=False)
            case 1:
                await self._submit(Retry(id=command_id, turn=turn))
            case _:
                await self._submit(Rate(id=command_id, turn=turn, stars=self._rng.randint(1, 5)))

    async def _submit(self, command: Command, *, once: bool = True) -> None:
        await self._command(command.id, lambda door: door.submit(self.session, self.name, command), once=once)

    async def _command(self, command_id: str, call: Callable[[Gateway], Awaitable[int]], *, once: bool = True) -> None:
        """Give a command until it is acknowledged or refused, and sometimes once more."""
        try:
            await self._ask(call)
            self._promised(command_id, -1, once=once)
            if self._faults.strikes("command repeated"):
                await self._ask(call)
        except (SessionError, AudioError):
            return  # it was told, and the learner goes on

    async def _ask(self, call: Callable[[Gateway], Awaitable[Answer]]) -> Answer:
        """Ask until there is an answer. Raises what is refused for good. What is asked again may still be under way."""
        while True:
            asked = asyncio.ensure_future(call(self._door))
            patience_s = self._rng.uniform(0.01, 1.0) if self._faults.strikes("client does not wait") else None
            await asyncio.wait([asked], timeout=patience_s)
            if not asked.done():
                asked.add_done_callback(_left_alone)
                continue
            try:
                return asked.result()
            except TYPED as error:
                self._hear_of(error)
                if isinstance(error, AudioError) or not getattr(error, "retryable", False):
                    raise
            await asyncio.sleep(0.5)

    async def _wait_for_answer(self, turn: int) -> None:
        for _ in range(int(PATIENCE_S / 0.5)):
            if any(_answers(event, turn) for _, event in self.shown):
                return
            await asyncio.sleep(0.5)

    def _promised(self, command_id: str, turn: int, *, once: bool = True) -> None:
        kept = self._has(self.session, command_id, turn)
        self.promises.append(Promise(command_id, turn, kept, once))

    def _hear_of(self, error: Exception) -> None:
        self.told.append(str(getattr(error, "code", type(error).__name__)))

    def _new_id(self) -> str:
        self._commands += 1
        return f"{self.name}-{self._commands}"


def _answers(event: LessonEvent, turn: int) -> bool:
    if isinstance(event, TutorSpoken):
        return event.turn == turn and event.last
    return isinstance(event, TurnFailed | TutorHeard) and event.turn == turn


def _duration_ms(chunks: int, hands_free: bool) -> int:
    """How long a recording is in the log: to its end, or to some silence behind the last window of speech."""
    spoken_ms = chunks * CHUNK_MS
    return math.ceil(spoken_ms / WINDOW_MS) * WINDOW_MS + TRAIL_MS if hands_free else spoken_ms


def _left_alone(asked: "asyncio.Future[Any]") -> None:
    if not asked.cancelled():
        asked.exception()
