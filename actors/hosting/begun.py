"""Work that runs in the background and whose events can be read from the start, by whoever comes to need them."""

import asyncio
from collections.abc import AsyncIterator

from events.lesson import LessonEvent


class Begun:
    """A running piece of work. Iterate to get its events in order: what is there at once, the rest as it comes.

    An error of the work is raised to the reader at the place where it happened.
    """

    def __init__(self, events: AsyncIterator[LessonEvent]) -> None:
        self._events: list[LessonEvent] = []
        self._more = asyncio.Event()
        self._task = asyncio.create_task(self._drain(events))

    async def _drain(self, events: AsyncIterator[LessonEvent]) -> None:
        try:
            async for event in events:
                self._events.append(event)
                self._more.set()
        finally:
            self._more.set()

    async def __aiter__(self) -> AsyncIterator[LessonEvent]:
        read = 0
        while True:
            while read < len(self._events):
                yield self._events[read]
                read += 1
            if self._task.done():
                if not self._task.cancelled() and (error := self._task.exception()):
                    raise error
                return
            self._more.clear()
            await self._more.wait()

    def cancel(self) -> None:
        """Stop the work; readers end after what is there."""
        self._task.cancel()
