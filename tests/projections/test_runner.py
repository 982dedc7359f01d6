import random
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from events.envelope import Recorded
from events.lesson import SessionEnded, SpeechUttered
from events.log import EventLog
from events.memory import MemoryEventLog
from events.sqlite import SQLiteEventLog
from projections import runner as runner_module
from projections.catalogue import PROJECTIONS
from projections.errors import RebuildDiffers, RunnerFenced, ViewsUnavailable
from projections.progress import PROGRESS, ProgressView, evolve, initial
from projections.projection import Projection
from projections.rebuild import checksum
from projections.runner import ProjectionRunner
from projections.sessions import SESSIONS
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import DailyClock, fill, started, uttered


class Clock:
    """Unix seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def log() -> MemoryEventLog:
    return MemoryEventLog(clock=DailyClock())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ViewStore]:
    opened = ViewStore(tmp_path / "views.sqlite", PROJECTIONS)
    yield opened
    opened.close()


def run_all(runner: ProjectionRunner) -> None:
    while runner.run_once():
        pass


def checksums(store: ViewStore) -> dict[str, str]:
    with store.transaction() as cursor:
        return {
            name: checksum(cursor, name, store.standing(name).generation) for name in (PROGRESS.name, SESSIONS.name)
        }


def expected_progress(log: EventLog) -> dict[str, ProgressView]:
    """What the fold gives without any runner."""
    views: dict[str, ProgressView] = {}
    for recorded in log.tail(0, limit=1_000_000):
        views[recorded.learner] = evolve(views.get(recorded.learner, initial()), recorded)
    return views


def test_the_views_are_those_of_the_fold(log: MemoryEventLog, store: ViewStore) -> None:
    count = fill(log, sessions=12)
    runner = ProjectionRunner(log, store, PROJECTIONS)

    assert runner.run_once() == 2 * count
    assert runner.run_once() == 0

    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view
    assert store.get(PROGRESS, "nobody") is None
    assert [(s.position, s.lag, s.parked) for s in runner.status(count)] == [(count, 0, 0), (count, 0, 0)]


def test_a_learners_sessions_are_listed_newest_first(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=12)
    run_all(ProjectionRunner(log, store, PROJECTIONS))

    for learner in expected_progress(log):
        streams = [r.stream for r in log.tail(0, limit=10_000) if r.learner == learner and r.version == 1]
        assert [view.session for view in store.of_learner(SESSIONS, learner)] == streams[::-1]
        assert len(store.of_learner(SESSIONS, learner, limit=1)) == 1


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_the_size_of_the_pages_does_not_matter(
    log: MemoryEventLog, tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=6)
    reference, paged = (ViewStore(tmp_path / name, PROJECTIONS) for name in ("a.sqlite", "b.sqlite"))
    run_all(ProjectionRunner(log, reference, PROJECTIONS))

    monkeypatch.setattr(runner_module, "BATCH", batch)
    run_all(ProjectionRunner(log, paged, PROJECTIONS))

    assert checksums(paged) == checksums(reference)


def test_a_runner_that_dies_anywhere_loses_and_doubles_nothing(
    log: MemoryEventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=10)
    reference = ViewStore(tmp_path / "reference.sqlite", PROJECTIONS)
    run_all(ProjectionRunner(log, reference, PROJECTIONS))
    monkeypatch.setattr(runner_module, "BATCH", 5)
    rng = random.Random(8)
    deaths = 0

    def dying(*arguments: object) -> None:
        nonlocal deaths
        write(*arguments)  # type: ignore[arg-type]
        if rng.random() < 0.3:
            deaths += 1
            raise RuntimeError("killed in the middle of a transaction")

    write = runner_module.write_rows
    monkeypatch.setattr(runner_module, "write_rows", dying)
    path = tmp_path / "views.sqlite"
    while True:
        store = ViewStore(path, PROJECTIONS)
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
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(runner_module, "write_rows", failing)
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


def test_a_poisoned_event_parks_its_key_and_the_others_go_on(tmp_path: Path, log: MemoryEventLog) -> None:
    bad = replace(PROGRESS, evolve=poisoned)
    store = ViewStore(tmp_path / "views.sqlite", [bad])
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
    assert [(parked.key, parked.position) for parked in store.parked("sessions")] == [("s1", 2), ("s3", 6)]
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


def test_a_rebuild_gives_an_equal_checksum_and_takes_its_place(log: MemoryEventLog, store: ViewStore) -> None:
    count = fill(log, sessions=10)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    before = checksums(store)["progress"]
    steps: list[tuple[int, int]] = []

    rebuilt = runner.rebuild("progress", step=lambda reached, end: steps.append((reached, end)))

    assert rebuilt.checksum == rebuilt.replaced == before == checksums(store)["progress"]
    assert (rebuilt.position, rebuilt.views) == (count, len(expected_progress(log)))
    assert steps[-1] == (count, count)
    assert store.standing("progress").generation == 2


def test_a_rebuild_that_differs_changes_nothing_unless_it_is_accepted(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=5)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    victim = next(iter(expected_progress(log)))
    with store.transaction() as cursor:
        cursor.execute("UPDATE progress_1 SET view=replace(view, '\"turns\":', '\"turns\":1') WHERE key=?", (victim,))
    before = checksums(store)

    with pytest.raises(RebuildDiffers) as caught:
        runner.rebuild("progress")
    assert caught.value.keys == (victim,)
    assert checksums(store) == before

    rebuilt = runner.rebuild("progress", accept=True)
    assert rebuilt.checksum != rebuilt.replaced
    assert store.get(PROGRESS, victim) == expected_progress(log)[victim]


def test_a_runner_goes_on_in_the_table_that_a_rebuild_put_in_service(log: MemoryEventLog, tmp_path: Path) -> None:
    path = tmp_path / "views.sqlite"
    live, analyst = ViewStore(path, PROJECTIONS), ViewStore(path, PROJECTIONS)
    runner = ProjectionRunner(log, live, PROJECTIONS, owner="live")
    for round_ in range(4):
        fill(log, sessions=3, seed=round_, first=3 * round_)
        run_all(runner)
        ProjectionRunner(log, analyst, PROJECTIONS, owner="analyst").rebuild("progress")

    fill(log, sessions=3, first=12)
    run_all(runner)

    assert live.standing("progress").generation == 5
    for learner, view in expected_progress(log).items():
        assert analyst.get(PROGRESS, learner) == view


def test_rebuilds_while_a_runner_is_folding_lose_nothing(tmp_path: Path) -> None:
    path, stop = tmp_path / "views.sqlite", threading.Event()
    log = MemoryEventLog(clock=DailyClock())
    live, analyst = ViewStore(path, PROJECTIONS), ViewStore(path, PROJECTIONS)
    runner = ProjectionRunner(log, live, PROJECTIONS, owner="live")
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    count = 0
    for round_ in range(8):
        count += fill(log, sessions=20, seed=round_, first=20 * round_)
        rebuilt = ProjectionRunner(log, analyst, PROJECTIONS, owner="analyst").rebuild("progress")
        assert rebuilt.checksum == rebuilt.replaced
    waited = threading.Event()
    while min(status.position for status in runner.status(count)) < count:
        waited.wait(0.01)
    stop.set()
    thread.join()

    for learner, view in expected_progress(log).items():
        assert analyst.get(PROGRESS, learner) == view


def test_a_new_version_of_a_fold_is_folded_from_the_start(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=3)
    run_all(ProjectionRunner(log, store, PROJECTIONS, owner="the same"))

    class Turns(Struct, frozen=True, kw_only=True):
        turns: int = 0

    newer = Projection(
        name="progress",
        version=2,
        about="turns only",
        view=Turns,
        key=lambda recorded: recorded.learner,
        initial=Turns,
        evolve=lambda view, recorded: Turns(turns=view.turns + isinstance(recorded.event, SpeechUttered)),
    )
    runner = ProjectionRunner(log, store, [newer], owner="the same")
    assert runner.status(0)[0].outdated
    fill(log, sessions=3, first=3)
    run_all(runner)

    assert not runner.status(0)[0].outdated
    for learner, view in expected_progress(log).items():
        assert store.get(newer, learner) == Turns(turns=view.turns)


def test_a_projection_that_is_added_later_catches_up_without_holding_up_the_others(
    log: MemoryEventLog, tmp_path: Path
) -> None:
    path = tmp_path / "views.sqlite"
    count = fill(log, sessions=5)
    run_all(ProjectionRunner(log, ViewStore(path, [SESSIONS]), [SESSIONS], owner="the same"))

    store = ViewStore(path, PROJECTIONS)
    more = fill(log, sessions=1, first=5)
    runner = ProjectionRunner(log, store, PROJECTIONS, owner="the same")
    run_all(runner)

    assert {status.position for status in runner.status(count + more)} == {count + more}
    for learner, view in expected_progress(log).items():
        assert store.get(PROGRESS, learner) == view


def test_views_of_a_longer_log_are_not_rebuilt_from_a_shorter_one(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=3)
    run_all(ProjectionRunner(log, store, PROJECTIONS))

    with pytest.raises(ViewsUnavailable, match="the log ends at 0"):
        ProjectionRunner(MemoryEventLog(), store, PROJECTIONS).rebuild("progress")


def test_the_views_can_be_read_with_plain_sql(log: MemoryEventLog, tmp_path: Path) -> None:
    path = tmp_path / "views.sqlite"
    fill(log, sessions=5)
    run_all(ProjectionRunner(log, ViewStore(path, PROJECTIONS), PROJECTIONS))

    raw = sqlite3.connect(path)
    rows = raw.execute("SELECT key, json_extract(view, '$.turns') FROM progress ORDER BY key").fetchall()
    raw.close()

    assert rows == sorted((learner, view.turns) for learner, view in expected_progress(log).items())


def test_a_file_that_is_no_database_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "views.sqlite").write_bytes(b"no database" * 1000)

    with pytest.raises(ViewsUnavailable):
        ViewStore(tmp_path / "views.sqlite", PROJECTIONS)
