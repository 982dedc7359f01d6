"""One learner's session as an actor: its mailbox, its place in the log, the work under way. Knows no Ray."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from actors.hearing.decode import decode_flac
from actors.hosting.begun import Begun
from actors.hosting.speculation import Speculation
from actors.ports import Audio
from actors.session.commands import Claim, Command, Record, Start
from actors.session.decide import decide
from actors.session.errors import NotYourSession, SessionError, SessionFenced, SessionNotFound
from actors.session.state import SessionState, evolve, initial
from actors.session.work import Render, Reply, Speak, Work, outstanding, stage_of
from actors.stages.stage import Resources
from actors.stages.work import events_of
from events.appending import GroupAppender
from events.envelope import NotOfLesson, Origin, Recorded
from events.errors import EventsError, VersionConflict
from events.lesson import LessonEvent, SessionStarted, SpeechUttered, TurnFailed
from events.log import Batch, EventLog
from events.sealing.errors import LearnerForgotten
from projections.messages import ErrorMessage, Message

logger = logging.getLogger(__name__)

RECENT_EVENTS = 256
TRANSIENT_MESSAGES = 256
LONGEST_STORAGE_WAIT_S = 30.0
LONGEST_SILENCE_S = 60.0
"""Of a host that has work to do; longer than engines take."""


class Heard(Struct, frozen=True, kw_only=True):
    """What a poll brings: durable events with their versions, transient messages, and where the next poll goes on."""

    events: tuple[tuple[int, LessonEvent], ...]
    transient: tuple[Message, ...]
    version: int
    cursor: int


class LearnerSession:
    """Obeys commands one at a time, appends what follows, then does the work that the new state asks for."""

    def __init__(
        self,
        name: str,
        *,
        log: EventLog,
        appender: GroupAppender,
        resources: Resources,
        host: str,
        new_id: Callable[[], str],
    ) -> None:
        self.name = name
        self.state: SessionState = initial()
        self.resources = resources
        self._log = log
        self._appender = appender
        self._host = host
        self._new_id = new_id
        self._mailbox = asyncio.Lock()
        self._epoch = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._recent: deque[tuple[int, LessonEvent]] = deque(maxlen=RECENT_EVENTS)
        self._transient: deque[Message] = deque(maxlen=TRANSIENT_MESSAGES)
        self._told = 0
        self._openers: dict[int, str] = {}
        self._audio: dict[int, Audio] = {}
        self._storage_wait_s = 0.0
        self._silent_since_s = 0.0
        self._tasks: dict[Work, asyncio.Task[None]] = {}
        self._ahead: Speculation | None = None
        self.began: datetime | None = None
        self.pollers = 0
        self.fenced = False
        self.refusal: SessionError | EventsError = SessionFenced("Another host has claimed this session.")

    @property
    def busy(self) -> bool:
        return bool(self._tasks) or self.pollers > 0

    @property
    def learner(self) -> str:
        return self.state.started.learner if self.state.started else ""

    def owned_by(self, learner: str) -> None:
        """Raise `NotYourSession` unless the session is this learner's."""
        if self.state.started is not None and self.state.started.learner != learner:
            raise NotYourSession(self.name)

    async def open(self, command: Start) -> None:
        """Begin the session, or bring it back when the log has it already, and claim it. Raises `SessionError`."""
        async with self._mailbox:
            await self._append(command)
            await self._claim()
        self._schedule()

    async def load(self) -> None:
        """Bring the session back from the log, claim it, and go on with what was unfinished.

        Raises `SessionNotFound`, `LearnerForgotten`.
        """
        async with self._mailbox:
            recorded = await self._catch_up()
            if self.state.started is None:
                raise SessionNotFound(self.name)
            if any(item.forgotten for item in recorded):
                raise LearnerForgotten(self.learner)
            await self._claim()
        self._schedule()

    async def obey(self, command: Command) -> None:
        """Decide, append, then act. A repeated command does nothing.

        Raises `SessionError` for what the session refuses, `SessionFenced` when another host has it.
        """
        async with self._mailbox:
            if self.fenced:
                raise self.refusal
            try:
                await self._append(command)
            except SessionFenced:
                raise
            except SessionError:
                # Refused by what is known here: the turn that the command names may have been said at another host.
                await self._catch_up()
                await self._append(command)
        self._schedule()

    async def confirm(self) -> None:
        """Take in what the log has gained meanwhile. Raises `SessionFenced` when another host has the session now."""
        async with self._mailbox:
            await self._catch_up()
            self._check_fence()
        self._schedule()

    def tell(self, message: Message) -> None:
        """Send a transient message to whoever is connected."""
        self._transient.append(message)
        self._told += 1
        self._wake()

    def keep_audio(self, turn: int, audio: Audio) -> None:
        """Keep the newest recording at hand, so that the engines need not read it back from the blobs."""
        self._audio = {turn: audio}

    def said_in(self, turn: int) -> SpeechUttered | None:
        """What was said in a turn, None when there is no such turn yet."""
        return self.state.turns[turn].uttered if 0 <= turn < len(self.state.turns) else None

    def go_on_with(self, speculation: Speculation) -> None:
        """Take over the work that was begun on the utterance which has just been appended."""
        if self._ahead is not None:
            self._ahead.leave(self._tasks)
        self._ahead = speculation

    async def poll(self, after: int, cursor: int, timeout_s: float) -> Heard:
        """What is new after stream version ``after`` and transient message ``cursor``; waits up to ``timeout_s``.

        Raises `SessionFenced` when another host has the session and the client is better served by a new claim.
        """
        if cursor > self._told:
            cursor = 0  # the transient messages of a host that is gone
        self.pollers += 1
        try:
            if self.state.version < after:
                await self.confirm()  # the client has seen more, at another host
            if self.state.version <= after and self._told <= cursor:
                await self._changed(timeout_s)
            if self.state.version <= after and self._told <= cursor and timeout_s > 0:
                await self._look_around()
        finally:
            self.pollers -= 1
        fresh = self._told - cursor if cursor >= 0 else 0
        transient, told = tuple(self._transient)[-fresh:] if fresh else (), self._told
        events = await self._after(after)
        return Heard(events=events, transient=transient, version=events[-1][0] if events else after, cursor=told)

    def end_forgotten(self, error: LearnerForgotten) -> None:
        """The learner has been forgotten: stop, keep nothing of what was said, and refuse everything from now on."""
        self.fenced, self.refusal = True, error
        self._recent.clear()
        self._transient.clear()
        self._audio.clear()
        self.close()

    def close(self) -> None:
        """Stop all work; the log keeps what was done."""
        for task in self._tasks.values():
            task.cancel()
        if self._ahead is not None:
            self._ahead.drop()
        self._wake()

    async def _after(self, version: int) -> tuple[tuple[int, LessonEvent], ...]:
        first_kept = self._recent[0][0] if self._recent else self.state.version + 1
        if version + 1 >= first_kept:
            return tuple(item for item in self._recent if item[0] > version)
        recorded = await asyncio.to_thread(self._log.read, self.name, after=version)
        return tuple((item.version, item.event) for item in recorded if not isinstance(item.event, NotOfLesson))

    async def _look_around(self) -> None:
        """Nothing has happened here for a while: perhaps it happens at another host. Raises `SessionFenced`.

        What that one appends is passed on; if it falls silent with work to do, the session is to be claimed anew.
        """
        async with self._mailbox:
            version = self.state.version
            try:
                await self._catch_up()
            except EventsError as error:
                if not error.retryable:
                    raise
                return  # nothing was asked for; the next poll looks again
            now = asyncio.get_running_loop().time()
            if self._has_epoch or self.state.version > version or not outstanding(self.state):
                self._silent_since_s = now
            elif now - self._silent_since_s > LONGEST_SILENCE_S:
                self._check_fence()
        self._schedule()

    @property
    def _has_epoch(self) -> bool:
        return self.state.epoch == self._epoch

    async def _claim(self) -> None:
        if not self.state.ended:
            await self._append(Claim(id=self._new_id(), host=self._host))
        self._epoch = self.state.epoch

    async def _append(self, command: Command) -> None:
        """Append what the command causes; decide anew when the stream has grown meanwhile."""
        while True:
            if not isinstance(command, Start | Claim):
                self._check_fence()
            if not (events := decide(self.state, command)):
                return
            try:
                recorded = await self._appender.append(self._batch(command, events))
            except VersionConflict:
                await self._catch_up()
            else:
                self._absorb(recorded)
                return

    async def _catch_up(self) -> Sequence[Recorded]:
        recorded = await asyncio.to_thread(self._log.read, self.name, after=self.state.version)
        self._absorb(recorded)
        return recorded

    def _check_fence(self) -> None:
        if not self._has_epoch:
            self.fenced = True
            self.close()
            raise SessionFenced("Another host has claimed this session.")

    def _absorb(self, recorded: Sequence[Recorded]) -> None:
        for item in recorded:
            if isinstance(item.event, NotOfLesson):
                continue
            self.state = evolve(self.state, item.event, version=item.version, command=item.causation)
            if isinstance(item.event, SessionStarted):
                self.began = item.time
            if isinstance(item.event, SpeechUttered):
                self._openers[item.event.turn] = item.id
            self._recent.append((item.version, item.event))
        if recorded:
            self._wake()

    def _batch(self, command: Command, events: Sequence[LessonEvent]) -> Batch:
        opener = self._openers.get(getattr(events[0], "turn", 0), "")
        origin = Origin(
            learner=self.learner or getattr(events[0], "learner", ""),
            causation=command.id if not isinstance(command, Record) else opener,
            correlation=opener or self.name,
            producer=self._host,
        )
        return Batch(stream=self.name, events=tuple(events), expected_version=self.state.version, origin=origin)

    async def _changed(self, timeout_s: float) -> None:
        """Wait for `_wake`, for ``timeout_s`` at most. A bare future, which wakes its task at the loop's next turn."""
        loop = asyncio.get_running_loop()
        change: asyncio.Future[None] = loop.create_future()
        self._waiting.add(change)
        timer = loop.call_later(timeout_s, _settle, change)
        try:
            await change
        finally:
            timer.cancel()
            self._waiting.discard(change)

    def _wake(self) -> None:
        for change in self._waiting:
            _settle(change)

    def _schedule(self) -> None:
        if self.fenced or not self._has_epoch:
            return
        todo = outstanding(self.state)
        for work, task in self._tasks.items():
            if isinstance(work, Reply | Speak | Render) and self._cut_off(work):
                task.cancel()
        for work in todo:
            if work not in self._tasks:
                self._tasks[work] = asyncio.create_task(self._do(work))

    def _cut_off(self, work: Work) -> bool:
        return work.turn < len(self.state.turns) - 1 or self.state.turns[work.turn].heard is not None

    async def _do(self, work: Work) -> None:
        try:
            await self._record_answer(work)
        except SessionFenced:
            logger.info("session %s: fenced at version %d", self.name, self.state.version)
        except LearnerForgotten as error:
            self.end_forgotten(error)
        except EventsError as error:
            await self._wait_for_storage(error)
        finally:
            self._tasks.pop(work, None)
            if not asyncio.current_task().cancelling():  # type: ignore[union-attr]  # inside a task there is one
                self._schedule()

    async def _record_answer(self, work: Work) -> None:
        """Append what a piece of work gives. Raises `EventsError` when the log or the blobs cannot be used now."""
        try:
            begun = self._begin(work)
            recorded = 0
            try:
                async for event in begun:
                    await self.obey(Record(id="", event=event))
                    recorded += 1
                    self._storage_wait_s = 0.0
            finally:
                begun.cancel()
                if self._ahead is not None:
                    self._ahead.forget(work)
            if not recorded:
                await self._fail(work, "no_answer", "The engine gave no answer.")
        except SessionFenced:
            raise
        except EventsError as error:
            if error.retryable:
                raise
            await self._fail(work, error.code, str(error))
        except Exception as error:  # the supervisor of a session's work: a fault in one piece must not end the lesson
            logger.exception("session %s: %s failed", self.name, stage_of(work))
            await self._fail(work, "internal_error", f"{type(error).__name__}: {error}")

    async def _wait_for_storage(self, error: EventsError) -> None:
        """Tell the learner and wait, each time longer, before the work is tried again; nothing of it is lost."""
        if not self._storage_wait_s:
            logger.error("session %s: %s", self.name, error)
            message = ErrorMessage(seq=self.state.version, part=-1, code=error.code, message=str(error), retryable=True)
            self.tell(message)
        self._storage_wait_s = min(LONGEST_STORAGE_WAIT_S, max(1.0, 2 * self._storage_wait_s))
        await asyncio.sleep(self._storage_wait_s)

    def _begin(self, work: Work) -> Begun:
        if self._ahead is not None and work.turn == self._ahead.turn and not isinstance(work, Render):
            return self._ahead.begin(work, self.state)
        return Begun(events_of(work, self.state, self.resources, self._recording))

    async def _fail(self, work: Work, code: str, message: str) -> None:
        failed = TurnFailed(turn=work.turn, stage=stage_of(work), code=code, message=message)
        await self.obey(Record(id="", event=failed))

    async def _recording(self, turn: int) -> Audio:
        if turn not in self._audio:
            uttered = self.state.turns[turn].uttered
            assert uttered is not None
            assert uttered.audio is not None
            self._audio[turn] = await asyncio.to_thread(self._read_audio, uttered.audio.sha256)
        return self._audio[turn]

    def _read_audio(self, sha256: str) -> Audio:
        return decode_flac(self.resources.blobs.of(self.learner).get(sha256))


def _settle(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)
