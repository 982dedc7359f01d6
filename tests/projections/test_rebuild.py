"""Rebuilds: beside the live views, equal before they change places."""

import threading

import pytest
from msgspec import Struct

from events.envelope import Unknown
from events.learner import LearnerForgotten
from events.lesson import SpeechUttered
from events.memory import MemoryEventLog
from projections import fold as fold_module
from projections import rebuild as rebuild_module
from projections import touched as touched_module
from projections.catalogue import PROJECTIONS
from projections.errors import RebuildDiffers, ViewsUnavailable
from projections.folded import Folded
from projections.progress import PROGRESS
from projections.projection import AnyProjection, Projection
from projections.rebuild import compare, drop_kept
from projections.runner import ProjectionRunner
from projections.sessions import SESSIONS
from projections.tables import Table, integer, text
from projections.views import Cursor, Dialect, ViewStore
from tests.events.samples import origin
from tests.projections.histories import DailyClock, expected_progress, fill, started
from tests.projections.stores import Stores, checksums, run_all, table


def forget(log: MemoryEventLog, learner: str) -> None:
    log.append(f"learner:{learner}", [LearnerForgotten(generation=1)], expected_version=0, origin=origin(learner))


def test_a_rebuild_gives_an_equal_checksum_and_takes_its_place(log: MemoryEventLog, store: ViewStore) -> None:
    count = fill(log, sessions=10)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    before = checksums(store)["progress"]
    steps: list[tuple[int, int]] = []

    rebuilt = runner.rebuild("progress", step=lambda reached, end: steps.append((reached, end)))

    assert rebuilt.checksum == rebuilt.replaced == before == checksums(store)["progress"]
    assert (rebuilt.position, rebuilt.keys) == (count, len(expected_progress(log)))
    assert steps[-1] == (count, count)
    assert store.standing("progress").generation == 2


def test_a_rebuild_that_stores_a_little_at_a_time_gives_the_same(
    stores: Stores, log: MemoryEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(log, sessions=20)
    forget(log, "learner-1")
    fill(log, sessions=20, seed=2, first=20)
    log.append("bad", [Unknown(tag="speech.uttered.v1", payload=b"{}")], expected_version=0, origin=origin("learner-2"))
    fill(log, sessions=5, seed=3, first=40)
    store = stores.open()
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    monkeypatch.setattr(rebuild_module, "PAGE", 7)
    monkeypatch.setattr(rebuild_module, "VIEWS_AT_ONCE", 2)
    monkeypatch.setattr(fold_module, "MOST_EVENTS", 20)
    monkeypatch.setattr(touched_module, "MAX_CACHED", 2)
    monkeypatch.setattr(touched_module, "MOST_SUMS", 3)
    before = checksums(store)

    for projection in PROJECTIONS:
        rebuilt = runner.rebuild(projection.name)
        assert rebuilt.checksum == rebuilt.replaced

    assert checksums(store) == before
    assert {status.position for status in runner.status(log.head())} == {log.head()}
    assert all(status.caught_up for status in runner.status(log.head()))


def test_a_rebuild_stores_what_gathers_before_it_holds_too_many_views(
    log: MemoryEventLog, store: ViewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        log.append(f"s{number}", [started(f"learner-{number}")], expected_version=0, origin=origin(f"learner-{number}"))
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    monkeypatch.setattr(rebuild_module, "PAGE", 4)
    monkeypatch.setattr(touched_module, "MAX_CACHED", 10)
    stored: list[int] = []
    write = rebuild_module.write_folded

    def counting(cursor: Cursor, dialect: Dialect, projection: AnyProjection, generation: int, folded: Folded) -> None:
        stored.append(len(folded.rows))
        write(cursor, dialect, projection, generation, folded)

    monkeypatch.setattr(rebuild_module, "write_folded", counting)
    runner.rebuild("progress")

    # Pages of four learners: the third one reaches the limit of ten.
    assert [count for count in stored if count] == [12, 12, 12, 12, 12]


def test_a_rebuild_leaves_alone_what_is_in_service_of_a_learner_who_came_back(
    log: MemoryEventLog, store: ViewStore
) -> None:
    fill(log, sessions=5)
    forget(log, "learner-1")
    fill(log, sessions=20, seed=2, first=5)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    before = checksums(store)

    for projection in PROJECTIONS:
        assert compare(log, store, projection).differing == ()

    assert checksums(store) == before


def test_a_rebuild_that_differs_changes_nothing_unless_it_is_accepted(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=5)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    victim = next(iter(expected_progress(log)))
    with store.transaction() as cursor:
        cursor.execute("UPDATE progress_1 SET turns=turns+1 WHERE learner=?", (victim,))
    before = checksums(store)

    with pytest.raises(RebuildDiffers) as caught:
        runner.rebuild("progress")
    assert caught.value.keys == (victim,)
    assert checksums(store) == before

    rebuilt = runner.rebuild("progress", accept=True)
    assert rebuilt.checksum != rebuilt.replaced
    assert store.get(PROGRESS, victim) == expected_progress(log)[victim]


def test_a_runner_goes_on_in_the_table_that_a_rebuild_put_in_service(log: MemoryEventLog, stores: Stores) -> None:
    live, analyst = stores.open(), stores.open()
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


def test_rebuilds_while_a_runner_is_folding_lose_nothing(stores: Stores) -> None:
    stop = threading.Event()
    log = MemoryEventLog(clock=DailyClock())
    live, analyst = stores.open(), stores.open()
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
        version=PROGRESS.version + 1,
        about="turns only",
        view=Turns,
        tables=(Table(name="turns", about="", columns=(text("learner", ""), integer("turns", ""))),),
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
    log: MemoryEventLog, stores: Stores
) -> None:
    count = fill(log, sessions=5)
    run_all(ProjectionRunner(log, stores.open([SESSIONS]), [SESSIONS], owner="the same"))

    store = stores.open()
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


def test_the_replaced_views_are_kept_until_told(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=3)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    before = table(store, "SELECT * FROM progress ORDER BY learner")
    runner.rebuild("progress")

    assert table(store, "SELECT * FROM progress_1 ORDER BY learner") == before
    assert drop_kept(store, PROGRESS)
    assert not drop_kept(store, PROGRESS)
    with pytest.raises(ViewsUnavailable):
        table(store, "SELECT * FROM progress_1")
    assert table(store, "SELECT * FROM progress ORDER BY learner") == before


def test_a_comparison_names_the_keys_that_differ_and_changes_nothing(log: MemoryEventLog, store: ViewStore) -> None:
    fill(log, sessions=5)
    run_all(ProjectionRunner(log, store, PROJECTIONS))
    victim = next(iter(expected_progress(log)))
    for projection in PROJECTIONS:
        assert compare(log, store, projection).differing == ()
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM learner_days_1 WHERE learner=?", (victim,))
        cursor.execute("UPDATE sessions_1 SET topic='other' WHERE session='s3'")
    before = checksums(store)

    differing = {each.name: compare(log, store, each).differing for each in PROJECTIONS}

    assert {name: keys for name, keys in differing.items() if keys} == {"activity": (victim,), "sessions": ("s3",)}
    assert checksums(store) == before


@pytest.mark.parametrize("stores", ["postgres"], indirect=True)  # SQLite has no grants
def test_a_rebuild_leaves_analysts_their_grants_and_their_own_views(log: MemoryEventLog, stores: Stores) -> None:
    store = stores.open()
    with store.transaction() as cursor:
        cursor.execute("GRANT SELECT ON progress TO PUBLIC")
        cursor.execute("CREATE VIEW busy AS SELECT learner FROM progress WHERE turns > 2")
    fill(log, sessions=12)
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    for _ in range(3):
        runner.rebuild("progress")

    busy = {learner for learner, view in expected_progress(log).items() if view.turns > 2}
    assert {learner for (learner,) in table(store, "SELECT learner FROM busy")} == busy
    ((grants,),) = table(store, "SELECT COUNT(*) FROM pg_class WHERE oid='progress'::regclass AND relacl IS NOT NULL")
    assert grants == 1
