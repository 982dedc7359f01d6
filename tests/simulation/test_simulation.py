"""Thousands of schedules of the log's machinery, each from a seed that repeats it, and the bugs that they must find."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from events.kafka.cloud_events import KafkaEvent
from events.kafka.link import Opened
from events.kafka.relay import Checkpoint, Relay
from projections.lease import Lease
from projections.projection import PARTS
from projections.runner import ProjectionRunner
from tests.simulation.faults import Faults
from tests.simulation.world import CrashingViews, Makers, World

SCHEDULES = int(os.environ.get("COLLOQUY_SCHEDULES", "10000"))
STEPS = 40


def first_fault(folder: Path, makers: Makers, seeds: range, *, remakes: bool = False) -> str:
    """The first seed that loses the promise, and how; "" when none does."""
    views = CrashingViews(folder)
    try:
        for seed in seeds:
            world = World(seed, views, makers, remakes=remakes)
            world.run(STEPS)
            if found := world.faults_found():
                return f"seed {seed}: {found[0]} (after {', '.join(world.faults.happened)})"
        return ""
    finally:
        views.close()


@pytest.mark.timeout(600)
def test_no_schedule_loses_doubles_or_reorders(tmp_path: Path) -> None:
    assert first_fault(tmp_path, Makers(), range(SCHEDULES)) == ""


@pytest.mark.timeout(600)
def test_no_schedule_keeps_the_log_out_of_a_topic_that_was_made_anew(tmp_path: Path) -> None:
    assert first_fault(tmp_path, Makers(), range(SCHEDULES // 5), remakes=True) == ""


class HeedlessRelay(Relay):
    """Takes what stands at the beginning of a topic made anew for what belongs there."""

    def _see_beginnings(self, opened: Opened, *, made_anew: bool) -> None:
        pass


def test_a_relay_that_leaves_later_events_at_the_beginning_of_a_new_topic_is_found(tmp_path: Path) -> None:
    makers = Makers(relay=HeedlessRelay)
    assert "Kafka's reader lacks" in first_fault(tmp_path, makers, range(1_000), remakes=True)


class EagerRelay(Relay):
    """Writes its checkpoint before Kafka has the events."""

    def _send(self, events: Sequence[KafkaEvent]) -> None:
        ahead = Checkpoint(cluster="simulated", topic=self._topic.name, position=events[-1].position)
        self._checkpoint.write(ahead)
        super()._send(events)


class TornCursor:
    """Commits a projection's positions apart from its views."""

    def __init__(self, cursor: Any, faults: Faults) -> None:
        self._cursor = cursor
        self._faults = faults

    def executemany(self, statement: str, rows: Sequence[Any]) -> int:
        changed: int = self._cursor.executemany(statement, rows)
        if statement.startswith("UPDATE positions SET position"):
            self._cursor.execute("COMMIT")
            self._faults.maybe_crash("between position and views")
            self._cursor.execute("BEGIN IMMEDIATE")
        return changed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class HeedlessCursor:
    """Overwrites positions without looking whether they are still those that were read."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def executemany(self, statement: str, rows: Sequence[Any]) -> int:
        if statement.startswith("UPDATE positions SET position"):
            statement, rows = statement.replace(" AND position=?", ""), [row[:-1] for row in rows]
        changed: int = self._cursor.executemany(statement, rows)
        return changed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class OtherCursors:
    """The views' store with another kind of cursor in its transactions."""

    def __init__(self, store: Any, cursor: Callable[[Any], Any]) -> None:
        self._store = store
        self._cursor = cursor

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._store.transaction() as cursor:
            yield self._cursor(cursor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class TornRunner(ProjectionRunner):
    """Keeps views and position in two transactions."""

    def __init__(self, log: Any, store: Any, projections: Any, **options: Any) -> None:
        torn = OtherCursors(store, lambda cursor: TornCursor(cursor, store.faults))
        super().__init__(log, torn, projections, **options)  # type: ignore[arg-type]


class HeedlessLease(Lease):
    """Lets everybody fold."""

    def claim(self, cursor: Any, dialect: Any) -> None:
        self._epochs = dict.fromkeys(self.parts, 1)
        self._write(cursor)

    def renew(self, cursor: Any, dialect: Any) -> None:
        self._write(cursor)


class UnfencedRunner(ProjectionRunner):
    """Folds whoever else folds."""

    def __init__(
        self, log: Any, store: Any, projections: Any, *, owner: str, clock: Callable[[], float], lease_s: float
    ) -> None:
        heedless: Any = OtherCursors(store, HeedlessCursor)
        super().__init__(log, heedless, projections, owner=owner, clock=clock, lease_s=lease_s)
        self._lease = HeedlessLease(owner, range(PARTS), clock, lease_s)


@pytest.mark.parametrize(
    ("makers", "told"),
    [
        (Makers(relay=EagerRelay), "Kafka's reader lacks"),
        (Makers(runner=TornRunner), "is not the fold of its events"),
        (Makers(runner=UnfencedRunner), "is not the fold of its events"),
    ],
    ids=["relay checkpoint", "runner transaction", "runner fencing"],
)
def test_a_planted_bug_is_found_and_its_seed_finds_it_again(tmp_path: Path, makers: Makers, told: str) -> None:
    found = first_fault(tmp_path, makers, range(1_000))
    assert told in found
    seed = int(found.split()[1].rstrip(":"))
    assert first_fault(tmp_path, makers, range(seed, seed + 1)) == found
