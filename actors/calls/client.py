"""Calls a `CallServer`; many calls share one connection."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import count
from pathlib import Path
from typing import Any

from actors.calls.frames import FrameProtocol
from actors.calls.server import Answer, Crash, Leave, Request
from actors.faults import unwrapped


class PeerGone(ConnectionError):
    """The process that was called has ended, or closed the connection, before it answered."""


class CallFailed(Exception):
    """The process that was called met an error that nobody foresaw; ``traceback`` is its own."""

    def __init__(self, text: str, traceback: str = "") -> None:
        super().__init__(text)
        self.traceback = traceback


class CallClient(FrameProtocol):
    """A connection to a `CallServer`, on the loop that made it. ``open`` is false once it has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Any] | asyncio.Queue[Answer | None]] = {}

    @classmethod
    async def connect(cls, path: Path) -> "CallClient":
        """Connect to the socket at ``path``. Raises OSError when nobody listens there."""
        _, client = await asyncio.get_running_loop().create_unix_connection(cls, str(path))
        return client

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The answer. Raises typed errors as the other end does, `CallFailed` for others, `PeerGone`."""
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._ask(number, Request(False, method, args, kwargs))
            return _told(await answer)
        finally:
            self._waiting.pop(number, None)

    async def stream(self, method: str, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        """The items, each as soon as it is there; a reader who leaves ends the call. Raises as `call` does."""
        number = next(self._numbers)
        items: asyncio.Queue[Answer | None] = asyncio.Queue()
        self._waiting[number] = items
        try:
            self._ask(number, Request(True, method, args, kwargs))
            while True:
                answer = await items.get()
                if answer is None:
                    raise PeerGone(f"It ended during {method}.")
                item = _told(answer.item)
                if answer.last:
                    return
                yield item
        finally:
            if self._waiting.pop(number, None) is not None and self.open:
                self.send(number, Leave())

    def received(self, number: int, item: Answer) -> None:
        waiting = self._waiting.get(number)
        if item.last:
            self._waiting.pop(number, None)
        if isinstance(waiting, asyncio.Queue):
            waiting.put_nowait(item)
        elif waiting is not None and not waiting.done():
            waiting.set_result(item.item)

    def unreadable(self, number: int, error: Exception) -> None:
        self.received(number, Answer(Crash(error), True))

    def ended(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            if isinstance(one, asyncio.Queue):
                one.put_nowait(None)
            elif not one.done():
                one.set_exception(PeerGone("It ended before it answered."))

    def _ask(self, number: int, request: Request) -> None:
        if not self.open:
            raise PeerGone("It has ended.")
        self.send(number, request)


def _told(item: Any) -> Any:
    if isinstance(item, Crash):
        raise CallFailed(item.text, item.traceback)
    return unwrapped(item)
