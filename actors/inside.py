"""Engines inside this process, and the choice between them and those elsewhere. Knows no Ray."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from actors.chain import EngineChain
from actors.engines import Engines
from events.values import EngineUse

THREADS = 32
"""Calls of one kind at once in a host: a provider's network keeps each for seconds."""


class InsideEngines:
    """`actors.engines.Engines` over chains of this process, called in threads of their own.

    A chain is made at its first call; see `EngineChain.prepare` for loading its engine ahead. ``threads`` are for each
    kind: further calls of that kind queue.
    """

    def __init__(self, make: Callable[[str], EngineChain], *, threads: int = THREADS) -> None:
        self._make = make
        self._count = threads
        self._chains: dict[str, EngineChain] = {}
        self._making = threading.Lock()
        self._threads: dict[str, ThreadPoolExecutor] = {}

    def chain(self, kind: str) -> EngineChain:
        """The chain of a kind."""
        with self._making:
            if kind not in self._chains:
                self._chains[kind] = self._make(kind)
            return self._chains[kind]

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        """See `Engines.call`."""

        def answer() -> tuple[Any, EngineUse]:
            return self.chain(kind).call(method, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads_of(kind), answer)

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        """See `Engines.stream`. One thread draws all items; a reader who leaves stops it after the item under way."""
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[tuple[Any, EngineUse] | None] = asyncio.Queue()
        left = threading.Event()

        def draw() -> None:
            stream = self.chain(kind).stream(method, *args, **kwargs)
            try:
                for item in stream:
                    if left.is_set():
                        return
                    loop.call_soon_threadsafe(items.put_nowait, item)
            finally:
                stream.close()
                if not left.is_set():
                    loop.call_soon_threadsafe(items.put_nowait, None)

        drawing = loop.run_in_executor(self._threads_of(kind), draw)
        try:
            while (item := await items.get()) is not None:
                yield item
            await drawing
        finally:
            left.set()

    def _threads_of(self, kind: str) -> ThreadPoolExecutor:
        """Threads for this kind alone: a tutor that hangs must not keep the ears waiting."""
        if kind not in self._threads:
            self._threads[kind] = ThreadPoolExecutor(self._count, thread_name_prefix=f"engine-{kind}")
        return self._threads[kind]


class PlacedEngines:
    """`actors.engines.Engines` that asks ``inside`` for the kinds ``here`` and ``elsewhere`` for all others."""

    def __init__(self, here: tuple[str, ...], inside: Engines, elsewhere: Engines) -> None:
        self._at: Mapping[str, Engines] = dict.fromkeys(here, inside)
        self._elsewhere = elsewhere

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        """See `Engines.call`."""
        return await self._at.get(kind, self._elsewhere).call(kind, method, *args, **kwargs)

    def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        """See `Engines.stream`."""
        return self._at.get(kind, self._elsewhere).stream(kind, method, *args, **kwargs)
