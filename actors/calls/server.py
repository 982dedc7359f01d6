"""Answers calls that come over a Unix socket, each in a task of its own."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from actors.calls.frames import FrameProtocol

logger = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]
"""Takes a method's name and its arguments. A typed error comes back as an `actors.faults.Fault`."""
Stream = Callable[..., AsyncIterator[Any]]
"""As `Call`, for any number of items."""


class Request(Struct, frozen=True, array_like=True):
    """A call; the answer is one item, or with ``streams`` any number."""

    streams: bool
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Leave(Struct, frozen=True):
    """Nobody reads the items of the call any more."""


class Answer(Struct, frozen=True, array_like=True):
    """An item of a call, or its end: with ``last`` nothing more comes, and the item of a stream is None."""

    item: Any
    last: bool


class Crash:
    """An error that nobody foresaw, as text: its class may be unknown at the other end."""

    def __init__(self, error: BaseException) -> None:
        self.text = "".join(traceback.format_exception_only(error)).strip()
        self.traceback = "".join(traceback.format_exception(error))


class CallServer:
    """A socket at ``path`` whose calls go to ``call`` and ``stream``, on the running loop."""

    def __init__(self, path: Path, call: Call, stream: Stream | None = None) -> None:
        self.path = path
        self._call = call
        self._stream = stream
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def start(self) -> None:
        """Listen. Raises OSError when the path cannot be bound."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._connection, str(self.path))

    async def stop(self) -> None:
        """End all connections and remove the socket."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.close()
            await connection.closed()
        self.path.unlink(missing_ok=True)

    def _connection(self) -> "_Connection":
        connection = _Connection(self._call, self._stream, self._connections)
        self._connections.add(connection)
        return connection


class _Connection(FrameProtocol):
    """One caller. Its streams end with it; a call that has begun is brought to its end, whoever hears of it."""

    def __init__(self, call: Call, stream: Stream | None, connections: "set[_Connection]") -> None:
        super().__init__()
        self._call = call
        self._stream = stream
        self._connections = connections
        self._calls: set[asyncio.Task[None]] = set()
        self._streams: dict[int, asyncio.Task[None]] = {}

    def received(self, number: int, item: Request | Leave) -> None:
        if isinstance(item, Leave):
            if number in self._streams:
                self._streams[number].cancel()
            return
        task = asyncio.create_task(self._answer(number, item))
        if item.streams:
            self._streams[number] = task
            task.add_done_callback(lambda _: self._streams.pop(number, None))
        else:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    def unreadable(self, number: int, error: Exception) -> None:
        self.send(number, Answer(Crash(error), True))

    def ended(self) -> None:
        self._connections.discard(self)
        for task in self._streams.values():
            task.cancel()

    async def _answer(self, number: int, request: Request) -> None:
        try:
            last = await self._run(number, request)
        except asyncio.CancelledError:
            if request.streams:
                raise  # nobody reads it any more
            last = Crash(RuntimeError(f"{request.method} was cancelled"))
        except Exception as error:  # the supervisor of a call: whatever went wrong is told to the caller
            logger.exception("%s failed", request.method)
            last = Crash(error)
        try:
            self.send(number, Answer(last, True))
        except Exception as error:  # an answer that cannot be pickled, which only its own class knows
            logger.exception("the answer of %s cannot be sent", request.method)
            self.send(number, Answer(Crash(error), True))

    async def _run(self, number: int, request: Request) -> Any:
        if not request.streams:
            return await self._call(request.method, *request.args, **request.kwargs)
        assert self._stream is not None, "this server streams nothing"
        items = self._stream(request.method, *request.args, **request.kwargs)
        async for item in items:
            self.send(number, Answer(item, False))
        return None
