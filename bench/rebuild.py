"""Rebuilds of a large log: events a second, and the memory held at each tenth of it, which must not grow.

``python -m bench.rebuild --events 10000000 --folder /big/disk``. The lessons of many learners go on at the same time,
as in service, over simulated months; each learner uses some hundreds of words, so that the views are full. The views in
service count as lost: each projection is folded from the first event to the last in a process of its own. A rebuild is
one thread: its events a second of processor time are what a core does that has nothing else to do.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct, structs
from rich.console import Console
from rich.table import Table

from bench.lessons import lesson
from bench.machine import machine
from events.envelope import Origin
from events.lesson import LessonEvent, SessionStarted
from events.log import Batch
from events.sealing.codec import SealingCodec
from events.sealing.keys import KeyRing
from events.sealing.master_keys import MasterKeyFile
from events.sealing.sqlite_keys import sqlite_keys
from events.sqlite import SQLiteEventLog
from projections.catalogue import PROJECTIONS, projection_named
from projections.projection import AnyProjection
from projections.rebuild import rebuild
from projections.sqlite import SQLiteViewStore
from projections.views import ViewStore

PER_LEARNER = 1_000
"""Events of a learner: some 16 lessons."""
AT_ONCE = 100
"""Lessons that go on at the same time."""
MADE = 200
"""Different lessons; learners have them in turns."""
GROUP = 1_000
"""Batches in one transaction."""
PER_EVENT = timedelta(days=365) / 10_000_000
"""Simulated time between events: ten million in a year."""
SYLLABLES = ("ba", "do", "ki", "lu", "me", "ro", "shi", "ta")
WORDS = tuple("".join(syllables) for syllables in product(SYLLABLES, repeat=3))
"""512 words: more than a view of progress keeps."""
BYTES_PER_EVENT = 4_000
"""More than an event takes with its indexes."""


class Tenth(Struct, frozen=True):
    """A tenth of a rebuild: the last position, events a second, and the memory held then."""

    position: int
    per_second: float
    resident_mib: float


class Rebuild(Struct, frozen=True):
    """A rebuild in tenths, how many views it gave, and events a second over all, with the change of places.

    ``per_core_second`` counts the seconds of processor time only.
    """

    name: str
    views: int
    per_second: float
    per_core_second: float
    tenths: list[Tenth]


def lessons(rng: random.Random, learners: int) -> Iterator[tuple[str, str, list[LessonEvent]]]:
    """Streams, learners and the events of their lessons, without end."""
    made = [lesson(rng, "", "", words=WORDS) for _ in range(MADE)]
    number = 0
    while True:
        session, learner = f"s{number:07}", f"learner-{number % learners:05}"
        started, *rest = made[rng.randrange(MADE)]
        assert isinstance(started, SessionStarted)
        yield session, learner, [structs.replace(started, session=session, learner=learner), *rest]
        number += 1


def batches(rng: random.Random, learners: int) -> Iterator[Batch]:
    """What open lessons append, one to three events at a time, without end."""
    coming = lessons(rng, learners)
    going = [(*each, 0) for each in islice(coming, AT_ONCE)]
    while True:
        place = rng.randrange(AT_ONCE)
        session, learner, events, version = going[place]
        some = tuple(events[version : version + rng.randrange(1, 4)])
        origin = Origin(learner=learner, causation=session, correlation=session, producer="bench")
        yield Batch(stream=session, events=some, expected_version=version, origin=origin)
        version += len(some)
        going[place] = (session, learner, events, version) if version < len(events) else (*next(coming), 0)


class SimulatedClock:
    """A clock that goes on with each batch of, in the mean, two events."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += 2 * PER_EVENT
        return self._now


def opened(path: Path, *, sealed: bool) -> SQLiteEventLog:
    """The log, in the clear or, as a server's, sealed with a key for each learner."""
    if not sealed:
        return SQLiteEventLog(path, clock=SimulatedClock())
    keys = KeyRing(sqlite_keys(path.with_name("keys.sqlite")), MasterKeyFile(path.with_name("master.keys")))
    return SQLiteEventLog(path, clock=SimulatedClock(), codec=SealingCodec(keys))


def written(path: Path, count: int, *, sealed: bool = False) -> tuple[float, int]:
    """Write a log of at least ``count`` events; events a second, and what it takes on the disk."""
    coming = batches(random.Random(5), max(2 * AT_ONCE, count // PER_LEARNER))
    with opened(path, sealed=sealed) as log:
        began = time.perf_counter()
        while log.head() < count:
            log.append_many(list(islice(coming, GROUP)))
        return log.head() / (time.perf_counter() - began), log.size_bytes()


def rebuilt(path: Path, name: str, *, sealed: bool = False) -> Rebuild:
    """Rebuild a projection that was lost; for a process of its own."""
    projection, tenths = projection_named(name), list[Tenth]()
    with (
        opened(path, sealed=sealed) as log,
        SQLiteViewStore(path.with_name(f"{name}.sqlite"), [projection]) as store,
    ):
        end = log.head()
        lose(store, projection, end)
        began = since = time.perf_counter()
        worked = time.process_time()
        before = 0

        def step(reached: int, _: int) -> None:
            nonlocal before, since
            if reached * 10 >= end * (len(tenths) + 1):
                now = time.perf_counter()
                tenths.append(Tenth(reached, (reached - before) / (now - since), resident_mib()))
                before, since = reached, now

        found = rebuild(log, store, projection, accept=True, step=step)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        return Rebuild(name, found.keys, end / took, end / worked, tenths)


def resident_mib() -> float:
    """The memory that this process holds, from Linux's statm."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def lose(store: ViewStore, projection: AnyProjection, end: int) -> None:
    """As if a runner had folded the log to its end, and the views were gone."""
    with store.transaction() as cursor:
        cursor.execute("UPDATE positions SET position=? WHERE name=?", (end, projection.name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.rebuild", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--projections", nargs="*", default=["progress", "activity"], metavar="NAME")
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write; the log takes 3 GB a million")
    parser.add_argument("--sealed", action="store_true", help="a log as a server keeps it, with keys for the learners")
    options = parser.parse_args(arguments)
    free = shutil.disk_usage(options.folder).free
    if free < options.events * BYTES_PER_EVENT:
        needed = options.events * BYTES_PER_EVENT / 1e9
        print(f"{options.folder} has {free / 1e9:.0f} GB free, and {needed:.0f} GB may be needed", file=sys.stderr)
        return 1
    console = Console(width=110)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "log.sqlite"
        rate, size = written(path, options.events, sealed=options.sealed)
        each = size / options.events
        console.print(f"written: {rate:,.0f} events/s, {size / 1e9:.2f} GB on the disk, {each:,.0f} bytes an event")
        for name in options.projections or [each.name for each in PROJECTIONS]:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                show(console, pool.submit(rebuilt, path, name, sealed=options.sealed).result())
    return 0


def show(console: Console, found: Rebuild) -> None:
    """Print a rebuild's tenths."""
    table = Table("events", "events/s", "resident MiB", title=f"Rebuild of {found.name}", caption=machine())
    for tenth in found.tenths:
        table.add_row(f"{tenth.position:,}", f"{tenth.per_second:,.0f}", f"{tenth.resident_mib:,.0f}")
    console.print(table)
    console.print(
        f"{found.name}: {found.per_second:,.0f} events/s, {found.per_core_second:,.0f} a second of processor time;"
        f" {found.views:,} rows in its first table"
    )


if __name__ == "__main__":
    sys.exit(main())
