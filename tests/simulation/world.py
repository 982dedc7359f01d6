"""One simulated deployment: writers, a relay to Kafka, readers and projection runners, on storage that outlives them.

Everything that makes a decision is the product's own code; only the log's memory, Kafka, the clock and the order of
steps are simulated. A step is one call of one of them; a fault may strike inside. At the end the faults stop, all catch
up, and `faults_found` says what the promise has lost.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from events.blobs import BlobStore
from events.envelope import Recorded
from events.errors import KafkaUnavailable, LogUnavailable, VersionConflict
from events.kafka.relay import Checkpoint, Relay
from events.lesson import SessionEnded
from events.memory import MemoryEventLog
from events.readers import KafkaReader, Mark
from events.recorder_log import Stored
from projections.errors import RunnerFenced
from projections.projection import Projection
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from tests.events.samples import TickingClock, origin
from tests.simulation.faults import Crash, Faults
from tests.simulation.kafka import TOPIC, SimulatedConsumer, SimulatedKafka, SimulatedLink

STREAMS = ("ana", "ben", "cem")
LEASE_S = 5.0


class Seen(Struct, frozen=True):
    """A view that shows what was folded, how often and in which order."""

    ids: tuple[str, ...] = ()


def _see(view: Seen, recorded: Recorded) -> Seen:
    return Seen((*view.ids, recorded.id))


SEEN = Projection(
    name="seen",
    version=1,
    about="Every event that was folded",
    view=Seen,
    key=lambda recorded: recorded.stream,
    initial=Seen,
    evolve=_see,
)


class DurableCheckpoint:
    """A checkpoint that a crash may strike before or after it is written."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.kept: Checkpoint | None = None

    def read(self) -> Checkpoint | None:
        return self.kept

    def write(self, checkpoint: Checkpoint) -> None:
        self._faults.maybe_crash("before the checkpoint")
        self.kept = checkpoint
        self._faults.maybe_crash("after the checkpoint")


class CrashingViews(SQLiteViewStore):
    """Views whose process may die before or after a commit."""

    faults: Faults | None = None

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "views.sqlite", [SEEN])
        self._writer.execute("PRAGMA synchronous=OFF")  # a crash here is one of a process, not of the power

    def empty(self) -> None:
        """Forget everything."""
        self.faults = None
        with self.transaction() as cursor:
            cursor.execute("DELETE FROM views_of_seen_1")
            cursor.execute("DELETE FROM parked")
            cursor.execute("DELETE FROM waiting")
            cursor.execute("UPDATE positions SET position=0, folded=0, parked=0, skipped=0")
            cursor.execute("UPDATE leases SET owner='', epoch=0, lease_until=0")

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as cursor:
            yield cursor
            if self.faults is not None:
                self.faults.maybe_crash("before the commit of the views")
        if self.faults is not None:
            self.faults.maybe_crash("after the commit of the views")


class SimulatedLog(MemoryEventLog):
    """A log in memory that gives its stored bytes, as a relay wants them."""

    def stored_tail(self, after: int, *, limit: int) -> Sequence[Stored]:
        """See `RecorderEventLog.stored_tail`."""
        return [
            Stored(
                position=place.position or 0, stream=place.stream, version=place.version, type=place.type, state=state
            )
            for place, state in self._stored[after : after + limit]
        ]


class Makers(Struct, frozen=True, kw_only=True):
    """How the parts are made: the product's own by default; a test that plants a fault makes another."""

    relay: Callable[..., Relay] = Relay
    runner: Callable[..., ProjectionRunner] = ProjectionRunner


class World:
    """The deployment of one seed, on ``views`` that are emptied for it.

    ``remakes``: now and then the topic is made anew; then what counts is what its readers find there in the end.
    """

    def __init__(
        self, seed: int, views: CrashingViews, makers: Makers, *, share: float = 0.08, remakes: bool = False
    ) -> None:
        self.rng = random.Random(seed)
        self.faults = Faults(self.rng, share=share)
        self.now = 1_000.0
        self._ids = 0
        self.log = SimulatedLog(clock=TickingClock(), new_id=self._new_id)
        self.kafka = SimulatedKafka(self.faults)
        self.checkpoint = DurableCheckpoint(self.faults)
        self.acknowledged: list[str] = []
        self.consumed: list[Recorded] = []
        self._marks: dict[int, Mark] = {}
        self._makers = makers
        self._remakes = remakes
        self._blobs = BlobStore("memory://blobs")
        views.empty()
        views.faults = self.faults
        self.views = views
        self._known = dict.fromkeys(STREAMS, 0)
        self._relay = self._new_relay()
        self._reader = self._new_reader()
        self._runners = [self._new_runner("one"), self._new_runner("two")]

    def run(self, steps: int) -> None:
        """So many steps with faults, then all that is needed to catch up without."""
        actions = (self._write, self._write, self._relay_once, self._consume, self._project, self._broker, self._wait)
        for step in range(steps):
            self.rng.choice(actions)()
            if self._remakes and step % 10 == 9:
                self._remake()
        self.faults.share = 0.0
        self.kafka.carry_out_late()
        self.now += 10 * LEASE_S
        for _ in range(3):
            self._relay_once()
            self.kafka.carry_out_late()
            self._consume()
            self._project()
            self.now += 10 * LEASE_S
        while self._relay_once():
            pass
        if self._remakes:
            self._read_anew()
        # A page may hold nothing but what has been seen: an empty answer is not the end.
        for _ in range(sum(map(len, self.kafka.partitions.values()))):
            self._consume()
        while self._project():
            pass

    def faults_found(self) -> list[str]:
        """What is lost, doubled or out of order."""
        stored = [recorded.id for recorded in self.log.tail(0, limit=100_000)]
        found = [f"acknowledged and lost: {each}" for each in self.acknowledged if each not in set(stored)]
        found += _compare("Kafka's reader", [recorded.id for recorded in self.consumed], stored)
        for stream in STREAMS:
            expected = [recorded.id for recorded in self.log.read(stream)]
            if [recorded.id for recorded in self.consumed if recorded.stream == stream] != expected:
                found.append(f"Kafka's reader has {stream} otherwise than the log")
            view = self.views.get(SEEN, stream) or Seen()
            if list(view.ids) != expected:
                found.append(f"the view of {stream} is not the fold of its events")
        return found

    def _write(self) -> bool:
        """A writer appends; what became of an append that was not acknowledged it finds out by reading."""
        stream = self.rng.choice(STREAMS)
        expected = self._known[stream] - (self.rng.random() < 0.1)
        events = [SessionEnded(reason="x")] * self.rng.randint(1, 3)
        try:
            appended = self.log.append(stream, events, expected_version=max(0, expected), origin=origin(stream))
            if self.faults.strikes("an acknowledgement is lost"):
                raise LogUnavailable("unreachable", "simulated")
        except (VersionConflict, LogUnavailable):
            self._known[stream] = len(self.log.read(stream))
            return True
        self.acknowledged += [recorded.id for recorded in appended]
        self._known[stream] += len(appended)
        return True

    def _relay_once(self) -> int:
        try:
            return self._relay.run_once()
        except KafkaUnavailable:
            self._relay.disconnect()
        except Crash:
            self._relay = self._new_relay()
        return 1

    def _consume(self) -> int:
        """A consumer's effect and its marks are kept in one transaction."""
        try:
            deliveries = self._reader.read(limit=self.rng.randint(1, 4), timeout_s=0.0)
            self.faults.maybe_crash("in the consumer")
        except Crash:
            self._reader = self._new_reader()
            return 1
        self.consumed += [delivery.recorded for delivery in deliveries]
        self._marks |= {delivery.mark.partition: delivery.mark for delivery in deliveries}
        return len(deliveries)

    def _project(self) -> int:
        number = self.rng.randrange(len(self._runners))
        try:
            return self._runners[number].run_once()
        except RunnerFenced:
            self.now += self.rng.choice((0.0, 0.1))
            return 1
        except Crash:
            self._runners[number] = self._new_runner(f"{number}-{self._new_id()}")
        return 1

    def _broker(self) -> bool:
        self.kafka.carry_out_late()
        return True

    def _remake(self) -> None:
        if self.rng.random() < 0.4:
            self.kafka.make_anew()

    def _read_anew(self) -> None:
        """Forget what a consumer has kept: offsets of one topic mean nothing in another."""
        self.consumed, self._marks = [], {}
        self._reader = self._new_reader()

    def _wait(self) -> bool:
        self.now += self.rng.choice((0.1, 1.0, 2 * LEASE_S))
        return True

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:06}"

    def _new_relay(self) -> Relay:
        return self._makers.relay(self.log, SimulatedLink(self.kafka, self.faults), self.checkpoint, self._blobs)

    def _new_reader(self) -> KafkaReader:
        reader = KafkaReader(TOPIC, self._blobs, connect=lambda topic: cast(Any, SimulatedConsumer(self.kafka)))
        reader.seek(self._marks.values())
        return reader

    def _new_runner(self, owner: str) -> ProjectionRunner:
        return self._makers.runner(self.log, self.views, [SEEN], owner=owner, clock=lambda: self.now, lease_s=LEASE_S)


def _compare(who: str, found: Sequence[str], stored: Sequence[str]) -> list[str]:
    counts = Counter(found)
    faults = [f"{who} lacks {each}" for each in stored if each not in counts]
    return faults + [f"{who} has {each} {count} times" for each, count in counts.items() if count > 1]
