"""What a process of the fault matrix does, and where it is killed. Each is forked, works, and dies by SIGKILL."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from events.blobs import BlobStore
from events.errors import VersionConflict
from events.kafka.link import ProducerLink
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.topic import KafkaTopic
from events.lesson import SessionEnded
from events.location import DataFolder
from events.opening import open_log
from events.readers import KafkaReader, Mark
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import RunnerFenced
from projections.opening import open_views
from projections.runner import ProjectionRunner
from tests.events.samples import origin

STREAMS = ("ana", "ben", "cem", "dan")
POINTS = (
    ("append", "before the commit"),
    ("append", "after the commit, before the acknowledgement"),
    ("relay", "before the send"),
    ("relay", "while sending"),
    ("relay", "acknowledged, before the checkpoint"),
    ("relay", "after the checkpoint"),
    ("consume", "read, before the transaction"),
    ("consume", "in the transaction"),
    ("consume", "after the commit"),
    ("view", "in the transaction"),
    ("view", "after the commit"),
)
LEASE_S = 0.2


class Place(Struct, frozen=True, kw_only=True):
    """Where a matrix runs."""

    data: DataFolder
    topic: KafkaTopic

    @property
    def effects(self) -> Path:
        return self.data.root / "effects.sqlite"


def die() -> None:
    """kill -9 of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def work(place: Place, point: tuple[str, str], rng: random.Random, told: Callable[[str], None]) -> None:
    """Do one step well, tell it, then die at the point. ``told`` reaches the parent even if this process dies."""
    role, where = point
    log = open_log(place.data)
    {"append": append, "relay": relay, "consume": consume, "view": view}[role](place, log, where, rng, told)


def append(place: Place, log: RecorderEventLog, where: str, rng: random.Random, told: Callable[[str], None]) -> None:
    """Append to a random stream and tell the ids that were acknowledged."""
    told(" ".join(append_once(log, rng)))
    # The recorders' last step within the transaction, and the whole of it.
    step = "_insert" if where == "before the commit" else "insert_batches"
    insert = getattr(log._recorder, step)

    def killed(*arguments: Any) -> None:
        insert(*arguments)
        die()

    setattr(log._recorder, step, killed)
    append_once(log, rng)


def append_once(log: RecorderEventLog, rng: random.Random) -> list[str]:
    """Append a few events to a random stream; their ids."""
    stream = rng.choice(STREAMS)
    while True:
        try:
            recorded = log.append(
                stream,
                [SessionEnded(reason="x")] * rng.randint(1, 4),
                expected_version=len(log.read(stream)),
                origin=origin(stream),
            )
        except VersionConflict:
            continue
        return [each.id for each in recorded]


def relay(place: Place, log: RecorderEventLog, where: str, rng: random.Random, told: Callable[[str], None]) -> None:
    """Relay what is there, then something new."""
    checkpoint, link = CheckpointFile(place.data.relay), ProducerLink(place.topic)
    relaying = Relay(log, link, checkpoint, BlobStore(place.data.blobs))
    relaying.run_once()
    append_once(log, rng)
    told("")
    if where == "before the send":
        link.send = lambda events, meanwhile: die()  # type: ignore[method-assign]
    elif where == "while sending":
        assert link._producer is not None
        link._producer.flush = lambda timeout=None: die()
    elif where == "acknowledged, before the checkpoint":
        checkpoint.write = lambda kept: die()  # type: ignore[method-assign]
    relaying.run_once()
    die()


def consume(place: Place, log: RecorderEventLog, where: str, rng: random.Random, told: Callable[[str], None]) -> None:
    """Read from Kafka and keep effects and marks in one transaction."""
    consumer = Consumer(place)
    consumer.step(rng.randint(1, 20))
    told("")
    consumer.step(rng.randint(1, 20), die_at=where)
    die()


def view(place: Place, log: RecorderEventLog, where: str, rng: random.Random, told: Callable[[str], None]) -> None:
    """Fold the log into the views."""
    views = open_views(place.data)
    runner = ProjectionRunner(log, views, PROJECTIONS, lease_s=LEASE_S)
    run_patiently(runner)
    told("")
    append_once(log, rng)
    transaction = views.transaction

    @contextmanager
    def killed() -> Iterator[Any]:
        with transaction() as cursor:
            yield cursor
            if where == "in the transaction":
                die()
        die()

    views.transaction = killed  # type: ignore[method-assign,assignment]
    runner.run_once()
    die()


def run_patiently(runner: ProjectionRunner) -> None:
    """Fold one page, waiting for the lease of a runner that was killed."""
    while True:
        try:
            runner.run_once()
        except RunnerFenced:
            time.sleep(LEASE_S / 4)
        else:
            return


class Consumer:
    """Counts each position that it was given; its effects and marks are one transaction."""

    def __init__(self, place: Place) -> None:
        self._file = sqlite3.connect(place.effects, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS effects (position INTEGER PRIMARY KEY, times INTEGER)")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS marks (partition INTEGER PRIMARY KEY, position INTEGER, following INTEGER)"
        )
        self._reader = KafkaReader(place.topic, BlobStore(place.data.blobs))
        rows = self._file.execute("SELECT partition, position, following FROM marks").fetchall()
        self._reader.seek(Mark(partition=row[0], position=row[1], following=row[2]) for row in rows)

    def step(self, limit: int, *, die_at: str = "") -> int:
        """Deal with some records; how many."""
        deliveries = self._reader.read(limit=limit, timeout_s=0.3)
        if die_at == "read, before the transaction":
            die()
        self._file.execute("BEGIN IMMEDIATE")
        for delivery in deliveries:
            mark = delivery.mark
            self._file.execute(
                "INSERT INTO effects VALUES (?,1) ON CONFLICT (position) DO UPDATE SET times=times+1", (mark.position,)
            )
            self._file.execute(
                "INSERT OR REPLACE INTO marks VALUES (?,?,?)", (mark.partition, mark.position, mark.following)
            )
        if die_at == "in the transaction":
            die()
        self._file.execute("COMMIT")
        if die_at == "after the commit":
            die()
        return len(deliveries)

    def effects(self) -> dict[int, int]:
        """How often each position was dealt with."""
        return dict(self._file.execute("SELECT position, times FROM effects").fetchall())
