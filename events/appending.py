"""Appends of many tasks of one event loop: those that wait while a transaction is under way share the next one.

A task costs no thread while it waits, so one process appends for thousands of sessions; see `bench/log.py`.
"""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from events.envelope import Recorded
from events.errors import LogUnavailable, VersionConflict
from events.log import Appended, Batch, EventLog
from events.recorder_log import MAX_GROUP
from events.sealing.errors import KeysUnavailable


class Waiting(Struct, frozen=True):
    """A batch and the task that waits for it."""

    batch: Batch
    appended: asyncio.Future[tuple[Recorded, ...]]


class GroupAppender:
    """Appends to ``log`` for the tasks of one loop, in the order in which they ask.

    One transaction at a time: a second one beside it, encoded while the first waits for the disk, made it slower.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._waiting: list[Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def append(self, batch: Batch) -> tuple[Recorded, ...]:
        """The events as recorded, once they are on the disk. A task that is cancelled meanwhile takes nothing back.

        Raises as `EventLog.append` does; what is wrong with one batch does not hurt the others.
        """
        waiting = Waiting(batch, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())
        return await waiting.appended

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
                await self._commit(group)
        finally:
            self._committing = None
            for waiting in self._waiting:  # only if the loop ends: nobody must wait for ever
                waiting.appended.cancel()

    async def _commit(self, group: Sequence[Waiting]) -> None:
        try:
            appended = await asyncio.to_thread(self._log.append_many, [waiting.batch for waiting in group])
        except Exception as error:  # handed on to whoever asked
            # The log or the keys being away concerns all; anything else is the fault of one, and only its own task is
            # to hear of it.
            if len(group) == 1 or isinstance(error, LogUnavailable | KeysUnavailable):
                _fail(group, error)
            else:
                for waiting in group:
                    await self._commit([waiting])
        else:
            for waiting, outcome in zip(group, appended, strict=True):
                _settle(waiting.appended, outcome)
        finally:
            for waiting in group:  # without an answer only if the loop ends, as above
                waiting.appended.cancel()


def _settle(future: asyncio.Future[tuple[Recorded, ...]], outcome: Appended) -> None:
    if future.done():  # its task was cancelled
        return
    if isinstance(outcome, VersionConflict):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _fail(group: Sequence[Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.appended.done():
            waiting.appended.set_exception(error)
