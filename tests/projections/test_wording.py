"""How counts and runners are told."""

from pathlib import Path

import pytest

from events.memory import MemoryEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import RunnerFenced
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from projections.wording import counted, runner_told


@pytest.mark.parametrize(("count", "told"), [(0, "0 views"), (1, "1 view"), (2, "2 views"), (12_345, "12,345 views")])
def test_one_is_one_and_others_are_many(count: int, told: str) -> None:
    assert counted(count, "view") == told


def test_a_runner_is_told_by_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 4711)
    monkeypatch.setattr("socket.gethostname", lambda: "ana-laptop")
    store = SQLiteViewStore(tmp_path / "views.sqlite", PROJECTIONS)
    log = MemoryEventLog()
    first, second = (ProjectionRunner(log, store, PROJECTIONS) for _ in range(2))
    first.run_once()
    with pytest.raises(RunnerFenced, match=r"^process 4711 on ana-laptop folds into these views") as fenced:
        second.run_once()
    assert runner_told(fenced.value.owner) == "process 4711 on ana-laptop"
    assert runner_told("server 1") == "server 1"
    store.close()
