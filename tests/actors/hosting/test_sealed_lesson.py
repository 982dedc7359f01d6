"""Lessons on a sealed log with sealed blobs: they go on, are replayed, and end when their learner is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.gateway import Gateway
from actors.session.commands import End, Rate
from events import lesson
from events.blobs import BlobStore
from events.codec import CODEC
from events.sealing.blobs import LearnerBlobs
from events.sealing.codec import SealingCodec
from events.sealing.errors import LearnerForgotten
from events.sqlite import SQLiteEventLog
from replay.sessions.session import digest_of, frames_of, replay
from tests.actors.hosting.room import Room
from tests.events.destroyed import destroy_and_tell
from tests.fakes.engines import FakeEngines
from tests.fakes.hosts import LocalHosts
from tests.fakes.keys import StillClock, key_ring


class SealedRoom(Room):
    """A gateway on a sealed log in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = StillClock()
        self.keys = key_ring(folder, self.clock)
        self.log = SQLiteEventLog(folder / "log.sqlite", codec=SealingCodec(self.keys))  # type: ignore[assignment]
        self.blobs = LearnerBlobs(BlobStore(folder / "blobs", durable=False), self.keys)
        self.engines = FakeEngines()
        self.hosts = LocalHosts(
            self.log,
            self.blobs,
            self.engines,
            forgotten_at=self.keys.forgotten_at,  # type: ignore[arg-type]  # the same shape
        )
        self.gateway = Gateway(self.hosts)

    def forget(self) -> None:
        """Forget the learner, as another process does."""
        destroy_and_tell(key_ring(self.folder), "ana")
        self.clock.advance(1.0)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[SealedRoom]:
    room = SealedRoom(tmp_path)
    yield room
    room.hosts.kill()
    room.log.close()  # type: ignore[attr-defined]


async def test_a_sealed_lesson_goes_its_way_and_on_after_a_crash(room: SealedRoom) -> None:
    await room.start()
    await room.say(1)
    await room.answered(1)
    room.hosts.kill()
    await room.gateway.type_text("s1", "ana", "t2", 2, "I like aquamarine")
    await room.answered(2)

    replied = next(e for e in room.events() if isinstance(e, lesson.TutorReplied) and e.turn == 2)
    assert replied.text == "You said: I like aquamarine."
    stored = [path.read_bytes() for path in room.folder.rglob("*") if path.is_file()]
    assert not any(word in data for data in stored for word in (b"aquamarine", b"fLaC", b"ftyp"))


async def test_its_replay_is_that_of_a_lesson_in_the_clear(room: SealedRoom, tmp_path: Path) -> None:
    await room.start()
    await room.say(1)
    await room.answered(1)
    recorded = room.log.read("s1")
    clear = tuple(CODEC.decode(CODEC.encode(each), position=each.position) for each in recorded)

    replayed = replay(recorded, room.blobs)

    assert clear == recorded
    assert digest_of(replayed.frames) == digest_of(frames_of(clear, room.blobs.of("ana").get))
    video = next(e for e in room.events() if isinstance(e, lesson.TutorRendered))
    assert len(room.blobs.of("ana").get(video.init.sha256)) == video.init.size_bytes


async def test_a_forgotten_lesson_is_replayed_without_what_was_personal(room: SealedRoom) -> None:
    await room.start()
    await room.gateway.type_text("s1", "ana", "t1", 1, "I like aquamarine")
    await room.answered(1)
    before = replay(room.log.read("s1"), room.blobs)
    room.hosts.kill()
    room.forget()

    after = replay(room.log.read("s1"), room.blobs)

    assert len(after.frames) == len(before.frames)
    assert "aquamarine" in repr(before)
    assert "aquamarine" not in repr(after)
    assert after.state.started is not None
    assert (after.state.started.level, after.state.version) == ("A2", before.state.version)


async def test_a_lesson_that_goes_on_while_its_learner_is_forgotten_ends(room: SealedRoom) -> None:
    await room.start()
    room.forget()
    version = len(room.log.read("s1"))

    with pytest.raises(LearnerForgotten):
        await room.gateway.submit("s1", "ana", Rate(id="r1", turn=0, stars=5, comment="aquamarine"))
    with pytest.raises(LearnerForgotten):
        await room.gateway.type_text("s1", "ana", "t1", 1, "I like aquamarine")

    assert len(room.log.read("s1")) == version


async def test_work_under_way_stops_when_the_learner_is_forgotten(room: SealedRoom) -> None:
    await room.start()
    session = room.hosts.host._lessons["s1"].session
    room.keys.for_writing("ana")
    typed = asyncio.create_task(room.gateway.type_text("s1", "ana", "t1", 1, "I like tea"))
    while not any(isinstance(e, lesson.SpeechUttered) for e in room.events()):
        await asyncio.sleep(0)
    room.forget()
    await asyncio.gather(typed, return_exceptions=True)

    async with asyncio.timeout(10):
        while session._tasks:
            await asyncio.sleep(0.005)

    assert not any(isinstance(e, lesson.TutorRendered) and e.turn == 1 and e.last for e in room.events())


async def test_a_forgotten_learner_may_begin_again(room: SealedRoom) -> None:
    await room.start()
    room.forget()

    await room.start("s2")

    assert not room.log.read("s2")[0].forgotten
    assert room.log.read("s1")[0].forgotten


async def test_nothing_of_a_forgotten_lesson_is_told_again_by_a_host_that_had_it_in_memory(room: SealedRoom) -> None:
    await room.start()
    await room.gateway.type_text("s1", "ana", "t1", 1, "I like aquamarine")
    await room.answered(1)
    waiting = asyncio.create_task(room.hosts.host.poll("s1", "ana", len(room.log.read("s1")), -1, 60.0))
    await asyncio.sleep(0)
    room.forget()
    await room.start("s2")

    dropped = await room.hosts.host.drop_forgotten()

    assert dropped == 1
    assert "aquamarine" not in repr(await waiting)
    for call in (room.hosts.host.poll("s1", "ana", 0, -1, 0.0), room.hosts.host.where("s1", "ana")):
        with pytest.raises(LearnerForgotten):
            await call
    assert await room.hosts.host.held() == 1, "the lesson that began afterwards goes on"


async def test_a_lesson_that_had_ended_does_not_come_back_either(room: SealedRoom) -> None:
    await room.start()
    await room.gateway.submit("s1", "ana", End(id="e1"))
    room.hosts.kill()
    room.forget()

    with pytest.raises(LearnerForgotten):
        await room.gateway.where("s1", "ana")
