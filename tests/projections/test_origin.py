"""Views whose log was restored from a backup, or replaced, while they were further: they begin anew by themselves."""

import shutil
from pathlib import Path

import pytest

from events.sqlite import SQLiteEventLog
from projections import runner as runner_module
from projections.catalogue import PROJECTIONS
from projections.commands import run_once
from projections.rebuild import rebuild
from projections.runner import ProjectionRunner, Share
from projections.views import ViewStore
from tests.projections.histories import fill
from tests.projections.stores import Stores, checksums, run_all, table


def restored(folder: Path, store: ViewStore, *, rebuilt: bool = False) -> SQLiteEventLog:
    """A log that is back at what it was after three sessions; the views are at what it was after six."""
    first, then = folder / "backup.sqlite", folder / "log.sqlite"
    with SQLiteEventLog(first) as log:
        fill(log, sessions=3)
    shutil.copy(first, then)
    with SQLiteEventLog(then) as log:
        fill(log, sessions=3, first=3)
        run_all(runner := ProjectionRunner(log, store, PROJECTIONS))
        runner.release()
        for projection in PROJECTIONS if rebuilt else ():
            rebuild(log, store, projection)
    return SQLiteEventLog(first)


@pytest.mark.parametrize("rebuilt", [False, True])
@pytest.mark.parametrize("sessions_since", [0, 9])
def test_views_of_a_log_that_was_restored_are_told_and_folded_again(
    tmp_path: Path, stores: Stores, sessions_since: int, rebuilt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "BATCH", 7)
    store = stores.open()
    with restored(tmp_path, store, rebuilt=rebuilt) as log:
        fill(log, sessions=sessions_since, seed=2, first=20)
        head = log.head()

        before = ProjectionRunner(log, store, PROJECTIONS).status(head)
        assert {(each.restored, each.audit, each.caught_up, each.lag) for each in before} == {
            (True, "differs", False, head)
        }
        run_once(log, store)

        after = ProjectionRunner(log, store, PROJECTIONS).status(head)
        assert {(each.restored, each.audit, each.caught_up, each.position) for each in after} == {
            (False, "agrees", True, head)
        }
        fresh = stores.open(name="fresh")
        run_all(ProjectionRunner(log, fresh, PROJECTIONS))
        assert checksums(store) == checksums(fresh)


def test_a_runner_at_work_finds_out_by_its_audit_and_loses_no_time_over_a_log_that_is_the_same(
    tmp_path: Path, store: ViewStore
) -> None:
    clock = iter(range(0, 10_000, 11))
    with SQLiteEventLog(tmp_path / "other.sqlite") as log:
        fill(log, sessions=6)
        runner = ProjectionRunner(log, store, PROJECTIONS, clock=lambda: float(next(clock)))
        run_all(runner)
        runner.audit()
        assert {each.generation for each in map(store.standing, [each.name for each in PROJECTIONS])} == {1}
        with store.transaction() as cursor:  # as if the views had been folded from another log
            cursor.execute("UPDATE positions SET event='another' WHERE part=0")

        runner.audit()
        run_all(runner)

        assert {(each.restored, each.caught_up) for each in runner.status(log.head())} == {(False, True)}
        assert {store.standing(each.name).generation for each in PROJECTIONS} == {2}


def test_of_several_workers_the_first_begins_anew_and_the_others_follow(tmp_path: Path, store: ViewStore) -> None:
    with restored(tmp_path, store) as log:
        fill(log, sessions=9, seed=2, first=20)
        first = ProjectionRunner(log, store, PROJECTIONS, share=Share(0, 2), owner="first")
        second = ProjectionRunner(log, store, PROJECTIONS, share=Share(1, 2), owner="second")
        assert second.run_once() == 0
        run_all(first)
        run_all(second)
        assert {(each.restored, each.caught_up) for each in first.status(log.head())} == {(False, True)}


def test_nothing_of_before_is_left_and_what_was_left_out_is_decided_anew(tmp_path: Path, store: ViewStore) -> None:
    with restored(tmp_path, store, rebuilt=True) as log:
        with store.transaction() as cursor:
            cursor.execute("INSERT INTO left_out VALUES ('progress',2,'ana','ValueError: x','ana')")
        run_once(log, store)

        assert table(store, "SELECT * FROM left_out") == []
        assert table(store, "SELECT DISTINCT generation FROM made") == [(3,)]
        assert table(store, "SELECT DISTINCT generation FROM positions") == [(3,)]
