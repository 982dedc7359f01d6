"""How a session reaches its engines: one asynchronous door for all kinds. Knows no Ray; see `actors.remote`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from actors.chain import EngineChain
from events.values import EngineUse

KINDS = ("vad", "asr", "prosody", "pronunciation", "language", "tutor", "voice", "face")
"""The kinds of engine that a lesson uses, each in a model actor of its own."""


class Engines(Protocol):
    """Calls engines by kind; each answer comes with the use that was made of the chain."""

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        """The answer of the first engine of the chain that gives one.

        Raises `actors.chain.ChainExhausted` when none does, `actors.ports.EngineInputError` on bad input.
        """
        ...

    def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        """The items of an engine's iterator, each as soon as it is there. Raises as `call` does."""
        ...


class LocalEngines:
    """Engines in worker threads of this process: what a model actor does, without Ray."""

    def __init__(self, chains: Callable[[str], EngineChain]) -> None:
        self._make = chains
        self._chains: dict[str, EngineChain] = {}

    def chain(self, kind: str) -> EngineChain:
        """The chain of a kind, built at first use."""
        if kind not in self._chains:
            self._chains[kind] = self._make(kind)
        return self._chains[kind]

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> tuple[Any, EngineUse]:
        return await asyncio.to_thread(self.chain(kind).call, method, *args, **kwargs)

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        items = await asyncio.to_thread(lambda: iter(self.chain(kind).stream(method, *args, **kwargs)))
        while (item := await asyncio.to_thread(next, items, None)) is not None:
            yield item
