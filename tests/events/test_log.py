"""The contract of the port `EventLog`, run on every store."""

import random
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from events.codec import CODEC, Place
from events.envelope import Recorded, Unknown
from events.errors import UnstorableEvent, VersionConflict
from events.lesson import LessonEvent, SessionClaimed, SessionEnded, SpeechAssessed, TutorHeard
from events.log import Batch, EventLog
from events.memory import MemoryEventLog
from events.postgres import PostgresEventLog
from events.sealing.codec import SealingCodec
from events.sqlite import SQLiteEventLog
from events.values import Scores
from tests.events.samples import TickingClock, origin, random_event, started
from tests.fakes.keys import key_ring


@pytest.fixture(params=["memory", "sqlite", "sealed", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    if request.param == "memory":
        yield MemoryEventLog(clock=TickingClock())
    elif request.param == "postgres":
        url, schema = request.getfixturevalue("postgres_url"), f"test_{uuid4().hex}"
        with PostgresEventLog(url, schema=schema, clock=TickingClock()) as opened:
            yield opened
    else:
        codec = SealingCodec(key_ring(tmp_path)) if request.param == "sealed" else CODEC
        with SQLiteEventLog(tmp_path / "folder" / "log.sqlite", clock=TickingClock(), codec=codec) as opened:
            yield opened


class SelectiveLog(EventLog, Protocol):
    """What all of these logs can do besides."""

    def tail_of(self, types: Collection[str], after: int, *, limit: int) -> tuple[Recorded | Place, ...]: ...
    def streams(self, types: Collection[str], after: str = "", *, limit: int) -> tuple[Recorded | Place, ...]: ...
    def read_of(self, stream: str, types: Collection[str], *, upto: int) -> tuple[Recorded | Place, ...]: ...

    def read_each_of(
        self, streams: Sequence[str], types: Collection[str], *, upto: int, passed: Collection[str] = ()
    ) -> dict[str, tuple[Recorded | Place, ...]]: ...

    def begun(self, before: int | None = None, *, limit: int) -> tuple[Recorded, ...]: ...

    def count_in(self, stream: str, type: str) -> int: ...


def ended(reason: str) -> SessionEnded:
    return SessionEnded(reason=reason)


def test_appended_events_come_back_in_order_with_versions_positions_and_origin(log: EventLog) -> None:
    log.append("s1", [started()], expected_version=0, origin=origin())
    appended = log.append("s1", [ended("a"), ended("b")], expected_version=1, origin=origin(causation="command-2"))

    read = log.read("s1")

    assert [(r.version, r.position, r.type) for r in read] == [
        (1, 1, "session.started.v1"),
        (2, 2, "session.ended.v1"),
        (3, 3, "session.ended.v1"),
    ]
    assert [r.event for r in read] == [started(), ended("a"), ended("b")]
    assert read[1:] == appended
    last = read[2]
    assert (last.stream, last.learner, last.causation, last.correlation, last.tenant, last.producer) == (
        "s1",
        "ana",
        "command-2",
        "request-1",
        "local",
        "test",
    )
    assert last.time == datetime(2026, 11, 2, 9, 0, 2, tzinfo=UTC)
    assert len({r.id for r in read}) == 3


def test_read_after_a_version_leaves_out_what_the_caller_has(log: EventLog) -> None:
    log.append("s1", [ended(str(n)) for n in range(1, 6)], expected_version=0, origin=origin())

    assert [r.version for r in log.read("s1", after=3)] == [4, 5]
    assert log.read("s1", after=5) == ()


@pytest.mark.parametrize("expected", [-1, -(2**64), 2**31 - 1, 2**31, 2**63 - 2, 2**63 - 1, 2**63, 10**30])
def test_a_version_that_no_stream_has_is_a_conflict_and_hurts_no_other(log: EventLog, expected: int) -> None:
    log.append("s1", [ended("a"), ended("b")], expected_version=0, origin=origin())

    with pytest.raises(VersionConflict) as caught:
        log.append("s1", [ended("c")], expected_version=expected, origin=origin())
    assert (caught.value.expected, caught.value.actual) == (expected, 2)

    batches = [
        Batch(stream="s2", events=(ended("a"),), expected_version=expected, origin=origin()),
        Batch(stream="s1", events=(ended("c"),), expected_version=2, origin=origin()),
    ]
    conflict, (appended,) = log.append_many(batches)  # type: ignore[misc]
    assert isinstance(conflict, VersionConflict)
    assert (appended.version, log.read("s2")) == (3, ())


@pytest.mark.parametrize("after", [2**31, 2**63 - 1, 2**63, 10**30])
def test_after_a_place_that_nothing_has_there_is_nothing(log: EventLog, after: int) -> None:
    log.append("s1", [ended("a")], expected_version=0, origin=origin())

    assert (log.read("s1", after=after), log.tail(after, limit=10)) == ((), ())
    assert (len(log.read("s1", after=-after)), len(log.tail(-after, limit=10))) == (1, 1)
    assert not log.wait(after, 0)


def test_a_stream_that_does_not_exist_reads_as_empty(log: EventLog) -> None:
    assert log.read("nobody") == ()
    assert log.tail(0, limit=10) == ()


@pytest.mark.parametrize("expected", [0, 1, 3, 9])
def test_a_wrong_expected_version_is_a_conflict_and_appends_nothing(log: EventLog, expected: int) -> None:
    log.append("s1", [started(), ended("a")], expected_version=0, origin=origin())

    with pytest.raises(VersionConflict) as caught:
        log.append("s1", [ended("b"), ended("c")], expected_version=expected, origin=origin())

    assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("s1", expected, 2)
    assert [r.event for r in log.read("s1")] == [started(), ended("a")]
    assert log.append("s1", [ended("d")], expected_version=2, origin=origin())[0].position == 3


def test_a_stream_cannot_begin_in_its_middle(log: EventLog) -> None:
    with pytest.raises(VersionConflict) as caught:
        log.append("s1", [ended("a")], expected_version=4, origin=origin())

    assert caught.value.actual == 0
    assert log.tail(0, limit=10) == ()


def test_a_conflict_in_one_batch_does_not_hurt_the_others(log: EventLog) -> None:
    log.append("s2", [started()], expected_version=0, origin=origin())
    batches = [
        Batch(stream="s1", events=(ended("a"), ended("b")), expected_version=0, origin=origin()),
        Batch(stream="s2", events=(ended("c"),), expected_version=0, origin=origin()),
        Batch(stream="s3", events=(ended("d"),), expected_version=0, origin=origin("ben")),
        Batch(stream="s1", events=(ended("e"),), expected_version=2, origin=origin()),
    ]

    first, conflict, third, fourth = log.append_many(batches)

    assert isinstance(conflict, VersionConflict)
    assert (conflict.stream, conflict.expected, conflict.actual) == ("s2", 0, 1)
    assert not isinstance(first, VersionConflict)
    assert not isinstance(third, VersionConflict)
    assert not isinstance(fourth, VersionConflict)
    assert [r.position for r in (*first, *third, *fourth)] == [2, 3, 4, 5]
    assert [(r.stream, r.version) for r in log.tail(0, limit=10)] == [
        ("s2", 1),
        ("s1", 1),
        ("s1", 2),
        ("s3", 1),
        ("s1", 3),
    ]


def test_of_two_batches_for_one_version_only_the_first_is_appended(log: EventLog) -> None:
    batches = [Batch(stream="s1", events=(ended(text),), expected_version=0, origin=origin()) for text in "ab"]

    first, second = log.append_many(batches)

    assert not isinstance(first, VersionConflict)
    assert isinstance(second, VersionConflict)
    assert second.actual == 1
    assert [r.event for r in log.read("s1")] == [ended("a")]


def test_appending_no_events_changes_nothing(log: EventLog) -> None:
    assert log.append("s1", [], expected_version=7, origin=origin()) == ()
    assert log.tail(0, limit=10) == ()


def test_the_tail_gives_all_streams_in_position_order_in_steps_of_the_limit(log: EventLog) -> None:
    for n in range(7):
        stream = f"s{n % 3}"
        log.append(stream, [ended(str(n))], expected_version=n // 3, origin=origin())

    seen: list[Recorded] = []
    while page := log.tail(seen[-1].position or 0 if seen else 0, limit=3):
        assert len(page) <= 3
        seen.extend(page)

    assert [r.position for r in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert [r.event for r in seen] == [ended(str(n)) for n in range(7)]


def test_streams_are_told_by_their_first_events_the_newest_first(log: SelectiveLog) -> None:
    for stream in ("s1", "s2", "s3"):
        log.append(stream, [started(), ended("a")], expected_version=0, origin=origin())
    log.append("s1", [ended("b")], expected_version=2, origin=origin())

    newest = log.begun(limit=2)
    assert [(each.stream, each.version, each.position) for each in newest] == [("s3", 1, 5), ("s2", 1, 3)]
    assert [each.stream for each in log.begun(newest[-1].position, limit=2)] == ["s1"]
    assert log.begun(1, limit=2) == ()
    assert newest[0] == log.read("s3")[0]


def test_the_events_of_a_type_in_a_stream_are_counted(log: SelectiveLog) -> None:
    log.append("s1", [started(), ended("a"), ended("b")], expected_version=0, origin=origin())
    log.append("s2", [ended("c")], expected_version=0, origin=origin())

    assert log.count_in("s1", "session.ended.v1") == 2
    assert log.count_in("s1", "speech.uttered.v1") == 0
    assert log.count_in("nosuch", "session.ended.v1") == 0


def test_the_tail_of_some_types_tells_only_the_place_of_the_others(log: SelectiveLog) -> None:
    log.append("s1", [started(), ended("a")], expected_version=0, origin=origin())
    log.append("s2", [ended("b")], expected_version=0, origin=origin("ben"))
    log.append(
        "s1",
        [Unknown(tag="music.played.v3", payload=b'{"type":"music.played.v3"}')],
        expected_version=2,
        origin=origin(),
    )
    whole = log.tail(0, limit=10)

    seen = log.tail_of({"session.ended.v1", "music.played.v3"}, 0, limit=10)

    assert seen[0] == Place(stream="s1", version=1, type="session.started.v1", position=1)
    assert seen[1:] == whole[1:]
    assert log.tail_of({"session.ended.v1"}, 1, limit=2) == whole[1:3]


def test_an_unknown_type_is_kept_byte_for_byte(log: EventLog) -> None:
    payload = b'{"type":"music.played.v3", "bar" : 12.50,"keys":["A\\u0041"]}'
    unknown = Unknown(tag="music.played.v3", payload=payload)

    log.append("s1", [unknown], expected_version=0, origin=origin())

    (read,) = log.read("s1")
    (tailed,) = log.tail(0, limit=5)
    assert read.event == tailed.event == unknown
    assert read.type == "music.played.v3"


def test_an_event_that_cannot_be_stored_stores_nothing_of_its_batch(log: EventLog) -> None:
    bad = SpeechAssessed(turn=1, scores=Scores(total=float("nan")))

    with pytest.raises(UnstorableEvent):
        log.append("s1", [started(), bad], expected_version=0, origin=origin())

    assert log.read("s1") == ()


def test_random_histories_come_back_as_they_were_written(log: EventLog) -> None:
    rng = random.Random(20261102)
    written: dict[str, list[LessonEvent]] = {f"s{n}": [] for n in range(5)}
    order = []
    for _ in range(120):
        stream = rng.choice(list(written))
        events = [random_event(rng) for _ in range(rng.randrange(1, 4))]
        log.append(stream, events, expected_version=len(written[stream]), origin=origin())
        written[stream].extend(events)
        order.extend(events)

    for stream, events in written.items():
        assert [r.event for r in log.read(stream)] == events
        assert [r.version for r in log.read(stream)] == list(range(1, len(events) + 1))
    assert [r.event for r in log.tail(0, limit=1000)] == order


def test_waiting_ends_at_once_when_the_event_is_already_there(log: EventLog) -> None:
    log.append("s1", [ended("a")], expected_version=0, origin=origin())

    assert log.wait(0, timeout_s=0)
    assert not log.wait(1, timeout_s=0)


def test_waiting_ends_when_another_thread_appends(log: EventLog) -> None:
    woken = threading.Event()

    def wait() -> None:
        if log.wait(0, timeout_s=30):
            woken.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    log.append("s1", [ended("a")], expected_version=0, origin=origin())
    waiter.join()

    assert woken.is_set()


def test_of_threads_that_append_to_one_version_exactly_one_wins(log: EventLog) -> None:
    barrier = threading.Barrier(8)
    results: list[str] = []

    def write(name: str) -> None:
        for version in range(10):
            barrier.wait()
            try:
                log.append("s1", [ended(name)], expected_version=version, origin=origin())
            except VersionConflict:
                results.append("conflict")
            else:
                results.append("won")

    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results.count("won") == 10
    assert results.count("conflict") == 70
    assert [r.version for r in log.read("s1")] == list(range(1, 11))


def test_threads_that_write_their_own_streams_all_get_their_own_positions(log: EventLog) -> None:
    claimed: dict[str, list[int]] = {}

    def write(stream: str) -> None:
        positions: list[int] = []
        for version in range(25):
            events = (SessionClaimed(epoch=version, host=stream), TutorHeard(turn=version, heard_ms=1, text=stream))
            appended = log.append(stream, events, expected_version=2 * version, origin=origin())
            positions.extend(r.position or 0 for r in appended)
        claimed[stream] = positions

    threads = [threading.Thread(target=write, args=(f"s{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(p for positions in claimed.values() for p in positions) == list(range(1, 301))
    for recorded in log.tail(0, limit=1000):
        assert recorded.position == claimed[recorded.stream][recorded.version - 1]


def test_a_version_before_the_first_is_a_conflict(log: EventLog) -> None:
    log.append("s", [ended("1")], expected_version=0, origin=origin())
    for stream in ("s", "other"):
        with pytest.raises(VersionConflict):
            log.append(stream, [ended("2")], expected_version=-1, origin=origin())
    assert [each.version for each in log.tail(0, limit=9)] == [1]


def test_streams_are_told_by_their_first_events_page_by_page(log: SelectiveLog) -> None:
    for stream in ("s2", "s1", "s3"):
        log.append(stream, [started(session=stream), ended("a"), ended("b")], expected_version=0, origin=origin())
    log.append("other", [ended("c")], expected_version=0, origin=origin())

    first = log.streams({"session.started.v1"}, limit=3)
    rest = log.streams({"session.started.v1"}, first[-1].stream, limit=3)

    assert [(each.stream, each.version, each.position) for each in (*first, *rest)] == [
        ("other", 1, 10),
        ("s1", 1, 4),
        ("s2", 1, 1),
        ("s3", 1, 7),
    ]
    assert first[0] == Place(stream="other", version=1, type="session.ended.v1", position=10)
    assert isinstance(first[1], Recorded)
    assert first[1].event == started(session="s1")
    assert log.streams({"session.started.v1"}, "s3", limit=3) == ()


def test_of_a_stream_only_the_events_asked_for_are_read_up_to_a_position(log: SelectiveLog) -> None:
    log.append("s1", [started(), ended("a")], expected_version=0, origin=origin())
    log.append("s2", [ended("b")], expected_version=0, origin=origin())
    log.append("s1", [ended("c"), ended("d")], expected_version=2, origin=origin())

    found = log.read_of("s1", {"session.ended.v1"}, upto=4)

    assert [(each.version, each.position) for each in found] == [(1, 1), (2, 2), (3, 4)]
    assert found[0] == Place(stream="s1", version=1, type="session.started.v1", position=1)
    assert [each.event for each in found if isinstance(each, Recorded)] == [ended("a"), ended("c")]
    assert log.read_of("nobody", {"session.ended.v1"}, upto=4) == ()
    each = log.read_each_of(("s2", "nobody", "s1"), {"session.ended.v1"}, upto=4)
    assert list(each.items()) == [("s2", each["s2"]), ("nobody", ()), ("s1", found)]
    assert [(told.version, told.position) for told in each["s2"]] == [(1, 3)]
    assert log.read_each_of((), {"session.ended.v1"}, upto=4) == {}
    ends = log.read_each_of(("s1", "s2"), {"session.ended.v1"}, upto=4, passed={"session.started.v1"})
    assert ends == {"s1": found[1:], "s2": each["s2"]}
    starts = log.read_each_of(("s1", "s2"), {"session.started.v1"}, upto=4, passed={"session.ended.v1"})
    assert [[told.version for told in own] for own in starts.values()] == [[1], []]
