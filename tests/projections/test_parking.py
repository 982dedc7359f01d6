"""Poisoned events: they stop one learner in one projection, and can be retried or left out."""

from collections.abc import Sequence
from math import inf

import pytest
from msgspec.structs import replace

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SpeechUttered
from events.log import EventLog
from events.memory import MemoryEventLog
from projections.activity import ACTIVITY
from projections.activity import count as count_day
from projections.errors import NotParked
from projections.parking import retry, skip
from projections.progress import PROGRESS, ProgressView, evolve
from projections.projection import AnyProjection, Rows
from projections.rebuild import compare
from projections.runner import ProjectionRunner
from projections.schema import state_name
from projections.storing import all_standings
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import expected_progress, started, uttered
from tests.projections.stores import Stores, run_all, table


def is_poison(recorded: Recorded) -> bool:
    return isinstance(recorded.event, SpeechUttered) and recorded.event.text.startswith("poison")


def poisoned(view: ProgressView, recorded: Recorded) -> ProgressView:
    if is_poison(recorded):
        raise ZeroDivisionError("a fold that fails")
    return evolve(view, recorded)


def poisoned_count(recorded: Recorded) -> Sequence[tuple[str, tuple[object, ...]]]:
    found = list(count_day(recorded))
    if is_poison(recorded):
        raise ZeroDivisionError("a sum that fails")
    return found


BAD = (replace(PROGRESS, evolve=poisoned, unread=()), replace(ACTIVITY, count=poisoned_count, unread=()))
GOOD: tuple[AnyProjection, ...] = (PROGRESS, ACTIVITY)


def lessons(log: EventLog) -> None:
    """Ana says poison twice, ben does not; 10 events."""
    log.append("s1", [started("ana"), uttered(1)], expected_version=0, origin=origin("ana"))
    log.append("s2", [started("ben"), uttered(1)], expected_version=0, origin=origin("ben"))
    log.append("s1", [replace(uttered(2), text="poison 1")], expected_version=2, origin=origin("ana"))
    log.append("s1", [uttered(3)], expected_version=3, origin=origin("ana"))
    log.append("s1", [replace(uttered(4), text="poison 2")], expected_version=4, origin=origin("ana"))
    log.append("s1", [uttered(5), uttered(6)], expected_version=5, origin=origin("ana"))
    log.append("s2", [uttered(2)], expected_version=2, origin=origin("ben"))


def turns(store: ViewStore) -> tuple[dict[object, object], dict[object, object]]:
    """By learner, in both projections."""
    days = "SELECT learner, CAST(SUM(turns) AS BIGINT) FROM learner_days GROUP BY learner"
    return dict(table(store, "SELECT learner, turns FROM progress")), dict(table(store, days))


def test_a_poisoned_learner_waits_alone_and_every_event_is_accounted_for(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    runner = ProjectionRunner(log, store, BAD)
    run_all(runner)

    assert turns(store) == ({"ana": 1, "ben": 2}, {"ana": 1, "ben": 2})
    for status in runner.status(10):
        assert (status.folded, status.waiting, status.skipped, status.logged) == (5, 5, 0, 10)
        assert (status.parked, status.caught_up) == (1, True)
        ((key, position, error),) = [(each.key, each.position, each.error) for each in store.parked(status.name)]
        assert (key, position) == ("ana", 5)
        assert error.startswith("ZeroDivisionError")


def test_with_a_mended_fold_a_retry_folds_all_that_waited(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    run_all(ProjectionRunner(log, store, BAD, owner="the same"))

    for projection in GOOD:
        retried = retry(log, store, projection, "ana")
        assert (retried.folded, retried.still) == (5, None)
        assert compare(log, store, projection).differing == ()

    assert turns(store) == ({"ana": 6, "ben": 2}, {"ana": 6, "ben": 2})
    assert store.get(PROGRESS, "ana") == expected_progress(log)["ana"]
    for status in ProjectionRunner(log, store, GOOD).status(10):
        assert (status.folded, status.waiting, status.parked, status.caught_up) == (10, 0, 0, True)


def test_a_retry_without_a_mended_fold_changes_nothing(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    runner = ProjectionRunner(log, store, BAD)
    run_all(runner)
    before = runner.status(10)

    for projection in BAD:
        still = retry(log, store, projection, "ana").still
        assert still is not None
        assert still.position == 5

    assert runner.status(10) == before


def test_a_skipped_event_is_left_out_and_the_next_poison_stops_again(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    runner = ProjectionRunner(log, store, BAD)
    run_all(runner)

    for projection in BAD:
        first = skip(log, store, projection, "ana")
        assert first.still is not None
        assert (first.folded, first.still.position) == (1, 7)
        assert skip(log, store, projection, "ana").folded == 2
        with pytest.raises(NotParked):
            skip(log, store, projection, "ana")

    log.append("s1", [uttered(7)], expected_version=7, origin=origin("ana"))
    run_all(runner)
    assert turns(store) == ({"ana": 5, "ben": 2}, {"ana": 5, "ben": 2})
    for status in runner.status(11):
        assert (status.folded, status.skipped, status.caught_up) == (9, 2, True)
    for projection in BAD:
        rebuilt = runner.rebuild(projection.name)
        assert rebuilt.checksum == rebuilt.replaced


def test_a_runner_takes_up_a_learner_that_was_retried_beside_it(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    run_all(ProjectionRunner(log, store, BAD, owner="the same"))
    live = ProjectionRunner(log, store, GOOD, owner="the same")
    run_all(live)

    for projection in GOOD:
        retry(log, stores.open(GOOD), projection, "ana")
    log.append("s1", [uttered(7)], expected_version=7, origin=origin("ana"))
    run_all(live)

    assert turns(store)[0]["ana"] == turns(store)[1]["ana"] == 7


def test_forgetting_leaves_nothing_of_a_learner_in_any_generation(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(BAD)
    runner = ProjectionRunner(log, store, BAD)
    run_all(runner)
    for projection in BAD:
        runner.rebuild(projection.name)
        skip(log, store, projection, "ana")

    log.append("learner-ana", [LearnerForgotten(generation=1)], expected_version=0, origin=origin("ana"))
    run_all(runner)
    store.wipe()

    assert turns(store) == ({"ben": 2}, {"ben": 2})
    with store.reading() as cursor:
        for (made,) in cursor.all("SELECT made FROM made WHERE kind='TABLE'"):
            assert cursor.all(f"SELECT * FROM {made} WHERE learner='ana'") == []
        for name in ("parked", "waiting", "left_out"):
            assert cursor.all(f"SELECT * FROM {name} WHERE key='ana'") == []
    assert {(status.waiting, status.parked, status.caught_up) for status in runner.status(11)} == {(0, 0, True)}


def test_rows_that_cannot_be_derived_never_stop_the_others(log: MemoryEventLog, stores: Stores) -> None:
    def failing_rows(view: ProgressView) -> Rows:
        if view.learner == "ana":
            raise ZeroDivisionError("rows that fail")
        return PROGRESS.rows(view)

    bad = replace(PROGRESS, rows=failing_rows)
    lessons(log)
    store = stores.open([bad])
    runner = ProjectionRunner(log, store, [bad])
    run_all(runner)

    assert table(store, "SELECT learner, turns FROM progress") == [("ben", 2)]
    assert [each.key for each in store.parked("progress")] == ["ana"]
    assert runner.status(10)[0].caught_up


def endless(view: ProgressView, recorded: Recorded) -> ProgressView:
    """Makes a number that JSON cannot keep of the word poison."""
    return replace(evolve(view, recorded), totals=(inf,)) if is_poison(recorded) else evolve(view, recorded)


def test_a_view_with_a_number_that_is_not_finite_stops_its_own_learner(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    projections = (replace(PROGRESS, evolve=endless, unread=()),)
    store = stores.open(projections)
    run_all(ProjectionRunner(log, store, projections))

    (parked,) = store.parked("progress")
    assert parked.key == "ana"
    assert "not finite" in parked.error
    assert dict(table(store, "SELECT learner, turns FROM progress"))["ben"] == 2


def test_a_stored_view_that_cannot_be_read_stops_its_own_learner(log: MemoryEventLog, stores: Stores) -> None:
    lessons(log)
    store = stores.open(GOOD)
    run_all(ProjectionRunner(log, store, GOOD, owner="the same"))
    with store.transaction() as cursor:
        generation = all_standings(cursor)["progress"].generation
        cursor.execute(f"UPDATE {state_name('progress', generation)} SET view=? WHERE key='ana'", (b'{"x',))
    log.append("s1", [uttered(7)], expected_version=7, origin=origin("ana"))
    log.append("s2", [uttered(3)], expected_version=3, origin=origin("ben"))
    run_all(ProjectionRunner(log, store, GOOD, owner="the same"))

    assert [each.key for each in store.parked("progress")] == ["ana"]
    assert dict(table(store, "SELECT learner, turns FROM progress"))["ben"] == 3
