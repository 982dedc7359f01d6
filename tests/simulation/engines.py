"""Engines of a simulated lesson: the fakes, in little sound, which take their time and fail."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from actors.ports import EngineError, Speech
from events.values import EngineUse, Phoneme
from tests.fakes.engines import SAMPLE_RATE_HZ, FakeEngines
from tests.simulation.faults import Faults

FRAME = 640


class BriefVoice:
    """Two segments of 40 ms for a question, one for any other sentence."""

    def speak(self, text: str, *, tutor: str, rate: float = 1.0) -> Any:
        count = 2 if text.endswith("?") else 1
        for number in range(count):
            yield Speech(
                text=text,
                pcm=bytes(2 * FRAME),
                sample_rate_hz=SAMPLE_RATE_HZ,
                phonemes=(Phoneme(ipa="ə", start_ms=0, end_ms=40),),
                voice="brief",
                rate=rate,
                last=number == count - 1,
            )


class UnreliableEngines(FakeEngines):
    """Engines that fail before their first item or between two."""

    def __init__(self, rng: random.Random, faults: Faults) -> None:
        super().__init__()
        self._rng = rng
        self._faults = faults
        self._engines["voice"] = BriefVoice()

    async def stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[Any, EngineUse]]:
        await self._before(kind, method)
        for item in getattr(self._engines[kind], method)(*args, **kwargs):
            yield item, self._use(kind)
            await self._before(kind, method)

    async def _before(self, kind: str, method: str) -> None:
        drawn = self._rng.random()
        await asyncio.sleep(0.0 if drawn < 0.3 else 0.1 * drawn if drawn < 0.95 else 2.0 * drawn)
        if self._faults.strikes(f"{kind} fails"):
            raise EngineError("simulated")
