"""Events appended per second: our log beside `eventsourcing`'s plain save, same events, same stores, in turns.

``python -m bench.log``. Every way waits for the disk at each commit (SQLite with ``synchronous=FULL``, PostgreSQL with
``synchronous_commit=on``; both are their defaults, which `eventsourcing` uses too). The time of an append is from the
call to its acknowledgement. PostgreSQL is the server of the wheel, on a Unix socket, or the one that ``--postgres``
names; it is measured in schemas of their own.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import uvloop
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from bench.lessons import lesson
from bench.machine import machine, percentile, spread
from events.appending import GroupAppender
from events.envelope import Origin
from events.lesson import LessonEvent
from events.log import Batch
from events.postgres import PostgresEventLog
from events.recorder_log import RecorderEventLog
from events.sqlite import SQLiteEventLog
from tests.servers.postgres import postgres

ORIGIN = Origin(learner="ana", causation="c", correlation="r", producer="bench")
SESSIONS = (64, 192)
"""So many sessions of a host append at once: the more, the fewer waits for the disk there are for an event."""
ALONE = 16
"""Lessons that a single writer appends: enough to see how fast it is, and no more to wait for."""
WHOLE = 64
"""Lessons that are appended whole."""


class Timing(Struct):
    """One round: events a second, and the milliseconds of each append."""

    per_second: float
    calls_ms: list[float]


class Store(Struct, frozen=True):
    """A place for one round: our log in it, and `eventsourcing`'s settings for it."""

    log: Callable[[], RecorderEventLog]
    plain: Mapping[str, str]


class Lesson(Aggregate):
    """The same lesson as an aggregate of `eventsourcing`."""

    @event("Happened")
    def happen(self, type: str, data: str) -> None:
        """Record one of our events, its payload as the JSON that our log would store."""
        self.last = type


def lessons(count: int) -> list[list[LessonEvent]]:
    """Lessons of some 165 events each."""
    rng = random.Random(7)
    return [lesson(rng, f"learner-{n % 50}", f"s{n}") for n in range(count)]


def one_by_one(store: Store, streams: list[list[LessonEvent]]) -> Timing:
    """One writer, one event an append."""
    with store.log() as log:
        calls = [
            partial(log.append, f"s{n}", [each], expected_version=version, origin=ORIGIN)
            for n, events in enumerate(streams[:ALONE])
            for version, each in enumerate(events)
        ]
        return _timed(calls)


def from_sessions(store: Store, streams: list[list[LessonEvent]], sessions: int) -> Timing:
    """The sessions of one host, one event an append, each waiting for its own: those that wait share a transaction."""
    calls_ms: list[float] = []

    async def session(appender: GroupAppender, stream: str, events: list[LessonEvent]) -> None:
        for version, each in enumerate(events):
            began = time.perf_counter()
            await appender.append(Batch(stream=stream, events=(each,), expected_version=version, origin=ORIGIN))
            calls_ms.append((time.perf_counter() - began) * 1e3)

    async def host(log: RecorderEventLog) -> float:
        appender = GroupAppender(log)
        # All sessions would wait for the first connection, which no host in service opens but once.
        await appender.append(Batch(stream="first", events=(streams[0][0],), expected_version=0, origin=ORIGIN))
        # In service no two sessions are at the same place of their lessons; else the large events would come together.
        apart = [events[n % len(events) :] + events[: n % len(events)] for n, events in enumerate(streams[:sessions])]
        began = time.perf_counter()
        await asyncio.gather(*(session(appender, f"s{n}", events) for n, events in enumerate(apart)))
        return time.perf_counter() - began

    with store.log() as log:
        took_s = uvloop.run(host(log))
    return Timing(len(calls_ms) / took_s, calls_ms)


def whole_lessons(store: Store, streams: list[list[LessonEvent]]) -> Timing:
    """One writer, a whole lesson an append."""
    with store.log() as log:
        calls = [
            partial(log.append, f"s{n}", events, expected_version=0, origin=ORIGIN)
            for n, events in enumerate(streams[:WHOLE])
        ]
        return _timed(calls, events=sum(map(len, streams[:WHOLE])))


def plain_saves(store: Store, streams: list[list[LessonEvent]]) -> Timing:
    """`eventsourcing`: one event a save."""
    application: Application[Any] = Application(store.plain)
    calls = [
        partial(_save, application, lesson, [each])
        for lesson, events in [(Lesson(), events) for events in streams[:ALONE]]
        for each in events
    ]
    timing = _timed(calls)
    application.close()
    return timing


def whole_saves(store: Store, streams: list[list[LessonEvent]]) -> Timing:
    """`eventsourcing`: a whole lesson a save."""
    application: Application[Any] = Application(store.plain)
    calls = [partial(_save, application, Lesson(), events) for events in streams[:WHOLE]]
    timing = _timed(calls, events=sum(map(len, streams[:WHOLE])))
    application.close()
    return timing


def _save(application: Application[Any], lesson: Lesson, events: list[LessonEvent]) -> None:
    for each in events:
        lesson.happen(type=type(each).__name__, data=msgspec.json.encode(each).decode())
    application.save(lesson)


def _timed(calls: Sequence[Callable[[], object]], events: int | None = None) -> Timing:
    calls_ms = []
    began = time.perf_counter()
    for call in calls:
        start = time.perf_counter()
        call()
        calls_ms.append((time.perf_counter() - start) * 1e3)
    return Timing((events or len(calls)) / (time.perf_counter() - began), calls_ms)


PLAIN = "eventsourcing, one event a save"
WAYS: dict[str, Callable[[Store, list[list[LessonEvent]]], Timing]] = {
    PLAIN: plain_saves,
    "ours, one event an append": one_by_one,
    **{f"ours, {n} sessions of a host at once": partial(from_sessions, sessions=n) for n in SESSIONS},
    "eventsourcing, a whole lesson a save": whole_saves,
    "ours, a whole lesson an append": whole_lessons,
}


def in_sqlite(folder: Path) -> Store:
    """New files in ``folder``."""
    name = uuid4().hex
    plain = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / f"{name}-plain.sqlite")}
    return Store(lambda: SQLiteEventLog(folder / f"{name}.sqlite"), plain)


def in_postgres(url: str) -> Store:
    """A new schema in the database at ``url``."""
    parts, schema = conninfo_to_dict(url), f"bench_{uuid4().hex}"
    plain = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts.get("dbname", "")),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts.get("user", "")),
        "POSTGRES_PASSWORD": str(parts.get("password") or "none"),
        "POSTGRES_SCHEMA": "public",
    }
    return Store(lambda: PostgresEventLog(url, schema=schema), plain)


def measure(title: str, store: Callable[[], Store], rounds: int) -> None:
    """All ways in turns, and a table of them."""
    streams = lessons(max(SESSIONS))
    timings: dict[str, list[Timing]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, append in WAYS.items():
            timings[way].append(append(store(), streams))
    table = Table("way", "events/s", "of plain", "ms to acknowledge, p50", "p99", title=title, caption=machine())
    for way, measured in timings.items():
        calls_ms = [ms for timing in measured for ms in timing.calls_ms]
        ratios = [timing.per_second / plain.per_second for timing, plain in zip(measured, timings[PLAIN], strict=True)]
        table.add_row(
            way,
            spread([timing.per_second for timing in measured]),
            f"{percentile(ratios, 0.5):.1f}",
            f"{percentile(calls_ms, 0.5):.2f}",
            f"{percentile(calls_ms, 0.99):.2f}",
        )
    Console(width=120).print(table)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.log", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (the disk is what is measured)")
    parser.add_argument("--postgres", default="", metavar="URL")
    options = parser.parse_args(arguments)
    size = [len(msgspec.json.encode(each)) for events in lessons(WHOLE) for each in events]
    print(f"Events of {sum(size) / len(size):,.0f} bytes on average; {options.rounds} rounds, median (range)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        measure("Events appended to SQLite", partial(in_sqlite, folder), options.rounds)
        try:
            url = options.postgres or stack.enter_context(postgres())
        except ImportError as error:
            print(f"no PostgreSQL here: {error}; name one with --postgres", file=sys.stderr)
            return
        measure("Events appended to PostgreSQL", partial(in_postgres, url), options.rounds)


if __name__ == "__main__":
    main()
