"""How a session reaches its engines: one asynchronous door for all kinds. Knows no Ray; see `actors.remote`."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from events.values import EngineUse

KINDS = ("vad", "asr", "prosody", "pronunciation", "language", "tutor", "voice", "face")
"""The kinds of engine that a lesson uses, in model actors or in the hosts (see `policies.placement`)."""


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
