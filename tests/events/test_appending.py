"""Appends of many tasks: one transaction for those that wait, and each hears of its own fault only."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from events.appending import GroupAppender
from events.envelope import Recorded
from events.errors import LogUnavailable, UnstorableEvent, VersionConflict
from events.lesson import SessionEnded, SpeechAssessed
from events.log import Appended, Batch
from events.sealing.errors import KeysUnavailable
from events.sqlite import SQLiteEventLog
from events.values import Scores
from tests.events.samples import origin


class GatedLog(SQLiteEventLog):
    """Commits only while the gate is open, and tells how large each transaction was."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = threading.Event()
        self.gate.set()
        self.sizes: list[int] = []
        self.away = False

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        assert self.gate.wait(10)
        self.sizes.append(len(batches))
        if self.away:
            raise LogUnavailable("full", "no space")
        return super().append_many(batches)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[GatedLog]:
    with GatedLog(tmp_path / "log.sqlite") as opened:
        yield opened


def ending(stream: str, version: int = 0, reason: str = "end") -> Batch:
    return Batch(stream=stream, events=(SessionEnded(reason=reason),), expected_version=version, origin=origin())


async def appending(log: GatedLog, *batches: Batch) -> list[tuple[Recorded, ...] | BaseException]:
    """What becomes of batches that all wait while a first transaction is under way."""
    appender = GroupAppender(log)
    log.gate.clear()
    first = asyncio.create_task(appender.append(ending("first")))
    await asyncio.sleep(0.01)
    tasks = [asyncio.create_task(appender.append(batch)) for batch in batches]
    await asyncio.sleep(0.01)
    log.gate.set()
    await asyncio.wait([first])
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_tasks_that_wait_share_a_transaction(log: GatedLog) -> None:
    found = await appending(log, ending("a"), ending("b"), ending("a", 1))
    assert log.sizes == [1, 3]
    assert [(each.stream, each.version, each.position) for events in found for each in events] == [  # type: ignore[union-attr]
        ("a", 1, 2),
        ("b", 1, 3),
        ("a", 2, 4),
    ]
    assert [each.stream for each in log.tail(1, limit=9)] == ["a", "b", "a"]


async def test_what_comes_later_for_a_stream_is_appended_later(log: GatedLog) -> None:
    appender = GroupAppender(log)
    log.gate.clear()
    tasks = [asyncio.create_task(appender.append(ending("a", version))) for version in range(3)]
    await asyncio.sleep(0.01)
    tasks.append(asyncio.create_task(appender.append(ending("a", 3))))
    tasks.append(asyncio.create_task(appender.append(ending("b"))))
    await asyncio.sleep(0.01)
    log.gate.set()
    await asyncio.gather(*tasks)
    assert [each.version for each in log.read("a")] == [1, 2, 3, 4]


async def test_a_conflict_is_told_to_its_own_task_only(log: GatedLog) -> None:
    one, two, three = await appending(log, ending("a"), ending("b", 7), ending("c"))
    assert isinstance(one, tuple)
    assert isinstance(three, tuple)
    assert isinstance(two, VersionConflict)
    assert two.actual == 0
    assert [each.stream for each in log.tail(1, limit=9)] == ["a", "c"]


async def test_an_event_that_cannot_be_stored_hurts_nobody_else(log: GatedLog) -> None:
    bad = SpeechAssessed(turn=1, scores=Scores(total=float("nan")))
    refused = Batch(stream="b", events=(bad,), expected_version=0, origin=origin())
    one, two, three = await appending(log, ending("a"), refused, ending("c"))
    assert isinstance(two, UnstorableEvent)
    assert isinstance(one, tuple)
    assert isinstance(three, tuple)


async def test_a_log_that_is_away_is_told_to_all_and_then_used_again(log: GatedLog) -> None:
    appender = GroupAppender(log)
    log.away = True
    found = await asyncio.gather(*(appender.append(ending(name)) for name in "ab"), return_exceptions=True)
    assert [type(each) for each in found] == [LogUnavailable, LogUnavailable]
    assert log.sizes == [2], "nobody's append was tried twice"
    log.away = False
    (recorded,) = await appender.append(ending("a"))
    assert recorded.position == 1


async def test_a_task_that_is_cancelled_takes_nothing_back(log: GatedLog) -> None:
    appender = GroupAppender(log)
    log.gate.clear()
    task = asyncio.create_task(appender.append(ending("a")))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.01)
    log.gate.set()
    (recorded,) = await appender.append(ending("a", 1))
    assert task.cancelled()
    assert recorded.position == 2


async def test_keys_that_are_away_are_asked_for_once_and_not_for_each_that_waits(log: GatedLog) -> None:
    asked = []

    def away(batches: Sequence[Batch]) -> tuple[Appended, ...]:
        asked.append(len(batches))
        raise KeysUnavailable("unreachable", "no route")

    log.append_many = away  # type: ignore[method-assign]
    appender = GroupAppender(log)
    found = await asyncio.gather(*(appender.append(ending(name)) for name in "abc"), return_exceptions=True)
    assert [type(each) for each in found] == [KeysUnavailable] * 3
    assert asked == [3]
