"""Events appended per second: our log beside `eventsourcing`'s plain save, same events, same disk, in turns.

``python -m bench.log``. Every way waits for the disk at each commit (``synchronous=FULL``, SQLite's default, which is
also what `eventsourcing` uses), except the one that says NORMAL.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.lessons import lesson
from bench.machine import machine, percentile, spread
from events.envelope import Origin
from events.lesson import LessonEvent
from events.log import Batch
from events.sqlite import SQLiteEventLog

ORIGIN = Origin(learner="ana", causation="c", correlation="r", producer="bench")
THREADS = 16


class Timing(Struct):
    """One round: events a second, and the milliseconds of each append."""

    per_second: float
    calls_ms: list[float]


class Lesson(Aggregate):
    """The same lesson as an aggregate of `eventsourcing`."""

    @event("Happened")
    def happen(self, type: str, data: str) -> None:
        """Record one of our events, its payload as the JSON that our log would store."""
        self.last = type


def lessons(count: int) -> list[list[LessonEvent]]:
    """Lessons of 62 events each."""
    rng = random.Random(7)
    return [lesson(rng, f"learner-{n % 50}", f"s{n}") for n in range(count)]


def one_by_one(folder: Path, streams: list[list[LessonEvent]], synchronous: str = "FULL") -> Timing:
    """One writer, one event an append."""
    with SQLiteEventLog(folder / "log.sqlite", synchronous=synchronous) as log:
        calls = [
            lambda n=n, version=version, each=each: log.append(f"s{n}", [each], expected_version=version, origin=ORIGIN)
            for n, events in enumerate(streams)
            for version, each in enumerate(events)
        ]
        return _timed(calls)


def one_by_one_normal(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """As above, but a power cut may take back the last commits."""
    return one_by_one(folder, streams, "NORMAL")


def from_threads(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """Sixteen writers at once, one event an append: those that wait share a transaction."""
    calls_ms: list[float] = []
    with SQLiteEventLog(folder / "log.sqlite") as log:

        def write(mine: list[tuple[int, list[LessonEvent]]]) -> None:
            for n, events in mine:
                for version, each in enumerate(events):
                    began = time.perf_counter()
                    log.append(f"s{n}", [each], expected_version=version, origin=ORIGIN)
                    calls_ms.append((time.perf_counter() - began) * 1e3)

        numbered = list(enumerate(streams))
        threads = [threading.Thread(target=write, args=(numbered[k::THREADS],)) for k in range(THREADS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Timing(len(calls_ms) / (time.perf_counter() - began), calls_ms)


def many_streams(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """One writer that groups the next event of every stream into one transaction."""
    with SQLiteEventLog(folder / "log.sqlite") as log:
        calls = [
            partial(
                log.append_many,
                [
                    Batch(stream=f"s{n}", events=(events[version],), expected_version=version, origin=ORIGIN)
                    for n, events in enumerate(streams)
                    if version < len(events)
                ],
            )
            for version in range(max(map(len, streams)))
        ]
        return _timed(calls, events=sum(map(len, streams)))


def whole_lessons(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """One writer, a whole lesson an append."""
    with SQLiteEventLog(folder / "log.sqlite") as log:
        calls = [
            partial(log.append, f"s{n}", events, expected_version=0, origin=ORIGIN) for n, events in enumerate(streams)
        ]
        return _timed(calls, events=sum(map(len, streams)))


def plain_saves(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """`eventsourcing`: one event a save."""
    application = _application(folder)
    calls = [
        partial(_save, application, lesson, [each])
        for lesson, events in [(Lesson(), events) for events in streams]
        for each in events
    ]
    timing = _timed(calls)
    application.close()
    return timing


def whole_saves(folder: Path, streams: list[list[LessonEvent]]) -> Timing:
    """`eventsourcing`: a whole lesson a save."""
    application = _application(folder)
    calls = [partial(_save, application, Lesson(), events) for events in streams]
    timing = _timed(calls, events=sum(map(len, streams)))
    application.close()
    return timing


def _application(folder: Path) -> Application[Any]:
    return Application({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "plain.sqlite")})


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


WAYS = {
    "ours, one event an append": one_by_one,
    "eventsourcing, one event a save": plain_saves,
    f"ours, {THREADS} threads, one event an append": from_threads,
    "ours, an event of each stream at once": many_streams,
    "ours, a lesson of 62 events an append": whole_lessons,
    "eventsourcing, a lesson of 62 events a save": whole_saves,
    "ours, one event an append, NORMAL": one_by_one_normal,
}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.log", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lessons", type=int, default=16)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (the disk is what is measured)")
    options = parser.parse_args(arguments)
    streams = lessons(options.lessons)
    timings: dict[str, list[Timing]] = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way, measure in WAYS.items():
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                timings[way].append(measure(Path(folder), streams))
    size = sum(len(msgspec.json.encode(each)) for events in streams for each in events)
    count = sum(map(len, streams))
    table = Table("way", "events/s", "ms a call, p50", "p99", title="Events appended", caption=machine())
    for way, rounds in timings.items():
        calls_ms = [ms for timing in rounds for ms in timing.calls_ms]
        per_second = spread([timing.per_second for timing in rounds])
        table.add_row(way, per_second, f"{percentile(calls_ms, 0.5):.2f}", f"{percentile(calls_ms, 0.99):.2f}")
    console = Console(width=110)
    console.print(table)
    console.print(f"{options.rounds} rounds of {count} events of {size / count:,.0f} bytes on average; median (range)")


if __name__ == "__main__":
    main()
