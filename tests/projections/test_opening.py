"""Opening the views of a data folder whose file cannot be used as it is."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events.location import DataFolder
from events.memory import MemoryEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.opening import open_views
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from tests.projections.histories import fill
from tests.projections.stores import run_all, table


@pytest.fixture
def folder(tmp_path: Path, log: MemoryEventLog) -> DataFolder:
    """A folder with views, a price that somebody has set and an event that somebody has left out."""
    folder = DataFolder(tmp_path)
    fill(log, sessions=3)
    with SQLiteViewStore(folder.views, PROJECTIONS) as store:
        run_all(ProjectionRunner(log, store, PROJECTIONS))
        with store.transaction() as cursor:
            cursor.execute("UPDATE prices SET per_call=0.25 WHERE kind='tutor' AND engine='provider'")
            cursor.execute("INSERT INTO prices VALUES ('tutor','mine',1,2,3,4)")
            cursor.execute("INSERT INTO left_out VALUES ('progress',2,'ana','ValueError: x','ana')")
    return folder


def set_layout(folder: DataFolder, number: int) -> None:
    with closing(sqlite3.connect(folder.views)) as raw:
        raw.execute(f"PRAGMA user_version={number}")


def test_what_people_put_in_by_hand_is_taken_over_from_a_file_that_is_too_old(folder: DataFolder) -> None:
    set_layout(folder, 1)

    with open_views(folder) as store:
        assert table(store, "SELECT engine, per_call FROM prices WHERE per_call > 0 ORDER BY engine") == [
            ("mine", 1.0),
            ("provider", 0.25),
        ]
        assert table(store, "SELECT name, position, learner FROM left_out") == [("progress", 2, "ana")]


def test_where_it_cannot_be_read_any_more_the_program_says_so(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.views.write_bytes(b"no database" * 1000)

    with caplog.at_level(logging.WARNING), open_views(folder) as store:
        assert table(store, "SELECT SUM(per_call) FROM prices") == [(0.0,)]
    assert "prices and its list of events left out cannot be read" in caplog.text


def test_the_file_of_a_newer_program_stays_where_it_is(folder: DataFolder) -> None:
    set_layout(folder, 99)

    with pytest.raises(ViewsUnavailable, match="run the newer program"):
        open_views(folder)

    assert [path.name for path in folder.root.glob("views.sqlite*") if path.suffix == ".sqlite"] == ["views.sqlite"]
    assert list(folder.root.glob("views.sqlite.2*")) == []
