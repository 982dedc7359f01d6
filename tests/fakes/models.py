"""Model actors on Ray whose engines answer at once, for tests of what Ray does to sessions."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from actors.calls.remote import Address, Listening
from actors.faults import answered_async
from tests.fakes.engines import FakeEngines


class FakeModelActor:
    """The shape of `actors.remote.ModelActor`; each answer takes ``delay_s``. ``straight`` False: only through Ray."""

    def __init__(self, kind: str, delay_s: float, straight: bool = True) -> None:
        engines = FakeEngines()
        self._engine = engines._engines[kind]
        self._use = engines._use(kind)
        self._delay_s = delay_s
        self._straight = straight
        self._listening = Listening(self.call, self.stream)

    async def address(self) -> Address:
        return await self._listening.address() if self._straight else Address(node="elsewhere")

    async def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(self._delay_s)
        return await answered_async(self._answer(method, *args, **kwargs))

    async def stream(self, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for item in getattr(self._engine, method)(*args, **kwargs):
            await asyncio.sleep(self._delay_s)
            yield item, self._use

    async def _answer(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._engine, method)(*args, **kwargs), self._use
