"""The commands of ``python -m projections``."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from events.location import DataFolder, environment_of
from events.sqlite import SQLiteEventLog
from projections.__main__ import main
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.runner import ProjectionRunner
from tests.events.samples import origin
from tests.projections.histories import assessed, fill, started, uttered

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        fill(log, sessions=6)
    return DataFolder(tmp_path)


def test_list_names_every_projection(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"], folder) == 0
    shown = capsys.readouterr().out
    assert all(projection.name in shown for projection in PROJECTIONS)


def test_run_once_brings_the_views_up_to_date(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "--json"], folder)
    before = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["run", "--once"], folder) == 0
    main(["status", "--json"], folder)
    after = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert {status["lag"] for status in after} == {0}
    assert {status["caught_up"] for status in after} == {True}
    assert [status["position"] for status in after] == [status["lag"] for status in before]
    assert main(["status"], folder) == 0


def test_rebuild_from_position_0_gives_an_equal_checksum(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rebuild", "progress"], folder) == 0

    before, after = (line.split() for line in capsys.readouterr().out.splitlines()[1:3])
    assert before[2] == after[2]
    assert after[3] == "equal"


def test_counts_have_their_nouns_and_a_fold_of_nothing_says_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    with SQLiteEventLog(folder.log) as log:
        fill(log, sessions=1)
        head = log.head()
    assert main(["run", "--once"], folder) == 0
    assert main(["run", "--once"], folder) == 0
    folded = [line for line in capsys.readouterr().err.splitlines() if line.startswith("6 projections")]
    assert folded == [f"6 projections folded to position {head}"] * 2

    assert main(["rebuild", "sessions"], folder) == 0
    assert main(["diff", "sessions"], folder) == 0
    told = capsys.readouterr().out
    assert f"sessions: 1 key rebuilt from position 0 to {head}, now in service" in told
    assert f"sessions: 1 key to position {head} is that of a fresh fold" in told


def test_rebuild_works_beside_a_runner(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with SQLiteEventLog(folder.log) as log:
        runner = ProjectionRunner(log, open_views(folder), PROJECTIONS, owner="server 1")
        while runner.run_once():
            pass

        assert main(["rebuild", "sessions"], folder) == 0

        captured = capsys.readouterr()
        assert "server 1 keeps folding" in captured.err
        assert "equal" in captured.out
        assert runner.run_once() == 0


def test_a_rebuild_that_differs_fails_unless_accepted(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--once"], folder)
    store = open_views(folder)
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM progress_1 WHERE learner=(SELECT MIN(learner) FROM progress_1)")

    assert main(["rebuild", "progress"], folder) == 1
    assert "--accept" in capsys.readouterr().err
    assert main(["rebuild", "progress", "--accept"], folder) == 0
    assert "DIFFERENT, accepted" in capsys.readouterr().out


def test_all_projections_are_rebuilt_and_one_that_differs_keeps_no_other_back(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", "--once"], folder)
    with open_views(folder).transaction() as cursor:
        cursor.execute("DELETE FROM progress_1 WHERE learner=(SELECT MIN(learner) FROM progress_1)")

    assert main(["rebuild", "--all"], folder) == 1
    told = capsys.readouterr()
    assert "'progress' rebuilt to position" in told.err
    rebuilt = [line.split(":")[0] for line in told.out.splitlines() if "now in service" in line]
    assert rebuilt == [each.name for each in PROJECTIONS if each.name != "progress"]

    assert main(["rebuild", "--all", "--accept"], folder) == 0
    assert main(["rebuild", "--all", "--drop-old"], folder) == 0
    assert capsys.readouterr().out.count("is dropped") == len(PROJECTIONS)


@pytest.mark.parametrize("arguments", [[], ["progress", "--all"]])
def test_a_rebuild_is_of_one_projection_or_of_all(
    folder: DataFolder, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["rebuild", *arguments], folder)
    assert refused.value.code == 2
    assert "--all" in capsys.readouterr().err


def test_an_unknown_projection_is_told_with_the_projections_alone(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "nothing"], folder) == 2
    names = ", ".join(each.name for each in PROJECTIONS)
    assert capsys.readouterr().err == f"projections: there is no projection 'nothing'; there are {names}\n"


def test_show_prints_a_view(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--once"], folder)
    capsys.readouterr()

    assert main(["show", "sessions", "s3"], folder) == 0
    assert json.loads(capsys.readouterr().out)["session"] == "s3"
    assert main(["show", "sessions", "s99"], folder) == 2
    assert main(["show", "nothing", "s3"], folder) == 2
    assert "there is no projection 'nothing'" in capsys.readouterr().err


def test_figures_are_shown_to_three_decimals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SQLiteEventLog(tmp_path / "log.sqlite") as log:
        for turn, total in enumerate((93.5, 94.0, 93.54), 1):  # their mean is 93.68 and no binary fraction
            events = (*([started("ana", "s1")] if turn == 1 else []), uttered(turn), assessed(turn, total=total))
            log.append("s1", events, expected_version=log.head(), origin=origin("ana"))

    assert main(["show", "progress", "ana"], DataFolder(tmp_path)) == 0

    shown = capsys.readouterr().out
    assert re.search(r"\d\.\d{1,3}\b", shown)
    assert not re.search(r"\d\.\d{4}", shown)


def test_what_is_shown_and_exported_is_folded_first(
    folder: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["status"], folder)
    assert "run --once" in capsys.readouterr().out
    main(["show", "sessions", "s3"], folder)
    assert json.loads(capsys.readouterr().out)["session"] == "s3"
    with SQLiteEventLog(folder.log) as log:
        fill(log, sessions=1, first=6)
    main(["export", "sessions", "--out", str(tmp_path / "sessions.parquet")], folder)
    assert "sessions: 7 rows in" in capsys.readouterr().out
    main(["status"], folder)
    assert "run --once" not in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_not_blamed_on_the_views(
    folder: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (tmp_path / "nowhere" / "sessions.csv", folder.log / "sessions.csv"):
        for form in ("csv", "parquet"):
            assert main(["export", "sessions", "--format", form, "--out", str(out)], folder) == 1
            told = capsys.readouterr().err
            assert f"{out} cannot be written" in told
            assert "--out" in told
    assert main(["export", "--out", str(folder.log)], folder) == 1
    assert f"{folder.log} cannot be written (File exists)" in capsys.readouterr().err


def test_sums_have_nothing_to_show_of_one_key_and_say_what_to_read(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "vocabulary", "ana"], folder) == 2
    assert "python -m projections export vocabulary" in capsys.readouterr().err


def test_prices_are_described_as_the_views_are(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "prices"], folder) == 0
    assert "price of an hour of the engine's time" in capsys.readouterr().out
    main(["describe"], folder)
    assert "per_engine_hour" in capsys.readouterr().out


def test_a_reader_that_has_had_enough_is_no_fault(folder: DataFolder) -> None:
    main(["run", "--once"], folder)
    command = f"{sys.executable} -m projections status --json | true; exit ${{PIPESTATUS[0]}}"

    environment = os.environ | environment_of(folder)
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_log_the_way_out_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], DataFolder(tmp_path)) == 2
    assert "COLLOQUY_DATA" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_workers_that_could_not_begin_are_not_started(
    folder: DataFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    workers = ["run", "--workers", "2"]

    assert main(workers, DataFolder(tmp_path / "nowhere")) == 2
    assert capfd.readouterr().err.count("there is no log at") == 1
    assert main([*workers, "--from", "kafka", "--kafka", ""], folder) == 2
    assert capfd.readouterr().err.count("no brokers are named") == 1


def test_a_fold_of_what_there_is_does_not_claim_to_read_kafka(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["run", "--once", "--from", "kafka"], folder)
    assert refused.value.code == 2
    assert "leave out --from kafka" in capsys.readouterr().err
