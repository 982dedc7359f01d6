"""From a row to its events, between two datasets, from a learner to what holds them: as a user asks."""

import json
import shutil
from pathlib import Path

import pytest

from events.dataset import DatasetBuilt
from events.opening import open_keys
from events.sealing.forgetting import forget, registered
from replay.__main__ import main
from replay.datasets.manifest import read_manifest
from tests.replay.datasets.lessons import Lessons


@pytest.fixture
def made(lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lessons:
    """Two learners, a lesson each, of which a dataset was made."""
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    lessons.consent("ana", "ben")
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like tea"), *lessons.said("ana", 2, "with milk"))
    lessons.hold("s2", "ben", *lessons.said("ben", 1, "coffee for me"))
    build(tmp_path, "out")
    return lessons


def build(tmp_path: Path, out: str) -> None:
    (tmp_path / "spec.toml").write_text('kind = "asr"\nformats = ["jsonl"]\n')
    assert main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / out)]) == 0


def told(capsys: pytest.CaptureFixture[str], *command: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(command) == status
    return capsys.readouterr().out


def test_a_row_leads_to_its_events_and_the_consent(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "trace", str(tmp_path / "out"), "asr/s1/2")

    consent = made.log.read("learner-ana")[0].id
    assert "learner ana, session s1" in shown
    assert f"({consent})" in shown
    assert "asr whisper 1.2 ab" in shown
    assert "turn 2: 1.4 s, microphone" in shown
    assert "turn 2: 'with milk'" in shown
    assert "turn 1" not in shown


def test_every_row_of_a_dataset_leads_to_events_of_the_log(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for path in (tmp_path / "out").glob("jsonl/*") for line in path.read_text().splitlines()]

    assert len(rows) == 3
    for row in rows:
        line, *events = told(capsys, "trace", str(tmp_path / "out"), row["id"], "--json").splitlines()
        assert json.loads(line)["lineage"] == row["lineage"]
        assert [json.loads(event)["id"] for event in events] == row["lineage"]["events"]
        assert [json.loads(event)["type"] for event in events] == row["lineage"]["types"]


def test_a_row_that_is_not_there_is_told_with_an_example(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = told(capsys, "trace", str(tmp_path / "out"), "asr/s9/1", status=2)

    assert "has no row 'asr/s9/1'; ids look like 'asr/s" in shown
    assert "is no finished dataset" in told(capsys, "trace", str(tmp_path), "asr/s9/1", status=1)


def test_the_beginning_of_a_rows_id_is_enough_where_no_other_begins_so(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")

    assert "asr/s2/1: " in told(capsys, "trace", out, "asr/s2")
    assert "asr/s2/1: " in told(capsys, "trace", out, "s2")
    several = told(capsys, "trace", out, "s1", status=2)
    assert "2 rows of" in several
    assert several.split()[-2:] == ["asr/s1/1", "asr/s1/2"]
    assert "3 rows of" in told(capsys, "trace", out, "asr", status=2)
    assert "has no row ''" in told(capsys, "trace", out, "", status=2)


def test_who_asks_for_a_turn_is_not_given_another_that_begins_so(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.hold("s3", "ana", *made.said("ana", 10, "ten green bottles"))
    build(tmp_path, "ten")

    assert "asr/s3/10: " in told(capsys, "trace", str(tmp_path / "ten"), "asr/s3")
    assert "has no row 'asr/s3/1'" in told(capsys, "trace", str(tmp_path / "ten"), "asr/s3/1", status=2)


def test_a_damaged_lineage_is_told_with_its_file_and_line(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "out" / "lineage").iterdir():
        path.write_bytes(path.read_bytes()[:-20] + b"\n")

    assert "line 1 of lineage/" in told(capsys, "trace", str(tmp_path / "out"), "s1", status=1)
    assert "cannot be read" in told(capsys, "affected", "--learner", "ben")


def test_two_datasets_are_compared(made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(tmp_path, "same")
    forget("ana", made.log, open_keys(made.folder), made.folder)
    made.consent("eve")
    made.hold("s3", "eve", *made.said("eve", 1, "me too"))
    build(tmp_path, "later")

    assert told(capsys, "diff", str(tmp_path / "out"), str(tmp_path / "same")) == "every file is the same\n"
    found = json.loads(told(capsys, "diff", str(tmp_path / "out"), str(tmp_path / "later"), "--json"))
    assert (found["rows"], found["added"], found["removed"], found["changed"]) == ([3, 2], 1, 2, 0)
    assert found["examples"] == {"added": ["asr/s3/1"], "removed": ["asr/s1/1", "asr/s1/2"]}
    assert (found["learners_added"], found["learners_removed"], found["forgotten"]) == (["eve"], ["ana"], ["ana"])
    assert found["moved"] == []
    assert "of them forgotten: ana" in told(capsys, "diff", str(tmp_path / "out"), str(tmp_path / "later"))


def test_a_learner_leads_to_the_datasets_and_rows_that_hold_them(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(told(capsys, "affected", "--learner", "ana", "--json"))

    manifest = read_manifest(tmp_path / "out")
    assert (found["name"], found["version"], found["place"]) == ("asr", manifest.version, str(tmp_path / "out"))
    assert found["rows"] == ["asr/s1/1", "asr/s1/2"]
    place = tmp_path / "out"
    anew = f"delete it, or make it anew with `python -m replay dataset SPEC.toml --out {place} --replace`"
    line = f"{place}: dataset asr {manifest.version}, 2 rows; {anew}\n  asr/s1/1\n  asr/s1/2\n"
    assert told(capsys, "affected", "--learner", "ana") == line
    assert ", 1 row; " in told(capsys, "affected", "--learner", "ben")
    assert "holds 'nobody'" in told(capsys, "affected", "--learner", "nobody")


def test_a_dataset_that_was_deleted_is_not_told_as_damaged(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(tmp_path / "out")

    shown = told(capsys, "affected", "--learner", "ana")

    assert "it is not there any more" in shown
    assert "manifest.json" not in shown


def test_forgetting_names_the_datasets_that_held_the_learner(made: Lessons, tmp_path: Path) -> None:
    version = read_manifest(tmp_path / "out").version

    manifest, _ = forget("ana", made.log, open_keys(made.folder), made.folder)

    assert manifest.datasets == (f"asr {version}",)


def test_a_build_is_an_event_once_and_a_line_for_each_folder(made: Lessons, tmp_path: Path) -> None:
    build(tmp_path, "same")

    manifest = read_manifest(tmp_path / "out")
    (built,) = made.log.read("dataset-asr")
    assert isinstance(built.event, DatasetBuilt)
    assert (built.event.version, built.event.position, built.event.rows) == (manifest.version, manifest.position, 3)
    assert [line.place for line in registered(made.folder)] == [str(tmp_path / "out"), str(tmp_path / "same")]
