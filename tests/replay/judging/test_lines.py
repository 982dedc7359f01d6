"""Judgements made elsewhere: what a file must say, and what is told of one that does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from events.learner import ConsentWithdrawn
from events.opening import open_keys
from events.sealing.forgetting import forget, registered
from replay.__main__ import main
from replay.counterfactual.folder import RunFolder
from replay.datasets.errors import ConsentChanged
from replay.judging.lines import write_pairs
from replay.judging.pairs import judged_run
from tests.replay.datasets.lessons import Lessons
from tests.replay.judging.runs import case_of, finished_run


@pytest.fixture
def out(lessons: Lessons, tmp_path: Path) -> Path:
    return finished_run(lessons, tmp_path / "run")


def told(capsys: pytest.CaptureFixture[str], *command: object, status: int = 0) -> str:
    capsys.readouterr()
    assert main(["judge", *map(str, command)]) == status
    return " ".join(capsys.readouterr().out.split())


def write(path: Path, *lines: Any) -> Path:
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return path


def judged(lessons: Lessons) -> dict[tuple[str, int], tuple[str, str]]:
    """Judge and preferred of every comparison in the log."""
    events = [each.event for stream in ("s1", "s2") for each in lessons.log.read(f"comparisons-{stream}")]
    return {(event.session, event.turn): (event.judge, event.preferred) for event in events}  # type: ignore[union-attr]


def test_pairs_are_written_blind_and_come_back_as_one_fills_them_in(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    assert "3 pairs in" in told(capsys, out, "--export", file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert "provider" not in file.read_text()
    assert "rules" not in file.read_text()
    assert {line["said"] for line in lines} == {"i like tea", "with milk", "coffee for me"}

    for line in lines:
        line["preferred"] = {"s1": "a", "s2": "tie"}[line["session"]] if line["turn"] == 1 else None
    write(file, *lines)

    shown = told(capsys, out, "--from", file, "--judge", "eve")
    assert "2 pairs judged by eve, 1 left" in shown
    assert "1 × not judged in the file" in shown
    assert judged(lessons) == {("s1", 1): ("eve", "a"), ("s2", 1): ("eve", "tie")}
    assert "0 pairs judged by eve, 1 left 2 × judged before" in told(capsys, out, "--from", file, "--judge", "eve")
    told(capsys, out, "--export", file, "--judge", "eve")
    assert [json.loads(line)["turn"] for line in file.read_text().splitlines()] == [2]


def test_a_line_names_its_pair_by_case_or_by_session_and_turn(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        tmp_path / "judged.jsonl",
        {"case": case_of(lessons, "s1", 2), "preferred": "b"},
        {"session": "s2", "turn": 1, "preferred": "a"},
    )

    assert "2 pairs judged" in told(capsys, out, "--from", file, "--judge", "eve")
    assert judged(lessons) == {("s1", 2): ("eve", "b"), ("s2", 1): ("eve", "a")}


GOOD = {"session": "s1", "turn": 1, "preferred": "a"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "truncated"),
        ("\n", "truncated"),
        ({"session": "s1", "turn": 2}, "missing required field `preferred`"),
        ({"session": "s1", "turn": 2, "preferred": "c"}, "Invalid enum value 'c' - at `$.preferred`"),
        ({"session": "s1", "turn": "2", "preferred": "a"}, "Expected `int | null`, got `str` - at `$.turn`"),
        ({"session": "s1", "turn": 2, "preferred": "a", "why": "nicer"}, "unknown field `why`"),
        ({"session": "s1", "preferred": "a"}, "names no pair: give `case`, or `session` and `turn`"),
        ({"preferred": "a"}, "names no pair"),
        ({"session": "s9", "turn": 2, "preferred": "a"}, "turn 2 of 's9' is no case of this run"),
        ({"session": "s1", "turn": 0, "preferred": "a"}, "turn 0 of 's1' is no case of this run"),
        ({"case": "nobody's", "preferred": "a"}, '"nobody\'s" is no case of this run'),
        (GOOD, "line 1 judges the same pair"),
        ({"session": "s1", "turn": 2, "preferred": "a", "a": "Hm.", "b": "Milk is good."}, "not those of this run"),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_the_file_is_taken(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: Any, reason: str
) -> None:
    file = write(tmp_path / "judged.jsonl", GOOD, line)

    shown = told(capsys, out, "--from", file, "--judge", "eve", status=1)

    assert f"{file}, line 2:" in shown
    assert reason in shown
    assert judged(lessons) == {}


def test_a_line_of_another_turn_than_its_case_is_refused(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"case": case_of(lessons, "s1", 1), "session": "s1", "turn": 2, "preferred": "a"}
    shown = told(capsys, out, "--from", write(tmp_path / "judged.jsonl", line), status=1)
    assert "line 1: the case is turn 1 of s1" in shown


def test_a_file_that_is_not_there_is_told(lessons: Lessons, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "none.jsonl: No such file" in told(capsys, out, "--from", "none.jsonl", status=2)


def test_lines_of_learners_who_are_gone_are_left_out_and_counted(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        tmp_path / "judged.jsonl",
        {"case": case_of(lessons, "s1", 1), "preferred": "a"},
        {"session": "s1", "turn": 2, "preferred": "a"},
        {"session": "s2", "turn": 1, "preferred": "b"},
    )
    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)

    shown = told(capsys, out, "--from", file, "--judge", "eve", status=1)
    assert "1 pair judged by eve, 0 left 2 × left out: the learner has been forgotten, or withdrew" in shown
    assert judged(lessons) == {("s2", 1): ("eve", "b")}

    lessons.tell("ben", ConsentWithdrawn(purpose="analytics"))
    assert "3 × left out" in told(capsys, out, "--from", file, "--judge", "joe", status=1)


def test_whoever_forgets_a_learner_is_told_of_the_file_that_holds_their_words(
    lessons: Lessons, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    told(capsys, out, "--export", file)

    (line,) = registered(lessons.folder)
    assert (line.name, line.learners, line.place) == ("replies-to-judge", ("ana", "ben"), str(file))
    manifest, _ = forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)
    assert manifest.datasets == (f"replies-to-judge {line.version}",)


def test_no_file_is_written_of_a_learner_who_was_forgotten_meanwhile(
    lessons: Lessons, out: Path, tmp_path: Path
) -> None:
    head = lessons.log.head()
    pairs = judged_run(RunFolder(out), lessons.log).pairs
    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)

    with pytest.raises(ConsentChanged, match="ana"):
        write_pairs(tmp_path / "pairs.jsonl", pairs, lessons.log, head, lessons.folder)
    assert not (tmp_path / "pairs.jsonl").exists()


def test_pairs_replace_nothing_that_is_no_file(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(out), "--export", str(tmp_path)]) == 1
    assert "it is there and is no file" in " ".join(capsys.readouterr().out.split())
