"""A session that another host has claimed, and acknowledgements that come late, twice or never."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from actors.gateway import Gateway
from actors.hearing.errors import AudioError
from actors.hosting.host import SessionHost
from actors.hosting.lesson import Rest
from actors.ports import EngineError
from actors.session.commands import End, Rate, Start
from actors.session.errors import SessionFenced
from events.blobs import BlobStore
from events.errors import LogUnavailable
from events.lesson import SessionStarted, SpeechUttered, TutorRendered
from events.log import Appended, Batch
from events.memory import MemoryEventLog
from tests.actors.hosting.room import chunks_of, speech
from tests.fakes.engines import FakeEngines
from tests.fakes.hosts import LocalHosts


class ForgetfulLog(MemoryEventLog):
    """A log that can commit without saying so."""

    def __init__(self) -> None:
        super().__init__()
        self.mute = False

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        appended = super().append_many(batches)
        if self.mute:
            raise LogUnavailable("unreachable", "the answer was lost")
        return appended


class Two:
    """Two hosts on one log, and a gateway whose calls go to ``hosts.host``."""

    def __init__(self, folder: Path) -> None:
        self.log = ForgetfulLog()
        self.engines = FakeEngines()
        self.hosts = LocalHosts(self.log, BlobStore(folder, durable=False), self.engines)
        self.first, self.second = self.hosts.host, self.hosts.make()
        self.gateway = Gateway(self.hosts)

    async def start(self) -> None:
        started = SessionStarted(
            session="s1", learner="ana", seed=1, tutor="joe", goal="talk", level="A2", mode="conversation",
            endpointing="manual",
        )  # fmt: skip
        await self.first.start(Start(id="start", started=started))
        await self.drawn(0)

    async def drawn(self, turn: int) -> None:
        """Wait until the face of the turn's second sentence has been drawn."""
        async with asyncio.timeout(10):
            while not any(e.turn == turn and e.segment == 1 and e.last for e in self.of(TutorRendered)):
                await asyncio.sleep(0.005)

    def of(self, kind: type[Any]) -> list[Any]:
        return [item.event for item in self.log.read("s1") if isinstance(item.event, kind)]

    def version(self) -> int:
        return self.log.read("s1")[-1].version


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    two = Two(tmp_path)
    await two.start()
    yield two
    for host in (two.first, two.second):
        for name in list(host._lessons):
            host._forget(name)


async def test_a_host_that_has_lost_a_session_tells_where_it_stands_by_the_log(two: Two) -> None:
    await two.second.type_text("s1", "ana", "t1", 1, "hello")
    await two.drawn(1)
    shown = two.version()
    where = await two.gateway.where("s1", "ana")
    assert where.turn == 2
    assert where.version > shown, "the host has claimed the session again"


async def test_a_client_that_has_seen_more_than_the_host_makes_it_look_at_the_log(two: Two) -> None:
    await two.second.type_text("s1", "ana", "t1", 1, "hello")
    await two.drawn(1)
    with pytest.raises(SessionFenced):
        await two.first.poll("s1", "ana", two.version(), 0, 0.0)


async def test_an_idle_poll_passes_on_what_another_host_has_appended_without_claiming(two: Two) -> None:
    before = two.version()
    await two.second.type_text("s1", "ana", "t1", 1, "hello")
    await two.drawn(1)
    await two.second.submit("s1", "ana", End(id="x"))
    after = two.version()
    heard = await two.first.poll("s1", "ana", before, 10_000, 0.01)
    assert [version for version, _ in heard.events] == list(range(before + 1, after + 1))
    assert two.version() == after


async def test_a_host_that_follows_another_one_writes_nothing(two: Two) -> None:
    known = two.version()
    await two.second.submit("s1", "ana", Rate(id="r1", turn=0, stars=5))
    await two.first.poll("s1", "ana", known, 10_000, 0.01)
    before = two.version()
    with pytest.raises(SessionFenced):
        await two.first.submit("s1", "ana", Rate(id="r2", turn=0, stars=1))
    assert two.version() == before


async def test_a_session_whose_host_has_fallen_silent_with_work_to_do_is_taken_over(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.engines.delay_s = 0.01
    await two.second.type_text("s1", "ana", "t1", 1, "hello")
    two.second._forget("s1")
    monkeypatch.setattr("actors.hosting.learner_session.LONGEST_SILENCE_S", 0.02)
    after = two.version()
    async with asyncio.timeout(10):
        while not any(e.turn == 1 and e.segment == 1 and e.last for e in two.of(TutorRendered)):
            after = (await two.gateway.poll("s1", "ana", after, 0, 0.03)).version
    assert len(two.of(SpeechUttered)) == 1


async def test_what_a_host_would_refuse_for_turns_that_it_missed_is_done_by_the_log(two: Two) -> None:
    await two.second.type_text("s1", "ana", "t1", 1, "hello")
    await two.gateway.submit("s1", "ana", Rate(id="r1", turn=1, stars=4))
    await two.hosts.make().type_text("s1", "ana", "t2", 2, "hello")
    assert (await two.gateway.audio("s1", "ana", 3, 0, chunks_of(speech(0.4)))).next_chunk == 4
    assert await two.gateway.end_recording("s1", "ana", "e3", 3) == two.log.read("s1")[-1].version
    assert [e.turn for e in two.of(SpeechUttered)] == [1, 2, 3]


async def test_a_host_that_finds_itself_fenced_has_the_session_again_at_the_next_call(two: Two) -> None:
    await two.second.poll("s1", "ana", 0, 0, 0.0)
    await two.gateway.submit("s1", "ana", Rate(id="r1", turn=0, stars=3))
    assert two.log.read("s1")[-1].causation == "r1"


async def test_an_utterance_whose_acknowledgement_was_lost_is_answered_though_nobody_repeats_it(two: Two) -> None:
    two.log.mute = True
    with pytest.raises(LogUnavailable):
        await two.first.type_text("s1", "ana", "t1", 1, "hello")
    two.log.mute = False
    before = two.version()
    await two.first.poll("s1", "ana", before, 10_000, 0.01)
    await two.drawn(1)


async def test_the_end_of_a_recording_that_comes_twice_is_acknowledged_when_the_log_has_it(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    keep = type(two.first._resources).keep_audio

    async def later(resources: Any, *args: Any) -> Any:
        await go_on.wait()
        return await keep(resources, *args)

    await two.first.audio("s1", "ana", 1, 0, chunks_of(speech(0.4)), "pcm16")
    monkeypatch.setattr(type(two.first._resources), "keep_audio", later)
    ends = [asyncio.create_task(_end(two.first)) for _ in range(2)]
    done, _ = await asyncio.wait(ends, timeout=0.1)
    assert not done
    go_on.set()
    await asyncio.gather(*ends)
    assert len(two.of(SpeechUttered)) == 1


async def test_a_recording_of_which_another_host_has_the_rest_is_whole_before_it_ends(two: Two) -> None:
    chunks = chunks_of(speech(0.8))
    await two.second.poll("s1", "ana", 0, 0, 0.0)
    await two.gateway.where("s1", "ana")
    await two.gateway.audio("s1", "ana", 1, 0, chunks[:4])
    two.hosts.host = two.second
    await two.gateway.audio("s1", "ana", 1, 4, chunks[4:])
    two.hosts.host = two.first
    await two.gateway.end_recording("s1", "ana", "e1", 1)
    assert [e.duration_ms for e in two.of(SpeechUttered)] == [800]


async def test_an_end_that_comes_late_does_not_end_a_recording_that_was_begun_anew(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def lost(*args: Any) -> int:
        asked.set()
        await go_on.wait()
        raise AudioError("chunk_out_of_order", "The recording was lost.")

    chunks = chunks_of(speech(0.8))
    await two.gateway.audio("s1", "ana", 1, 0, chunks)
    monkeypatch.setattr(two.first, "end_recording", lost)
    late = asyncio.create_task(two.gateway.end_recording("s1", "ana", "e1", 1))
    await asked.wait()
    monkeypatch.undo()
    await two.gateway.cancel_recording("s1", "ana", 1)
    await two.gateway.audio("s1", "ana", 1, 0, chunks[:2])
    go_on.set()
    with pytest.raises(AudioError, match="recorded anew"):
        await late
    await two.gateway.audio("s1", "ana", 1, 2, chunks[2:])
    await two.gateway.end_recording("s1", "ana", "e1", 1)
    assert [e.duration_ms for e in two.of(SpeechUttered)] == [800]


async def test_a_recording_that_was_lost_on_its_way_to_the_log_is_wanted_again_from_whoever_ended_it_twice(
    two: Two,
) -> None:
    await two.first.audio("s1", "ana", 1, 0, chunks_of(speech(0.4)), "pcm16")
    two.hosts.host._resources.blobs.put = _full  # type: ignore[method-assign,attr-defined]
    ends = await asyncio.gather(_end(two.first), _end(two.first), return_exceptions=True)
    assert [type(error) for error in ends] == [LogUnavailable, AudioError]
    assert ends[1].code == "chunk_out_of_order"  # type: ignore[union-attr]


async def test_a_recording_that_was_not_listened_to_to_its_end_is_refused_instead_of_cut(two: Two) -> None:
    await two.gateway.audio("s1", "ana", 1, 0, chunks_of(speech(0.8)))
    await asyncio.sleep(0.05)
    two.engines.faults["vad"] = EngineError("no ears")
    two.gateway.hold("s1", 1, 8, chunks_of(speech(0.8)))
    with pytest.raises(EngineError, match="no ears"):
        await two.gateway.end_recording("s1", "ana", "e1", 1)
    del two.engines.faults["vad"]
    await two.gateway.end_recording("s1", "ana", "e1", 1)
    assert [e.duration_ms for e in two.of(SpeechUttered)] == [1600]


async def _end(host: SessionHost) -> int:
    return await host.end_recording("s1", "ana", "e1", 1, None, Rest())


def _full(*_: object) -> None:
    raise LogUnavailable("full", "no space left")
