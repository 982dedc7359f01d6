"""The commands that look after parked keys, compare, describe and export."""

import sqlite3
from pathlib import Path

import pytest

from events.location import DataFolder
from events.sqlite import SQLiteEventLog
from projections.__main__ import main
from projections.catalogue import PROJECTIONS
from projections.projection import relations
from tests.events.samples import origin
from tests.projections.histories import started, uttered


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A log whose second event is damaged, folded."""
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        log.append("s1", [started("ana"), uttered(1)], expected_version=0, origin=origin("ana"))
        log.append("s2", [started("ben", "s2"), uttered(1)], expected_version=0, origin=origin("ben"))
        log.append("s1", [uttered(2), uttered(3)], expected_version=2, origin=origin("ana"))
    with sqlite3.connect(tmp_path / "log.sqlite") as raw:
        raw.execute('UPDATE events SET state=replace(state, \'"turn":1\', \'"turn":"1"\') WHERE rowid=2')
    raw.close()
    folder = DataFolder(tmp_path)
    main(["run", "--once"], folder)
    return folder


def mend(folder: DataFolder) -> None:
    with sqlite3.connect(folder.log) as raw:
        raw.execute('UPDATE events SET state=replace(state, \'"turn":"1"\', \'"turn":1\') WHERE rowid=2')
    raw.close()


def test_parked_keys_are_listed_and_the_event_is_shown(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["park", "list"], folder) == 0
    listed = capsys.readouterr().out
    assert "progress" in listed
    assert "ana" in listed

    assert main(["park", "show", "progress", "ana"], folder) == 0
    shown = capsys.readouterr().out
    assert "position 2" in shown
    assert '"turn": "1"' in shown
    assert main(["park", "show", "progress", "ben"], folder) == 2


def test_retry_takes_up_what_waited_once_the_cause_is_gone(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["park", "retry", "progress", "ana"], folder) == 1
    assert "stopped again at position 2" in capsys.readouterr().out
    mend(folder)

    for projection in PROJECTIONS:
        assert main(["park", "retry", projection.name], folder) == 0
    capsys.readouterr()
    main(["park", "list"], folder)

    assert "nothing is parked" in capsys.readouterr().out
    for projection in PROJECTIONS:
        assert main(["diff", projection.name], folder) == 0


def test_the_place_of_the_damage_is_told_once(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["park", "show", "progress", "ana"], folder)
    assert "Expected `int`, got `str` at `$.data.turn`; `python -m events verify`" in capsys.readouterr().out


def test_retry_says_so_when_nothing_is_parked(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["park", "skip", "progress", "ana"], folder)
    capsys.readouterr()

    assert main(["park", "retry", "progress"], folder) == 0
    assert capsys.readouterr().out == "progress: nothing is parked\n"


def test_skip_leaves_the_event_out(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["park", "skip", "progress", "ana"], folder) == 0
    assert "2 events of 'ana' folded" in capsys.readouterr().out
    assert main(["diff", "progress"], folder) == 0
    assert main(["park", "skip", "progress", "ana"], folder) == 2


def test_diff_names_the_keys_that_differ(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(folder.views) as raw:
        raw.execute("UPDATE learner_days_1 SET turns=7 WHERE learner='ben'")
    raw.close()
    capsys.readouterr()

    assert main(["diff", "daily_activity"], folder) == 1
    assert "ben" in capsys.readouterr().out.splitlines()[-1]
    assert main(["diff", "cost"], folder) == 0


def test_the_old_views_are_dropped_when_told(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rebuild", "weak_areas"], folder)
    capsys.readouterr()
    assert main(["rebuild", "progress", "--drop-old"], folder) == 0
    assert "is dropped" in capsys.readouterr().out
    assert main(["rebuild", "progress", "--drop-old"], folder) == 0
    assert "no rebuild has left anything to drop" in capsys.readouterr().out


def test_describe_tells_every_column(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe"], folder) == 0
    shown = capsys.readouterr().out
    for projection in PROJECTIONS:
        for relation in relations(projection):
            assert relation.name in shown
    assert main(["describe", "streaks"], folder) == 0
    assert "longest_days" in capsys.readouterr().out
    assert main(["describe", "nothing"], folder) == 2


def test_export_writes_a_file(folder: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sessions.csv"
    assert main(["export", "sessions", "--format", "csv", "--out", str(out)], folder) == 0
    # s1 waits behind its damaged event, but its beginning is there.
    assert [line.split(",")[0] for line in out.read_text().splitlines()] == ["session", "s1", "s2"]
    assert main(["export", "sessions", "--format", "csv", "--out", str(tmp_path / "no" / "x.csv")], folder) == 1
