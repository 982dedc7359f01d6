"""A rebuild beside a forgetting keeps nothing of the learner, even if it is killed before its end."""

from collections.abc import Callable

import pytest

from events.learner import LearnerForgotten, stream_of
from events.memory import MemoryEventLog
from projections import rebuild as rebuild_module
from projections.catalogue import PROJECTIONS, projection_named
from projections.errors import RebuildDiffers
from projections.forgotten import forgotten_after, scrub_buildings
from projections.projection import Projection
from projections.rebuild import compare, rebuild
from projections.runner import ProjectionRunner
from projections.schema import own_name, state_name
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import fill
from tests.projections.stores import run_all

NAMES = ("progress", "sessions", "activity")
LEARNER = "learner-1"


class KilledError(Exception):
    """The rebuild ends here."""


def forget(log: MemoryEventLog, learner: str) -> None:
    event = LearnerForgotten(generation=1)
    log.append(stream_of(learner), [event], expected_version=0, origin=origin(learner))


def left_of(store: ViewStore, name: str) -> int:
    """Rows of the learner in the generation that was being built."""
    projection = projection_named(name)
    building = store.standing(name).building
    assert building
    tables = [own_name(each.name, building) for each in projection.tables if each.has_learner]
    tables += [state_name(name, building)] if isinstance(projection, Projection) else []
    with store.reading() as cursor:
        rows = [cursor.all(f"SELECT COUNT(*) FROM {each} WHERE learner=?", (LEARNER,)) for each in tables]
    return sum(int(count) for ((count,),) in rows)


def killed_rebuild(log: MemoryEventLog, store: ViewStore, name: str, at_first: Callable[[], None]) -> None:
    steps: list[int] = []

    def step(reached: int, end: int) -> None:
        steps.append(reached)
        if len(steps) == 1:
            at_first()
        if reached >= end:
            raise KilledError

    with pytest.raises(KilledError):
        rebuild(log, store, projection_named(name), step=step)
    assert len(steps) > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuild_that_is_killed_after_a_forgetting_leaves_nothing_of_the_learner(
    name: str, log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=20)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    monkeypatch.setattr(rebuild_module, "PAGE", log.head() - 1)

    def forgotten() -> None:
        forget(log, LEARNER)
        run_all(runner)

    killed_rebuild(log, store, name, forgotten)

    assert left_of(store, name) == 0
    assert compare(log, store, projection_named(name)).differing == ()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_killed_rebuild_left_is_scrubbed(
    name: str, log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=20)
    run_all(ProjectionRunner(log, store, PROJECTIONS))
    monkeypatch.setattr(rebuild_module, "PAGE", log.head() - 1)
    killed_rebuild(log, store, name, lambda: None)
    assert left_of(store, name) > 0
    forget(log, LEARNER)

    scrub_buildings(log, store, PROJECTIONS)

    assert left_of(store, name) == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuild_tells_whom_it_let_go_of_before_the_views_in_service_did(
    name: str, log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=20)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    monkeypatch.setattr(rebuild_module, "PAGE", log.head() - 1)

    def forgotten(reached: int, end: int) -> None:
        if not list(forgotten_after(log, 0)):
            forget(log, LEARNER)

    with pytest.raises(RebuildDiffers) as refused:
        rebuild(log, store, projection_named(name), step=forgotten)

    assert refused.value.forgetting == (LEARNER,)
    run_all(runner)
    again = rebuild(log, store, projection_named(name))
    assert (again.differing, again.forgetting) == ((), ())


def test_a_rebuild_goes_on_with_the_life_that_began_after_the_forgetting(
    log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=20)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    monkeypatch.setattr(rebuild_module, "PAGE", log.head() - 1)

    def forgotten_and_back(reached: int, end: int) -> None:
        if not list(forgotten_after(log, 0)):
            forget(log, LEARNER)
            fill(log, sessions=20, seed=2, first=20)
            run_all(runner)

    for name in NAMES:
        rebuilt = rebuild(log, store, projection_named(name), step=forgotten_and_back)
        assert (rebuilt.differing, rebuilt.checksum) == ((), rebuilt.replaced)
