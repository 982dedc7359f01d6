"""The runner: all or nothing, one at a time, and it goes on."""

import itertools
import random
import sqlite3
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from events.envelope import Recorded
from events.errors import LogUnavailable
from events.lesson import SessionEnded, SpeechUttered
from events.memory import MemoryEventLog
from events.sqlite import SQLiteEventLog
from projections import runner as runner_module
from projections.catalogue import PROJECTIONS
from projections.errors import RunnerFenced, ViewsUnavailable
from projections.progress import PROGRESS, ProgressView, evolve
from projections.runner import ProjectionRunner
from projections.sessions import SESSIONS
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import expected_progress, fill, started, uttered
from tests.projections.stores import Stores, checksums, run_all


class Clock:
    """Unix seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_views_are_those_of_the_fold(log: MemoryEventLog, store: ViewStore) -> None:
    count = fill(log, sessions=12)
    runner = ProjectionRunner(log, store, PROJECTIONS)

    assert runner.run_once() == len(PROJECTIONS) * count
    assert runner.run_once() == 0

    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view
    assert store.get(PROGRESS, "nobody") is None
    assert {(s.position, s.lag, s.parked, s.caught_up) for s in runner.status(count)} == {(count, 0, 0, True)}


def test_a_learners_sessions_are_listed_newest_first(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=12)
    run_all(ProjectionRunner(log, store, PROJECTIONS))

    for learner in expected_progress(log):
        streams = [r.stream for r in log.tail(0, limit=10_000) if r.learner == learner and r.version == 1]
        assert [view.session for view in store.of_learner(SESSIONS, learner)] == streams[::-1]
        assert len(store.of_learner(SESSIONS, learner, limit=1)) == 1


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_the_size_of_the_pages_does_not_matter(
    log: MemoryEventLog, stores: Stores, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=6)
    reference, paged = stores.open(name="a"), stores.open(name="b")
    run_all(ProjectionRunner(log, reference, PROJECTIONS))

    monkeypatch.setattr(runner_module, "BATCH", batch)
    run_all(ProjectionRunner(log, paged, PROJECTIONS))

    assert checksums(paged) == checksums(reference)


def test_a_runner_that_dies_anywhere_loses_and_doubles_nothing(
    log: MemoryEventLog, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=10)
    reference = stores.open(name="reference")
    run_all(ProjectionRunner(log, reference, PROJECTIONS))
    monkeypatch.setattr(runner_module, "BATCH", 5)
    rng = random.Random(8)
    deaths = 0

    def dying(*arguments: object) -> None:
        nonlocal deaths
        write(*arguments)  # type: ignore[arg-type]
        if rng.random() < 0.1:
            deaths += 1
            raise RuntimeError("killed in the middle of a transaction")

    write = runner_module.write_folded
    monkeypatch.setattr(runner_module, "write_folded", dying)
    while True:
        store = stores.open()
        runner = ProjectionRunner(log, store, PROJECTIONS, owner="the same machine")
        try:
            run_all(runner)
            break
        except RuntimeError:
            store.close()

    assert deaths > 5
    assert checksums(store) == checksums(reference)


def test_a_commit_that_fails_leaves_the_same_runner_fit_to_go_on(
    log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=4)
    runner = ProjectionRunner(log, store, PROJECTIONS)

    def failing(*_: object) -> None:
        raise ViewsUnavailable("failed", "database or disk is full")

    monkeypatch.setattr(runner_module, "write_folded", failing)
    with pytest.raises(ViewsUnavailable, match="full"):
        runner.run_once()
    monkeypatch.undo()
    run_all(runner)

    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view


def poisoned(view: ProgressView, recorded: Recorded) -> ProgressView:
    if isinstance(recorded.event, SpeechUttered) and recorded.event.text == "poison":
        raise ZeroDivisionError("a fold that fails")
    return evolve(view, recorded)


def test_a_poisoned_event_parks_its_key_and_the_others_go_on(stores: Stores, log: MemoryEventLog) -> None:
    bad = replace(PROGRESS, evolve=poisoned)
    store = stores.open([bad])
    log.append("s1", [started("ana"), uttered()], expected_version=0, origin=origin("ana"))
    log.append("s2", [started("ben")], expected_version=0, origin=origin("ben"))
    log.append("s1", [replace(uttered(), text="poison")], expected_version=2, origin=origin("ana"))
    log.append("s1", [uttered(), uttered()], expected_version=3, origin=origin("ana"))
    log.append("s2", [uttered(), uttered()], expected_version=1, origin=origin("ben"))
    runner = ProjectionRunner(log, store, [bad])
    run_all(runner)

    (parked,) = store.parked("progress")
    assert (parked.key, parked.position) == ("ana", 4)
    assert parked.error == "ZeroDivisionError: a fold that fails"
    ana, ben = store.get(PROGRESS, "ana"), store.get(PROGRESS, "ben")
    assert ana is not None
    assert ben is not None
    assert (ana.turns, ben.turns) == (1, 2)
    assert runner.status(8)[0].parked == 1

    # Parked stays parked for the next runner, until a rebuild with a mended fold.
    runner.release()
    log.append("s1", [uttered()], expected_version=5, origin=origin("ana"))
    mended = ProjectionRunner(log, store, [PROGRESS])
    run_all(mended)
    ana = store.get(PROGRESS, "ana")
    assert ana is not None
    assert ana.turns == 1
    mended.rebuild("progress", accept=True)
    run_all(mended)
    ana = store.get(PROGRESS, "ana")
    assert ana is not None
    assert ana.turns == 5
    assert store.parked("progress") == ()


def test_a_damaged_event_in_the_log_parks_its_learner_only(tmp_path: Path, store: ViewStore) -> None:
    path = tmp_path / "log.sqlite"
    with SQLiteEventLog(path) as log:
        log.append("s1", [started("ana"), uttered()], expected_version=0, origin=origin("ana"))
        log.append("s2", [started("ben"), uttered()], expected_version=0, origin=origin("ben"))
        log.append("s3", [started("cem"), uttered()], expected_version=0, origin=origin("cem"))
        with sqlite3.connect(path) as raw:
            raw.execute('UPDATE events SET state=replace(state, \'"turn":1\', \'"turn":"1"\') WHERE rowid=2')
            raw.execute("UPDATE events SET state=x'00' WHERE rowid=6")
        raw.close()
        run_all(ProjectionRunner(log, store, PROJECTIONS))

    assert [(parked.key, parked.position) for parked in store.parked("progress")] == [("ana", 2), ("stream:s3", 6)]
    assert [(parked.key, parked.position) for parked in store.parked("sessions")] == [("s1", 2), ("stream:s3", 6)]
    ben = store.get(PROGRESS, "ben")
    assert ben is not None
    assert ben.turns == 1


def test_a_second_runner_stands_by_until_the_first_stops(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=2)
    first = ProjectionRunner(log, store, PROJECTIONS, owner="first")
    second = ProjectionRunner(log, store, PROJECTIONS, owner="second")
    run_all(first)

    with pytest.raises(RunnerFenced, match="first"):
        second.run_once()
    first.release()
    fill(log, sessions=2, first=2)
    run_all(second)
    with pytest.raises(RunnerFenced, match="second"):
        first.run_once()


def test_a_runner_that_slept_past_its_lease_is_fenced_and_writes_nothing(log: MemoryEventLog, store: ViewStore) -> None:
    clock = Clock()
    asleep = ProjectionRunner(log, store, PROJECTIONS, owner="asleep", clock=clock, lease_s=10)
    heir = ProjectionRunner(log, store, PROJECTIONS, owner="heir", clock=clock, lease_s=10)
    fill(log, sessions=2)
    run_all(asleep)
    clock.now += 9
    with pytest.raises(RunnerFenced):
        heir.run_once()
    clock.now += 2
    fill(log, sessions=2, first=2)
    run_all(heir)
    before = checksums(store)

    fill(log, sessions=1, first=4)
    with pytest.raises(RunnerFenced, match="heir"):
        asleep.run_once()

    assert checksums(store) == before
    run_all(heir)
    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view


def test_an_idle_runner_keeps_its_lease(log: MemoryEventLog, store: ViewStore) -> None:
    clock = Clock()
    idle = ProjectionRunner(log, store, PROJECTIONS, owner="idle", clock=clock, lease_s=10)
    other = ProjectionRunner(log, store, PROJECTIONS, owner="other", clock=clock, lease_s=10)
    for _ in range(10):
        assert idle.run_once() == 0
        clock.now += 6
        with pytest.raises(RunnerFenced):
            other.run_once()


def test_a_lease_that_ends_too_far_ahead_is_over_when_a_lease_from_now_would_be(
    log: MemoryEventLog, store: ViewStore
) -> None:
    clock, ahead = Clock(), Clock()
    ahead.now += 3_600
    killed = ProjectionRunner(log, store, PROJECTIONS, owner="killed", clock=ahead, lease_s=10)
    heir = ProjectionRunner(log, store, PROJECTIONS, owner="heir", clock=clock, lease_s=10)
    fill(log, sessions=2)
    run_all(killed)

    with pytest.raises(RunnerFenced, match="killed"):
        heir.run_once()
    clock.now += 11
    fill(log, sessions=2, first=2)
    run_all(heir)
    assert {(each.lag, each.caught_up) for each in heir.status(log.head())} == {(0, True)}


def test_a_runner_whose_clock_is_ahead_or_put_back_keeps_its_lease_while_it_lives(
    log: MemoryEventLog, store: ViewStore
) -> None:
    clock, wrong = Clock(), Clock()
    wrong.now += 3_600
    alive = ProjectionRunner(log, store, PROJECTIONS, owner="alive", clock=wrong, lease_s=10)
    other = ProjectionRunner(log, store, PROJECTIONS, owner="other", clock=clock, lease_s=10)
    for turn in range(10):
        if turn == 5:
            wrong.now -= 3_600  # put right
        assert alive.run_once() == 0
        with pytest.raises(RunnerFenced):
            other.run_once()
        clock.now += 6
        wrong.now += 6


def test_a_running_runner_follows_the_log_and_survives_its_faults(store: ViewStore) -> None:
    log = MemoryEventLog()
    stop = threading.Event()
    runner = ProjectionRunner(log, store, PROJECTIONS)
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    waited = threading.Event()
    for version in range(5):
        log.append("s1", [SessionEnded(reason="x")], expected_version=version, origin=origin("ana"))
        while store.standing("sessions").position <= version:
            waited.wait(0.005)
    stop.set()
    thread.join()

    view = store.get(SESSIONS, "s1")
    assert view is not None
    assert view.last_version == 5
    assert runner.fault == ""


def test_what_a_runner_waits_for_is_told_once(
    store: ViewStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("projections.runner.RETRY_S", 0.001)
    stop, tries = threading.Event(), itertools.count(1)
    log = MemoryEventLog()

    def away(after: int, *, limit: int) -> tuple[Recorded, ...]:
        tried = next(tries)
        if tried == 6:
            stop.set()
        if tried == 3:
            return ()  # nothing is folded: the fault may go on
        raise LogUnavailable("unreachable", "nothing listens there")

    monkeypatch.setattr(log, "tail", away)
    ProjectionRunner(log, store, PROJECTIONS).run(stop)

    assert caplog.text.count("The views wait: the log is unavailable (unreachable): nothing listens there") == 1
