"""A host of many learner sessions: brings them back from the log, passes commands on, passivates idle ones."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import Struct

from actors.hosting.learner_session import Heard, LearnerSession
from actors.hosting.lesson import Lesson, Rest
from actors.session.commands import Command, Start
from actors.session.errors import SessionFenced
from actors.stages.stage import Resources
from events.appending import GroupAppender
from events.errors import EventsError
from events.log import EventLog
from events.sealing.errors import LearnerForgotten

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a host asks whether learners of its sessions have been forgotten."""

ForgottenAt = Callable[[str], datetime | None]
"""When a learner was last forgotten; None for never. May raise `EventsError`."""


class Accepted(Struct, frozen=True, kw_only=True):
    """Where an utterance stands: the turn now open, the chunk wanted next, and the session's version when asked."""

    turn: int
    next_chunk: int
    version: int = 0


class SessionHost:
    """Holds sessions by id. Every call may be the first for a session: it is then loaded from the log."""

    def __init__(
        self,
        *,
        log: EventLog,
        resources: Resources,
        host: str,
        new_id: Callable[[], str],
        idle_s: float = 300.0,
        forgotten_at: ForgottenAt = lambda learner: None,
    ) -> None:
        self._log = log
        self._appender = GroupAppender(log)
        self._resources = resources
        self._host = host
        self._new_id = new_id
        self._idle_s = idle_s
        self._forgotten_at = forgotten_at
        self._lessons: dict[str, Lesson] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._touched: dict[str, float] = {}

    async def start(self, command: Start) -> int:
        """Open a session. Returns its version in the log; a repeated command gives the same session again."""
        name = command.started.session
        if name in self._lessons:
            return self._lessons[name].session.state.version
        async with self._loading.setdefault(name, asyncio.Lock()):
            if name not in self._lessons:
                session = self._new_session(name)
                await session.open(command)
                self._lessons[name] = Lesson(session, self._new_id)
        self._touched[name] = time.monotonic()
        return self._lessons[name].session.state.version

    async def submit(self, name: str, learner: str, command: Command) -> int:
        """Obey a learner's command. Returns the session's version after it. Raises `SessionError`."""
        lesson = await self._lesson(name, learner)
        await lesson.obey(command)
        return lesson.session.state.version

    async def type_text(self, name: str, learner: str, command_id: str, turn: int, text: str) -> int:
        """A typed utterance. Raises `SessionError`."""
        lesson = await self._lesson(name, learner)
        await lesson.type_text(command_id, turn, text)
        return lesson.session.state.version

    async def audio(
        self, name: str, learner: str, turn: int, first: int, chunks: Sequence[bytes], format: str
    ) -> Accepted:
        """Chunks of the open utterance. Returns what is wanted next; raises `SessionError` or `AudioError`."""
        lesson = await self._lesson(name, learner, turn)
        next_chunk = lesson.audio(turn, first, chunks, format)
        return Accepted(turn=lesson.session.state.next_turn, next_chunk=next_chunk)

    async def end_recording(
        self, name: str, learner: str, command_id: str, turn: int, reference: str | None, rest: Rest
    ) -> int:
        """Close the open utterance after its last chunks. Raises `SessionError` or `AudioError`."""
        lesson = await self._lesson(name, learner, turn)
        await lesson.end_recording(command_id, turn, reference, rest)
        return lesson.session.state.version

    async def cancel_recording(self, name: str, learner: str, turn: int) -> None:
        """Drop the open utterance."""
        (await self._lesson(name, learner)).cancel_recording(turn)

    async def where(self, name: str, learner: str) -> Accepted:
        """The turn and chunk that the session waits for, by the log. Raises `SessionError`."""
        lesson = await self._lesson(name, learner)
        await lesson.session.confirm()
        state = lesson.session.state
        return Accepted(turn=state.next_turn, next_chunk=lesson.next_chunk, version=state.version)

    async def poll(self, name: str, learner: str, after: int, cursor: int, timeout_s: float) -> Heard:
        """What is new in a session; see `LearnerSession.poll`."""
        lesson = await self._lesson(name, learner)
        return await lesson.session.poll(after, cursor, timeout_s)

    async def ready(self) -> bool:
        """True: the host answers."""
        return True

    async def process_id(self) -> int:
        """The operating system's id of the process that hosts."""
        return os.getpid()

    async def held(self) -> int:
        """How many sessions are in memory."""
        return len(self._lessons)

    async def sweep(self) -> int:
        """Passivate the sessions that nobody has used for a while; the log has them. Returns how many."""
        now = time.monotonic()
        idle = [
            name
            for name, lesson in self._lessons.items()
            if not lesson.session.busy and now - self._touched.get(name, now) > self._idle_s
        ]
        for name in idle:
            self._forget(name)
        return len(idle)

    async def drop_forgotten(self) -> int:
        """End the sessions whose learners have been forgotten since. Returns how many. Raises `EventsError`.

        Whoever waits for news of one gets `LearnerForgotten` at its next call.
        """
        learners = {lesson.session.learner for lesson in self._lessons.values()}
        when = await asyncio.to_thread(lambda: {learner: self._forgotten_at(learner) for learner in learners})
        gone = 0
        for name, lesson in list(self._lessons.items()):
            session = lesson.session
            forgotten = when.get(session.learner)
            if forgotten is not None and session.began is not None and session.began <= forgotten:
                session.end_forgotten(LearnerForgotten(session.learner))
                self._forget(name)
                gone += 1
        return gone

    async def run_sweeper(self, every_s: float = 30.0) -> None:
        """Passivate idle sessions and end forgotten ones, for ever."""
        await asyncio.gather(_repeat(self.sweep, every_s), _repeat(self.drop_forgotten, LOOK_S))

    async def _lesson(self, name: str, learner: str, turn: int = 0) -> Lesson:
        """The session, claimed by this host; when ``turn`` is beyond what is known here, after a look at the log."""
        lesson = self._lessons.get(name)
        if lesson is not None and lesson.session.fenced:
            self._forget(name)
            if not isinstance(lesson.session.refusal, SessionFenced):
                raise lesson.session.refusal
            lesson = None
        if lesson is None:
            async with self._loading.setdefault(name, asyncio.Lock()):
                lesson = self._lessons.get(name) or await self._load(name)
        lesson.session.owned_by(learner)
        self._touched[name] = time.monotonic()
        if turn > lesson.session.state.next_turn:
            await lesson.session.confirm()
        return lesson

    async def _load(self, name: str) -> Lesson:
        session = self._new_session(name)
        await session.load()
        self._lessons[name] = Lesson(session, self._new_id)
        return self._lessons[name]

    def _new_session(self, name: str) -> LearnerSession:
        return LearnerSession(
            name,
            log=self._log,
            appender=self._appender,
            resources=self._resources,
            host=self._host,
            new_id=self._new_id,
        )

    def _forget(self, name: str) -> None:
        lesson = self._lessons.pop(name, None)
        self._loading.pop(name, None)
        self._touched.pop(name, None)
        if lesson is not None:
            lesson.close()


async def _repeat(call: Callable[[], Awaitable[object]], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await call()
        except EventsError as error:
            logger.warning("the keys or the log cannot be used now: %s", error)
