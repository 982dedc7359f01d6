"""``python -m projections wipe`` when others fold, or should: it waits for a limited time, then names them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from events.location import DataFolder
from events.opening import open_log
from projections import wiping
from projections.__main__ import main
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.runner import ProjectionRunner, Share
from projections.views import ViewStore
from tests.events.sealing.lessons import folder
from tests.projections.histories import fill
from tests.projections.stores import run_all

__all__ = ["folder"]  # the fixture
Worker = Callable[[int], ProjectionRunner]


@contextmanager
def workers(folder: DataFolder) -> Iterator[Worker]:
    """Gives workers 0/2 and 1/2 of a log in which there is something to fold."""
    with open_log(folder) as log:
        fill(log, sessions=3)
        store: ViewStore = open_views(folder)
        yield lambda number: ProjectionRunner(
            log, store, PROJECTIONS, share=Share(number, 2), owner=f"worker {number}", lease_s=60.0
        )
        store.close()


def test_when_a_worker_is_down_and_another_folds_it_gives_up_and_names_both_and_later_finishes(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with workers(folder) as worker:
        run_all(worker(1))

        assert main(["wipe", "--wait", "0.3"], folder) == 1

        told = capsys.readouterr().err
        assert "nothing is wiped, for the views are not folded to position " in told
        assert "nobody folds 4 parts of the learners, and this command cannot while worker 1 folds others" in told
        run_all(worker(0))
        assert main(["wipe", "--wait", "0.3"], folder) == 0


def test_a_worker_that_holds_its_part_and_gets_no_further_is_named(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with workers(folder) as worker:
        run_all(worker(1))
        stuck = worker(0)
        stuck._make_ready()

        assert main(["wipe", "--wait", "0.3"], folder) == 1

    assert "they get no further with worker 0 and worker 1" in capsys.readouterr().err


def test_who_gets_on_is_waited_for_however_long_it_takes(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.runner.BATCH", 1)
    monkeypatch.setattr("projections.runner.MOST_BATCHES", 1)
    pauses = []
    with workers(folder) as worker:
        run_all(worker(1))
        slow = worker(0)
        slow.run_once()

        def later(seconds: float) -> None:
            pauses.append(seconds)
            slow.run_once()

        monkeypatch.setattr(wiping.time, "sleep", later)
        monkeypatch.setattr(wiping.time, "monotonic", lambda: float(len(pauses)))

        assert main(["wipe", "--wait", "1.5"], folder) == 0

    assert len(pauses) > 10


@pytest.mark.parametrize("wait", ["-1", "nan", "inf", "soon"])
def test_a_time_to_wait_that_is_none_is_refused(tmp_path: Path, wait: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["wipe", "--wait", wait], DataFolder(tmp_path))
    assert "is no number of seconds" in capsys.readouterr().err
