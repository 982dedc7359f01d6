"""Seeded schedules of session hosts: none may lose, double or reorder, and planted faults must be found."""

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from actors.session.commands import Command
from actors.session.decide import decide
from actors.session.state import SessionState
from events.lesson import LessonEvent
from tests.simulation.classroom import Classroom
from tests.simulation.promises import faults_found

SCHEDULES = int(os.environ.get("COLLOQUY_SCHEDULES", "10000")) // 10
"""A lesson with hosts takes several times as long as a schedule of writers and readers."""


@pytest.fixture(autouse=True)
def simulated_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hosts and gateways look at the loop's clock; garbage, which may end tasks, is collected between schedules."""
    clock = SimpleNamespace(monotonic=lambda: asyncio.get_running_loop().time())
    monkeypatch.setattr("actors.hosting.host.time", clock)
    monkeypatch.setattr("actors.gateway.time", clock)
    logging.disable()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    logging.disable(logging.NOTSET)


def fault_of(seed: int) -> tuple[str, str]:
    """How the seed loses the promise, "" if it does not, and the digest of what happened."""
    room = Classroom(seed)
    try:
        room.run()
        found = faults_found(room)
        told = f"seed {seed}: {found[0]} (after {', '.join(room.faults.happened)})" if found else ""
        return told, room.digest()
    finally:
        room.close()


def first_fault(seeds: range) -> str:
    """The first seed that loses the promise, and how; "" when none does."""
    for seed in seeds:
        if told := fault_of(seed)[0]:
            return told
        if seed % 20 == 0:
            gc.collect()
    return ""


@pytest.mark.timeout(600)
def test_no_schedule_of_hosts_loses_doubles_or_reorders() -> None:
    assert first_fault(range(SCHEDULES)) == ""


def test_a_seed_happens_the_same_way_again() -> None:
    assert [fault_of(seed) for seed in range(20)] == [fault_of(seed) for seed in range(20)]


def forgetful(state: SessionState, command: Command) -> tuple[LessonEvent, ...]:
    """Decides without knowing which commands have been obeyed."""
    return decide(replace(state, commands=frozenset()), command)


@pytest.mark.parametrize(
    ("place", "planted", "told"),
    [
        ("actors.hosting.learner_session.LearnerSession._check_fence", lambda session: None, "after the claim of"),
        ("actors.hosting.learner_session.decide", forgetful, "has 2 events"),
        ("actors.session.decide.wanted", lambda state, event: True, "was due"),
    ],
    ids=["host fencing", "command ids", "places of answers"],
)
def test_a_bug_planted_in_the_hosts_is_found_and_its_seed_finds_it_again(
    monkeypatch: pytest.MonkeyPatch, place: str, planted: Callable[..., Any], told: str
) -> None:
    monkeypatch.setattr(place, planted)
    found = first_fault(range(500))
    assert told in found
    seed = int(found.split()[1].rstrip(":"))
    assert first_fault(range(seed, seed + 1)) == found
