"""Projection events folded per second: our runner beside `eventsourcing`'s own, the same fold, in turns.

``python -m bench.projections``. Both fold learner progress and store the views in SQLite with the position. Theirs
reads its events from memory (its SQLite recorder cannot be subscribed to), ours from an SQLite log; theirs is measured
as shipped (each commit waits for the disk) and with our setting (``synchronous=NORMAL``). Then our rebuild of each
projection, on a longer log, with the comparison and the change of places; `bench.rebuild` has a log of any length.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEventProtocol, event
from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection as TheirProjection
from eventsourcing.projection import ProjectionRunner as TheirRunner
from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore, SQLiteTrackingRecorder
from rich.console import Console
from rich.table import Table

from bench.lessons import lesson
from bench.machine import machine, spread
from events.codec import decode, encode
from events.envelope import Origin, Recorded
from events.log import Batch
from events.memory import MemoryEventLog
from events.sqlite import SQLiteEventLog
from projections.catalogue import PROJECTIONS
from projections.progress import PROGRESS, ProgressView, evolve, initial
from projections.projection import AnyProjection
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore

Rates = dict[str, list[float]]
"""Events a second in each round, by what was measured."""


class Lesson(Aggregate):
    """A stream of our events as an aggregate of `eventsourcing`."""

    @event("Happened")
    def happen(self, data: str) -> None:
        """Record one of our events in its stored form."""
        self.size = len(data)


class Lessons(Application[Any]):
    """Their application; in memory unless told otherwise."""


class ProgressViews(SQLiteTrackingRecorder):
    """Their materialised view: a table of views beside their tracking table."""

    synchronous = "FULL"

    def __init__(self, datastore: SQLiteDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.create_table_statements.append("CREATE TABLE IF NOT EXISTS progress (key TEXT PRIMARY KEY, view BLOB)")

    def store(self, key: str, view: bytes, tracking: Tracking) -> None:
        """View and position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._store(cursor, key, view, tracking)

    def _store(self, cursor: SQLiteCursor, key: str, view: bytes, tracking: Tracking) -> None:
        cursor.execute("INSERT OR REPLACE INTO progress VALUES (?,?)", (key, view))
        self._insert_tracking(cursor, tracking)


class ProgressProjection(TheirProjection[ProgressViews]):
    """The same fold as ours, with the views kept in memory as ours are."""

    name = "progress"

    def __init__(self, view: ProgressViews) -> None:
        super().__init__(view)
        self._views: dict[str, ProgressView] = {}
        self._encoder = msgspec.json.Encoder()

    def process_event(self, domain_event: DomainEventProtocol[Any], tracking: Tracking) -> None:
        """Fold one event."""
        data = getattr(domain_event, "data", None)
        if data is not None:
            recorded = decode(data.encode(), position=tracking.notification_id)
            view = evolve(self._views.get(recorded.learner, initial()), recorded)
            self._views[recorded.learner] = view
            self.view.store(recorded.learner, self._encoder.encode(view), tracking)


def ours(folder: Path, events: Sequence[Recorded], projections: Sequence[AnyProjection] = (PROGRESS,)) -> float:
    """Our runner, reading an SQLite log; events a second."""
    with (
        SQLiteEventLog(folder / "log.sqlite") as log,
        SQLiteViewStore(folder / "views.sqlite", projections) as store,
    ):
        _copy(events, log)
        runner = ProjectionRunner(log, store, projections)
        began = time.perf_counter()
        while runner.run_once():
            pass
        return len(events) / (time.perf_counter() - began)


def ours_all(folder: Path, events: Sequence[Recorded]) -> float:
    """Our runner with all projections."""
    return ours(folder, events, PROJECTIONS)


def rebuilds(folder: Path, events: Sequence[Recorded], rounds: int) -> tuple[Rates, Rates]:
    """Our rebuilds beside views that a runner has made, by projection: events of the log a second, and a core second.

    A core second is one of processor time: a rebuild is one thread, and what else the machine does is not its work.
    """
    rates: Rates = {each.name: [] for each in PROJECTIONS}
    of_core: Rates = {each.name: [] for each in PROJECTIONS}
    with (
        SQLiteEventLog(folder / "log.sqlite") as log,
        SQLiteViewStore(folder / "views.sqlite", PROJECTIONS) as store,
    ):
        _copy(events, log)
        runner = ProjectionRunner(log, store, PROJECTIONS)
        while runner.run_once():
            pass
        for _ in range(rounds):
            for name in rates:
                began, worked = time.perf_counter(), time.process_time()
                runner.rebuild(name)
                rates[name].append(len(events) / (time.perf_counter() - began))
                of_core[name].append(len(events) / (time.process_time() - worked))
    return rates, of_core


def theirs(folder: Path, events: Sequence[Recorded], synchronous: str = "FULL") -> float:
    """`eventsourcing`'s runner; events a second."""
    runner: TheirRunner[Lessons, ProgressViews] = TheirRunner(
        application_class=Lessons,
        projection_class=ProgressProjection,
        view_class=ProgressViews,
        env={
            "PROGRESS_PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "PROGRESS_SQLITE_DBNAME": str(folder / "views.sqlite"),
        },
    )
    with runner:
        with runner.view.datastore.transaction(commit=False) as cursor:
            # One connection is enough for one writer; it stays in the pool with its setting.
            cursor.execute("COMMIT")
            cursor.execute(f"PRAGMA synchronous={synchronous}")
            cursor.execute("BEGIN")
        aggregate = Lesson()
        for recorded in events:
            aggregate.happen(data=encode(recorded).decode())
        began = time.perf_counter()
        last = runner.app.save(aggregate)[-1].notification.id
        runner.wait(last, timeout=600)
        return len(events) / (time.perf_counter() - began)


def theirs_normal(folder: Path, events: Sequence[Recorded]) -> float:
    """`eventsourcing`'s runner with our durability of views."""
    return theirs(folder, events, "NORMAL")


def made(lessons: int) -> tuple[Recorded, ...]:
    """The events of lessons of 62 events each by 50 learners, as a log gives them."""
    rng, log = random.Random(11), MemoryEventLog()
    for n in range(lessons):
        origin = Origin(learner=f"learner-{n % 50}", causation="c", correlation="r", producer="bench")
        log.append(f"s{n}", lesson(rng, origin.learner, f"s{n}"), expected_version=0, origin=origin)
    return log.tail(0, limit=lessons * 100)


def _copy(events: Sequence[Recorded], log: SQLiteEventLog) -> None:
    log.append_many(
        [
            Batch(
                stream=each.stream,
                events=(each.event,),
                expected_version=each.version - 1,
                origin=Origin(learner=each.learner, causation="c", correlation="r", producer="bench"),
            )
            for each in events
        ]
    )


WAYS = {
    "ours (log and views in SQLite)": ours,
    "ours, all six projections at once": ours_all,
    "eventsourcing's runner, as shipped": theirs,
    "eventsourcing's runner, NORMAL": theirs_normal,
}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.projections", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lessons", type=int, default=40)
    parser.add_argument("--rebuilt-lessons", type=int, default=400, help="in the log that is rebuilt")
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write")
    options = parser.parse_args(arguments)
    events = made(options.lessons)
    rates: Rates = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way, measure in WAYS.items():
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                rates[way].append(measure(Path(folder), events))
    show("Projection events folded (progress)", "runner", len(events), rates)
    events = made(options.rebuilt_lessons)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        rates, of_core = rebuilds(Path(folder), events, options.rounds)
    show("Rebuilds", "projection", len(events), rates)
    show("Rebuilds, per second of processor time", "projection", len(events), of_core)


def show(title: str, what: str, events: int, rates: Rates) -> None:
    """Print the medians of the rounds."""
    table = Table(what, "events/s", title=title, caption=machine())
    for name, rounds in rates.items():
        table.add_row(name, spread(rounds))
    console = Console(width=110)
    console.print(table)
    console.print(f"{len(next(iter(rates.values())))} rounds of {events} events; median (range)")


if __name__ == "__main__":
    main()
