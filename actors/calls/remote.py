"""Calls to a Ray actor: straight over its socket on this machine, else through Ray. Waits while it is restarted."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import ray
from msgspec import Struct
from ray.exceptions import RayActorError

from actors.calls.client import CallClient, PeerGone
from actors.calls.folder import socket_path
from actors.calls.server import Call, CallServer, Stream
from actors.faults import unwrapped

logger = logging.getLogger(__name__)

Handle = Any
"""A Ray actor's handle: its methods are made at run time, so no type can name them."""
T = TypeVar("T")

RECOVERY_S = 60.0
"""How long a call waits for an actor that is being restarted."""
PAUSE_S = 0.05
GONE = (RayActorError, PeerGone)


class Address(Struct, frozen=True, kw_only=True):
    """Where an actor can be called without Ray: the id of its node there, and a socket; "" when it has none."""

    node: str
    path: str = ""


class Listening:
    """The socket of a Ray actor, opened when somebody first asks for its address."""

    def __init__(self, call: Call, stream: Stream | None = None) -> None:
        self._call = call
        self._stream = stream
        self._opening: asyncio.Task[Address] | None = None
        self._server: CallServer | None = None

    async def address(self) -> Address:
        """Where this actor listens."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Address:
        try:
            server = CallServer(socket_path(), self._call, self._stream)
            await server.start()
        except OSError as error:
            logger.warning("calls go through Ray: %s", error)
            return Address(node=own_node())
        self._server = server  # kept for as long as the actor lives
        return Address(node=own_node(), path=str(server.path))


class Line:
    """The way to one actor, used from one event loop. What is called must be harmless to repeat.

    ``find`` gives its handle. The actor has methods ``address``, ``call`` and ``stream`` (see `Listening`).
    """

    def __init__(self, find: Callable[[], Handle]) -> None:
        self._find = find
        self._handle: Handle = None
        self._client: CallClient | None = None
        self._through_ray = False
        self._connecting: asyncio.Task[CallClient | None] | None = None

    @property
    def handle(self) -> Handle:
        """The actor's handle. Ray ends an actor when the last one is gone, unless it is detached."""
        if self._handle is None:
            self._handle = self._find()
        return self._handle

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The answer. Raises what the actor raises; `ray.exceptions.RayActorError` or `PeerGone` when it stays away."""

        async def once() -> Any:
            client = await self._straight()
            if client is not None:
                return await client.call(method, *args, **kwargs)
            return unwrapped(await self.handle.call.remote(method, *args, **kwargs))

        return await self._patiently(once)

    async def stream(self, method: str, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        """The items, each as soon as it is there. After a death of the actor it is asked again for what is missing."""
        given = 0
        deadline = asyncio.get_running_loop().time() + RECOVERY_S
        while True:
            known = given
            try:
                async with aclosing(self._items(method, args, kwargs)) as items:
                    async for item in items:
                        if known:
                            known -= 1
                            continue
                        given += 1
                        yield item
                return
            except GONE:
                if not await self._worth_another_try(deadline):
                    raise

    def close(self) -> None:
        """End the connection; a later call makes another."""
        if self._client is not None:
            self._client.close()

    async def closed(self) -> None:
        """End the connection and wait for its end, as a loop must before it ends itself."""
        if self._connecting is not None:
            self._connecting.cancel()
        self.close()
        if self._client is not None:
            await self._client.closed()

    async def _items(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> AsyncGenerator[Any]:
        client = await self._straight()
        if client is not None:
            async with aclosing(client.stream(method, *args, **kwargs)) as answers:
                async for item in answers:
                    yield item
            return
        items: AsyncIterator[Any] = self.handle.stream.options(num_returns="streaming").remote(method, *args, **kwargs)
        async for item in items:
            yield unwrapped(await item)

    async def _straight(self) -> CallClient | None:
        """The connection to the actor's socket, None when it is on another machine."""
        if self._client is not None and self._client.open:
            return self._client
        if self._through_ray:
            return None
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        # One attempt for all who wait: where it fails, all of them hear of it then.
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> CallClient | None:
        try:
            self._client = await self._found()
            self._through_ray = self._client is None
        finally:
            self._connecting = None
        return self._client

    async def _found(self) -> CallClient | None:
        # Retried by Ray, the call is answered as soon as a restarted actor is there; one that failed would wait longer.
        asked = self.handle.address.options(max_task_retries=-1).remote()
        try:
            address: Address = await asyncio.wait_for(asked, RECOVERY_S)
        except TimeoutError:
            raise PeerGone(f"It has not been restarted within {RECOVERY_S:.0f} s.") from None
        if address.node != own_node() or not address.path:
            return None
        try:
            return await CallClient.connect(Path(address.path))
        except OSError as error:
            # It died in this moment, or it listens in another file system: Ray knows which, and asks again or not.
            logger.warning("no connection to %s: %s", address.path, error)
            return None

    async def _patiently(self, once: Callable[[], Awaitable[T]]) -> T:
        deadline = asyncio.get_running_loop().time() + RECOVERY_S
        while True:
            try:
                return await once()
            except GONE:
                if not await self._worth_another_try(deadline):
                    raise

    async def _worth_another_try(self, deadline: float) -> bool:
        """After a death: a pause, or False when it is too late. The actor may come back on another machine."""
        self._through_ray = False
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(PAUSE_S)
        return True


def own_node() -> str:
    """Ray's id of this machine."""
    node: str = ray.get_runtime_context().get_node_id()
    return node
