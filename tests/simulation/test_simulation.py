"""Thousands of schedules of the log's machinery, each from a seed that repeats it, and the bugs that they must find."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from events.cloud_events import KafkaEvent
from events.relay import Checkpoint, Relay
from projections.lease import Lease
from projections.runner import ProjectionRunner
from tests.simulation.faults import Faults
from tests.simulation.world import Makers, World

SCHEDULES = int(os.environ.get("COLLOQUY_SCHEDULES", "10000"))
STEPS = 40


def first_fault(folder: Path, makers: Makers, seeds: range) -> str:
    """The first seed that loses the promise, and how; "" when none does."""
    for seed in seeds:
        world = World(seed, folder, makers)
        world.run(STEPS)
        found = world.faults_found()
        world.views.close()
        if found:
            return f"seed {seed}: {found[0]} (after {', '.join(world.faults.happened)})"
    return ""


@pytest.mark.timeout(600)
def test_no_schedule_loses_doubles_or_reorders(tmp_path: Path) -> None:
    assert first_fault(tmp_path, Makers(), range(SCHEDULES)) == ""


class EagerRelay(Relay):
    """Writes its checkpoint before Kafka has the events."""

    def _send(self, events: Sequence[KafkaEvent]) -> None:
        ahead = Checkpoint(cluster="simulated", topic=self._topic.name, position=events[-1].position)
        self._checkpoint.write(ahead)
        super()._send(events)


class TornCursor:
    """Commits a projection's position apart from its views."""

    def __init__(self, cursor: Any, faults: Faults) -> None:
        self._cursor = cursor
        self._faults = faults

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        done = self._cursor.execute(statement, parameters)
        if statement.startswith("UPDATE projections SET position"):
            count = self._cursor.rowcount
            self._cursor.execute("COMMIT")
            self._faults.maybe_crash("between position and views")
            self._cursor.execute("BEGIN IMMEDIATE")
            self.rowcount = count
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class TornRunner(ProjectionRunner):
    """Keeps views and position in two transactions."""

    def _fold_page(self, cursor: Any, *rest: Any) -> Any:
        return super()._fold_page(TornCursor(cursor, self._store.faults), *rest)  # type: ignore[attr-defined,arg-type]


class HeedlessCursor:
    """Overwrites a position without looking whether it is still the one that was read."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        if statement.startswith("UPDATE projections SET position"):
            statement, parameters = statement.replace(" AND position=?", ""), parameters[:-1]
        return self._cursor.execute(statement, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class HeedlessLease(Lease):
    """Lets everybody fold."""

    def claim(self, cursor: Any) -> None:
        self._epoch = 1
        self._write(cursor)

    def renew(self, cursor: Any) -> None:
        self._write(cursor)


class UnfencedRunner(ProjectionRunner):
    """Folds whoever else folds."""

    def __init__(self, *arguments: Any, owner: str, clock: Callable[[], float], lease_s: float) -> None:
        super().__init__(*arguments, owner=owner, clock=clock, lease_s=lease_s)
        self._lease = HeedlessLease(owner, clock, lease_s)

    def _fold_page(self, cursor: Any, *rest: Any) -> Any:
        return super()._fold_page(HeedlessCursor(cursor), *rest)  # type: ignore[arg-type]


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
