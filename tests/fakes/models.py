"""Model actors on Ray whose engines answer at once, for tests of what Ray does to sessions."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from actors.calls.remote import Address, Listening
from actors.faults import answered_async
from tests.fakes.engines import FakeEngines


class FakeModelActor:
    """The shape of `actors.remote.ModelActor`; each answer takes ``delay_s``. ``straight`` False: only through Ray."""

    def __init__(self, delay_s: float, straight: bool = True) -> None:
        self._engines = FakeEngines()
        self._delay_s = delay_s
        self._straight = straight
        self._listening = Listening(self.call, self.stream)

    async def address(self) -> Address:
        return await self._listening.address() if self._straight else Address(node="elsewhere")

    async def call(self, kind: str, method: str, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(self._delay_s)
        return await answered_async(self._answer(kind, method, *args, **kwargs))

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for item in getattr(self._engines._engines[kind], method)(*args, **kwargs):
            await asyncio.sleep(self._delay_s)
            yield item, self._engines._use(kind)

    async def _answer(self, kind: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._engines._engines[kind], method)(*args, **kwargs), self._engines._use(kind)
