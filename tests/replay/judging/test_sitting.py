"""A judge at the terminal, from a run of tutors to the dataset that is made of what they prefer."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from events.comparison import RepliesCompared
from events.opening import open_keys
from events.sealing.forgetting import forget
from replay.__main__ import main
from tests.replay.datasets.lessons import Lessons
from tests.replay.judging.runs import case_of, finished_run

SPEC = 'kind = "preferences"\nformats = ["jsonl"]\n'


class Terminal:
    """Runs commands with what somebody types, and gives what they print and tell beside it."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._capsys = capsys

    def __call__(self, *command: object, typed: str = "", status: int = 0) -> str:
        self._capsys.readouterr()
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        assert main([str(each) for each in command]) == status
        return "".join(self._capsys.readouterr())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


def judgements(lessons: Lessons) -> list[RepliesCompared]:
    recorded = [each for stream in ("s1", "s2") for each in lessons.log.read(f"comparisons-{stream}")]
    return [each.event for each in recorded if isinstance(each.event, RepliesCompared)]


def rows_in(out: Path) -> list[dict[str, Any]]:
    """The rows of a dataset."""
    return [json.loads(line) for path in sorted(out.glob("jsonl/*")) for line in path.read_text().splitlines()]


def test_a_judge_sees_what_was_said_and_both_replies_and_no_engine(
    lessons: Lessons, tmp_path: Path, terminal: Terminal
) -> None:
    shown = terminal("judge", finished_run(lessons, tmp_path / "run"), "--judge", "eve", typed="1\n2\n=\n")

    for text in ("learner  with milk", "tutor before  Me too!", "Milk is good.", "How much milk?", "3 of 3"):
        assert text in shown
    assert "provider" not in shown
    assert "rules" not in shown
    assert "3 pairs judged by eve, 0 left" in shown
    assert "left out: 1 × the learner said no words" in shown
    assert sorted(each.preferred for each in judgements(lessons)) == ["a", "b", "tie"]


def test_a_second_sitting_asks_only_what_this_judge_has_not_judged(
    lessons: Lessons, tmp_path: Path, terminal: Terminal
) -> None:
    out = finished_run(lessons, tmp_path / "run")

    assert "1 pair judged by eve, 2 left" in terminal("judge", out, "--judge", "eve", typed="what?\n1\nq\n")
    assert "0 pairs judged by eve, 2 left" in terminal("judge", out, "--judge", "eve", typed="s\n")  # and no more input
    shown = terminal("judge", out, "--judge", "eve", "--limit", "1", typed="2\n1\n")
    assert "1 of 1" in shown
    assert "1 pair judged by eve, 1 left" in shown
    assert "3 pairs judged by joe, 0 left" in terminal("judge", out, "--judge", "joe", typed="1\n1\n1\n")
    assert [each.judge for each in judgements(lessons)].count("eve") == 2


def test_nothing_is_shown_of_a_learner_who_is_forgotten_while_the_judge_thinks(
    lessons: Lessons, tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = finished_run(lessons, tmp_path / "run")

    def answered(console: object) -> str:
        forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)
        forget("ben", lessons.log, open_keys(lessons.folder), lessons.folder)
        return "1"

    monkeypatch.setattr("replay.judging.sitting.ask", answered)
    shown = terminal("judge", out, "--judge", "eve")

    assert "1 of 3" in shown
    assert "2 of 3" not in shown
    assert shown.count("The learner has been forgotten meanwhile, or withdrew") == 3
    assert "0 pairs judged by eve" in shown
    assert judgements(lessons) == []


def test_who_judges_is_who_is_logged_in(
    lessons: Lessons, tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "teacher")
    terminal("judge", finished_run(lessons, tmp_path / "run"), typed="1\nq\n")
    assert [each.judge for each in judgements(lessons)] == ["teacher"]


def test_todays_rules_are_judged_against_the_log_and_become_a_dataset(
    lessons: Lessons, tmp_path: Path, terminal: Terminal
) -> None:
    """All by commands: another run of the tutor, two judges, a dataset, its lineage, and a learner who is forgotten."""
    run, pairs, spec, out = (tmp_path / name for name in ("run", "pairs.jsonl", "spec.toml", "out"))
    spec.write_text(SPEC)
    before = {stream: lessons.log.read(stream) for stream in ("s1", "s2")}
    terminal("counterfactual", "--swap", "tutor=rules", "--out", run)
    terminal("judge", run, "--export", pairs)
    lines = [json.loads(line) for line in pairs.read_text().splitlines()]
    logged = {("s1", 1): "Me too!", ("s1", 2): "Milk is good.", ("s2", 1): "Black or white?"}
    assert {(line["session"], line["turn"]) for line in lines} == set(logged)
    for line in lines:  # what was logged is better but for what was said about milk
        is_logged = line["a"] == logged[line["session"], line["turn"]]
        line["preferred"] = "a" if is_logged == (line["said"] != "with milk") else "b"
    pairs.write_text("".join(json.dumps(line) + "\n" for line in lines))
    terminal("judge", run, "--from", pairs, "--judge", "eve")
    terminal("judge", run, "--judge", "joe", "--limit", "3", typed="=\n" * 3)
    told = terminal("dataset", spec, "--out", tmp_path / "split")
    assert "left out 3 rows: those who compared two answers prefer neither (tie)" in told
    terminal("judge", run, "--from", pairs, "--judge", "kim")
    assert {stream: lessons.log.read(stream) for stream in ("s1", "s2")} == before

    terminal("dataset", spec, "--out", out)
    rows = {row["id"]: row["columns"] for row in rows_in(out)}
    assert set(rows) == {"preferences/s1/1.ab0", "preferences/s1/2.ab0", "preferences/s2/1.ab0"}
    tea, milk = rows["preferences/s1/1.ab0"], rows["preferences/s1/2.ab0"]
    assert tea["chosen"] == [{"role": "assistant", "content": "Me too!"}]
    assert milk["rejected"] == [{"role": "assistant", "content": "Milk is good."}]
    assert (milk["reason"], milk["margin"]) == ("ab", 0)

    traced = terminal("trace", out, "preferences/s1/2.ab0")
    assert traced.count("replies.compared.v1") == 3
    assert "by eve" in traced
    assert "agreed to training" in traced
    json_lines = terminal("trace", out, "preferences/s1/2.ab0", "--json").splitlines()[1:]
    (lineage,) = (row["lineage"] for row in rows_in(out) if row["id"] == "preferences/s1/2.ab0")
    assert [json.loads(each)["id"] for each in json_lines] == lineage["events"]
    assert {json.loads(each)["causation"] for each in json_lines[-3:]} == {case_of(lessons, "s1", 2)}
    held = terminal("affected", "--learner", "ana")
    assert "--replace`\n  preferences/s1/1.ab0\n  preferences/s1/2.ab0\n" in held
    assert f"{run}: run counterfactual-tutor " in held
    assert f"{pairs}: exported pairs replies-to-judge " in held
    assert "manifest.json" not in held

    manifest, _ = forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)
    assert {name.split()[0] for name in manifest.datasets} == {
        "counterfactual-tutor",
        "replies-to-judge",
        "preferences",
    }
    terminal("dataset", spec, "--out", tmp_path / "after")
    assert [row["id"] for row in rows_in(tmp_path / "after")] == ["preferences/s2/1.ab0"]
    assert "Milk is good" not in terminal("judge", run, "--judge", "max", typed="q\n")


def test_without_consent_to_training_a_judged_lesson_is_no_row(
    lessons: Lessons, tmp_path: Path, terminal: Terminal
) -> None:
    lessons.hold("s3", "kim", *lessons.said("kim", 1, "hello"), *lessons.answered(1, "Hi, Kim!"))
    out = finished_run(lessons, tmp_path / "run", replies={("s3", 1): "Good day.", ("s2", 1): "Why?"})
    terminal("judge", out, "--judge", "eve", typed="1\n1\n")
    (tmp_path / "spec.toml").write_text(SPEC)

    terminal("dataset", tmp_path / "spec.toml", "--out", tmp_path / "out")

    assert [row["learner"] for row in rows_in(tmp_path / "out")] == ["ben"]
    assert len(judgements(lessons)) == 1
    assert len(lessons.log.read("comparisons-s3")) == 1


def test_judged_replies_are_scrubbed_filtered_and_known_again_like_others(
    lessons: Lessons, tmp_path: Path, terminal: Terminal
) -> None:
    lessons.consent("kim")
    lessons.hold("s3", "kim", *lessons.said("kim", 1, "coffee for me"), *lessons.answered(1, "Black or white?"))
    replies = {("s1", 1): "My name is Anna Smith.", ("s2", 1): "Why?", ("s3", 1): "Why?"}
    out = finished_run(lessons, tmp_path / "run", replies=replies)
    terminal("judge", out, "--export", tmp_path / "pairs.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    filled = [line | {"preferred": "a" if line["a"] in replies.values() else "b"} for line in lines]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in filled))
    terminal("judge", out, "--from", tmp_path / "pairs.jsonl", "--judge", "eve")
    (tmp_path / "spec.toml").write_text(SPEC)
    (tmp_path / "filtered.toml").write_text(SPEC + "[filters]\nconfidence = { min = 0.95 }\n")

    told = terminal("dataset", tmp_path / "spec.toml", "--out", tmp_path / "out")

    rows = {row["id"]: row["columns"] for row in rows_in(tmp_path / "out")}
    assert set(rows) == {"preferences/s1/1.ab0", "preferences/s2/1.ab0"}
    assert rows["preferences/s1/1.ab0"]["chosen"][0]["content"] == "My name is [NAME]."
    assert "(duplicate)" in told
    told = terminal("dataset", tmp_path / "filtered.toml", "--out", tmp_path / "none")
    assert "left out 3 rows: confidence is out of bounds" in told
