"""A dataset from a log: who is in it, why the others are not, and that it can be made again to the byte."""

import json
import subprocess
from pathlib import Path

import pytest

from events.learner import ConsentWithdrawn, LearnerDescribed
from events.opening import open_keys
from events.sealing.forgetting import forget
from replay.__main__ import main
from replay.datasets.manifest import Manifest, read_manifest
from tests.replay.datasets.lessons import FALLBACK, Lessons

SPEC = 'kind = "asr"\nformats = ["jsonl"]\n'


@pytest.fixture
def made(lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lessons:
    """Ten learners who agreed with two lessons each, and one who did not."""
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    lessons.consent(*(f"learner-{number}" for number in range(10)))
    for number in range(20):
        learner = f"learner-{number % 10}"
        turns = [event for turn in (1, 2) for event in lessons.said(learner, turn, f"lesson {number} turn {turn}")]
        lessons.hold(f"s{number:02}", learner, *turns)
    lessons.hold("s99", "shy", *lessons.said("shy", 1, "keep this to yourself"))
    return lessons


def build(tmp_path: Path, spec: str = SPEC, *options: str, out: str = "out") -> Manifest:
    (tmp_path / "spec.toml").write_text(spec)
    assert main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / out), *options]) == 0
    return read_manifest(tmp_path / out)


def lines_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(folder.glob("jsonl/*.jsonl")) for line in path.read_text().splitlines()]


def left(manifest: Manifest) -> dict[str, int]:
    return {each.reason: each.count for each in (*manifest.sessions_dropped, *manifest.rows_dropped)}


def test_only_learners_who_agreed_are_in_it_and_each_is_in_one_split(made: Lessons, tmp_path: Path) -> None:
    manifest = build(tmp_path)

    rows = lines_of(tmp_path / "out")
    assert len(rows) == manifest.rows == 40
    assert {row["learner"] for row in rows} == {f"learner-{number}" for number in range(10)} == set(manifest.learners)
    assert len({(row["learner"], row["split"]) for row in rows}) == 10
    assert left(manifest) == {"no_consent": 1}
    assert not list((tmp_path / "out").glob(".building"))


def test_the_same_log_and_spec_give_the_same_bytes_in_another_folder(made: Lessons, tmp_path: Path) -> None:
    first, second = build(tmp_path), build(tmp_path, out="elsewhere/deep")

    assert first == second
    assert (tmp_path / "out" / "manifest.json").read_bytes() == (
        tmp_path / "elsewhere" / "deep" / "manifest.json"
    ).read_bytes()


def test_every_file_has_the_hash_that_the_manifest_tells(made: Lessons, tmp_path: Path) -> None:
    manifest = build(tmp_path)

    told = "".join(f"{file.sha256}  {file.path}\n" for file in manifest.files)
    check = subprocess.run(["sha256sum", "-c", "--quiet"], input=told, cwd=tmp_path / "out", text=True, check=False)
    assert check.returncode == 0
    assert {file.path for file in manifest.files} | {"manifest.json"} == {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }


def test_a_forgotten_learner_is_gone_from_the_next_build_and_named(made: Lessons, tmp_path: Path) -> None:
    before = build(tmp_path)
    forget("learner-3", made.log, open_keys(made.folder), made.folder)

    after = build(tmp_path, out="after")

    assert set(before.learners) - set(after.learners) == {"learner-3"}
    assert after.forgotten == ("learner-3",)
    assert left(after) == {"no_consent": 1, "forgotten": 2}
    assert {row["split"] for row in lines_of(tmp_path / "after")} <= {"train", "validation", "test"}


def test_nobody_changes_split_when_somebody_is_forgotten_or_the_log_grows(made: Lessons, tmp_path: Path) -> None:
    for number in range(20):
        made.consent(f"zh-{number}")
        made.tell(f"zh-{number}", LearnerDescribed(first_language="zh"))
        made.hold(f"zh-{number}", f"zh-{number}", *made.said(f"zh-{number}", 1, f"hello {number}"))
    build(tmp_path)
    before = {row["learner"]: row["split"] for row in lines_of(tmp_path / "out")}
    for gone in ("learner-3", "zh-0"):
        forget(gone, made.log, open_keys(made.folder), made.folder)
    made.consent("late")
    made.hold("late-1", "late", *made.said("late", 1, "am I late"))

    build(tmp_path, out="after")

    after = {row["learner"]: row["split"] for row in lines_of(tmp_path / "after")}
    assert "late" in after
    left = {learner: split for learner, split in before.items() if learner not in ("learner-3", "zh-0")}
    assert left.items() <= after.items()


def test_who_withdrew_is_left_out(made: Lessons, tmp_path: Path) -> None:
    made.tell("learner-1", ConsentWithdrawn(purpose="training"))

    manifest = build(tmp_path)

    assert "learner-1" not in manifest.learners
    assert left(manifest) == {"no_consent": 3}


def test_answers_of_last_resort_are_left_out_unless_asked_for(made: Lessons, tmp_path: Path) -> None:
    made.hold("d1", "learner-0", *made.said("learner-0", 1, "what was that", engine=FALLBACK))

    assert left(build(tmp_path))["degraded"] == 1
    assert build(tmp_path, SPEC + "degraded = true\n", out="all").rows == 41


def test_filters_count_what_they_leave_out(made: Lessons, tmp_path: Path) -> None:
    made.hold("long", "learner-0", *made.said("learner-0", 1, "a " * 20))

    manifest = build(tmp_path, SPEC + "[filters]\nduration_s = { max = 5 }\n")

    assert left(manifest) == {"no_consent": 1, "filter:duration_s": 1}


def test_a_recording_that_is_gone_or_altered_is_counted(made: Lessons, tmp_path: Path) -> None:
    gone, altered = made.recording("learner-0", b"lesson 0 turn 1"), made.recording("learner-1", b"lesson 1 turn 1")
    blobs = made.folder.blobs
    (blobs / gone.sha256[:2] / gone.sha256[2:4] / gone.sha256).unlink()
    (blobs / altered.sha256[:2] / altered.sha256[2:4] / altered.sha256).write_bytes(b"something else")

    assert left(build(tmp_path)) == {"no_consent": 1, "blob_missing": 1, "blob_corrupt": 1}


def test_a_session_without_an_end_gives_its_whole_turns_and_is_counted(made: Lessons, tmp_path: Path) -> None:
    made.hold("open", "learner-0", *made.said("learner-0", 1, "so far"), end=False)

    manifest = build(tmp_path)

    assert (manifest.rows, manifest.unended) == (41, 1)


def test_a_held_out_tutor_is_in_the_test_split_only(made: Lessons, tmp_path: Path) -> None:
    for number in range(10):
        learner = f"learner-{number}"
        made.hold(f"m{number}", learner, *made.said(learner, 1, f"hello mei {number}"), tutor="mei")

    manifest = build(tmp_path, SPEC + '[splits]\nhold_out_tutors = ["mei"]\n')

    with_mei = [row for row in lines_of(tmp_path / "out") if row["columns"]["tutor"] == "mei"]  # type: ignore[index]
    assert {row["split"] for row in with_mei} <= {"test"}
    assert left(manifest)["held_out"] == 10 - len(with_mei)


def test_a_folder_with_something_else_in_it_is_left_alone(
    made: Lessons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("precious")
    (tmp_path / "spec.toml").write_text(SPEC)

    assert main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / "out")]) == 1
    assert "holds other files" in capsys.readouterr().out.replace("\n", " ")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "precious"


def test_an_empty_log_is_named(lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLOQUY_DATA", str(lessons.folder.root))
    (tmp_path / "spec.toml").write_text(SPEC)

    assert main(["dataset", str(tmp_path / "spec.toml"), "--out", str(tmp_path / "out")]) == 2
