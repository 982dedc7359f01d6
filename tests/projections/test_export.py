"""Views as files."""

import csv
import sys
from datetime import date
from pathlib import Path

import pytest

from events.memory import MemoryEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import AnalyticsMissing, ViewsUnavailable, ViewUnknown
from projections.export import export
from projections.projection import relations
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from tests.projections.histories import expected_progress, fill
from tests.projections.stores import run_all

parquet = pytest.importorskip("pyarrow.parquet", reason="pip install pyarrow")


@pytest.fixture
def filled(log: MemoryEventLog, store: ViewStore) -> ViewStore:
    fill(log, sessions=6)
    run_all(ProjectionRunner(log, store, PROJECTIONS))
    return store


def test_parquet_has_the_types_the_rows_and_the_meaning_of_each_column(
    filled: ViewStore, log: MemoryEventLog, tmp_path: Path
) -> None:
    assert export(filled, "streaks", "parquet", tmp_path / "streaks.parquet") == 0

    table = parquet.read_table(tmp_path / "streaks.parquet")
    expected = sorted(
        (learner, view.run_days, view.longest_days, view.last_day)
        for learner, view in expected_progress(log).items()
        if view.last_day is not None
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == expected
    assert isinstance(table.to_pylist()[0]["last_day"], date)
    assert table.schema.field("last_day").metadata[b"about"] == b"last day (UTC) with an utterance"


def test_every_view_can_be_exported_in_both_forms(filled: ViewStore, tmp_path: Path) -> None:
    for projection in PROJECTIONS:
        for relation in relations(projection):
            for form in ("parquet", "csv"):
                assert export(filled, relation.name, form, tmp_path / f"{relation.name}.{form}") == 0
            with (tmp_path / f"{relation.name}.csv").open(newline="") as file:
                header, *rows = csv.reader(file)
            assert header == [column.name for column in relation.columns]
            assert len(rows) == parquet.read_metadata(tmp_path / f"{relation.name}.parquet").num_rows
    assert not list(tmp_path.glob(".*"))


def test_all_views_are_exported_at_once_by_their_names(filled: ViewStore, tmp_path: Path) -> None:
    assert export(filled, "", "parquet", tmp_path / "new" / "exports") == 0

    named = {relation.name for projection in PROJECTIONS for relation in relations(projection)}
    assert {path.name for path in (tmp_path / "new" / "exports").iterdir()} == {f"{name}.parquet" for name in named}


def test_of_several_views_none_is_there_before_all_are_whole(filled: ViewStore, tmp_path: Path) -> None:
    export(filled, "", "csv", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.glob("*.csv")}
    with filled.transaction() as cursor:
        cursor.execute("UPDATE progress_1 SET turns=turns+1")
        cursor.execute("DROP VIEW cost")  # the last of them

    with pytest.raises(ViewsUnavailable):
        export(filled, "", "csv", tmp_path)

    assert {path: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    assert not list(tmp_path.glob(".*"))


def test_a_view_goes_into_a_folder_under_its_name(filled: ViewStore, tmp_path: Path) -> None:
    export(filled, "streaks", "csv", tmp_path)

    assert [path.name for path in tmp_path.glob("*.csv")] == ["streaks.csv"]


def test_without_pyarrow_the_way_out_is_named(
    filled: ViewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(AnalyticsMissing, match="--format csv"):
        export(filled, "progress", "parquet", tmp_path / "progress.parquet")
    assert list(tmp_path.glob("*.parquet")) == []


def test_an_unknown_view_is_told_with_those_there_are(filled: ViewStore, tmp_path: Path) -> None:
    with pytest.raises(ViewUnknown, match="retention_cohorts"):
        export(filled, "nothing", "csv", tmp_path / "out.csv")
