"""A gateway and a host on a log in memory, with engines that answer at once, and what a client would do with them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actors.gateway import Gateway
from actors.session.commands import Start
from events import lesson
from events.blobs import BlobStore
from events.errors import LogUnavailable
from events.lesson import LessonEvent, SessionStarted
from events.log import Appended, Batch
from events.memory import MemoryEventLog
from tests.fakes.engines import FakeEngines
from tests.fakes.hosts import LocalHosts

CHUNK = 3_200


class FillableLog(MemoryEventLog):
    """A log whose disk can be full."""

    full = False

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        if self.full:
            raise LogUnavailable("full", "no space left")
        return super().append_many(batches)


class Room:
    """A gateway on an in-memory log, and what a client would do with it."""

    def __init__(self, folder: Path) -> None:
        self.log = FillableLog()
        self.engines = FakeEngines()
        self.hosts = LocalHosts(self.log, BlobStore(folder, durable=False), self.engines)
        self.gateway = Gateway(self.hosts)

    async def start(self, session: str = "s1", **fields: str) -> None:
        wanted = {"tutor": "joe", "goal": "talk", "level": "A2", "mode": "conversation", "endpointing": "manual"}
        started = SessionStarted(session=session, learner="ana", seed=1, **{**wanted, **fields})
        await self.gateway.start(Start(id=f"start-{session}", started=started))
        await self.until(session, lambda events: any(isinstance(e, lesson.TutorRendered) and e.last for e in events))

    def events(self, session: str = "s1") -> list[LessonEvent]:
        return [item.event for item in self.log.read(session)]

    async def until(self, session: str, done: object) -> None:
        async with asyncio.timeout(10):
            while not done(self.events(session)):  # type: ignore[operator]
                await asyncio.sleep(0.005)

    async def answered(self, turn: int, session: str = "s1") -> None:
        """Wait until the turn's last segment has its last fragment."""

        def done(events: list[LessonEvent]) -> bool:
            last = [e.segment for e in events if isinstance(e, lesson.TutorSpoken) and e.turn == turn and e.last]
            drawn = [e.segment for e in events if isinstance(e, lesson.TutorRendered) and e.turn == turn and e.last]
            return bool(last) and last[0] in drawn

        await self.until(session, done)

    async def say(self, turn: int, seconds: float = 1.0, session: str = "s1") -> None:
        await self.gateway.audio(session, "ana", turn, 0, chunks_of(speech(seconds)))
        await self.gateway.end_recording(session, "ana", f"end-{turn}", turn)


def speech(seconds: float) -> bytes:
    time = np.arange(int(16_000 * seconds)) / 16_000
    return (8000 * np.sin(2 * np.pi * 200 * time)).astype("<i2").tobytes()


def silence(seconds: float) -> bytes:
    return bytes(int(16_000 * seconds) * 2)


def chunks_of(pcm: bytes) -> list[bytes]:
    return [pcm[start : start + CHUNK] for start in range(0, len(pcm), CHUNK)]
