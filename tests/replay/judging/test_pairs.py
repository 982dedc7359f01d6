"""Which replies of a run are shown to a judge, and in which order."""

from pathlib import Path

import pytest

from events.learner import ConsentWithdrawn
from events.opening import open_keys
from events.sealing.forgetting import forget
from replay.counterfactual.errors import NoRun
from replay.counterfactual.folder import RunFolder
from replay.judging.errors import CandidateUnclear, NoReplies
from replay.judging.pairs import BlindPair, JudgedRun, judged_run
from tests.replay.datasets.lessons import RULES, Lessons
from tests.replay.judging.runs import OTHER, REPLIES, case_of, finished_run


def judged(lessons: Lessons, out: Path, candidate: str = "") -> JudgedRun:
    return judged_run(RunFolder(out), lessons.log, candidate)


def by_turn(run: JudgedRun) -> dict[tuple[str, int], BlindPair]:
    return {(pair.session, pair.turn): pair for pair in run.pairs}


def test_the_logged_reply_and_the_other_one_are_shown_with_what_was_said(lessons: Lessons, tmp_path: Path) -> None:
    run = judged(lessons, finished_run(lessons, tmp_path / "run"))

    pairs = by_turn(run)
    assert set(pairs) == {("s1", 1), ("s1", 2), ("s2", 1)}
    pair = pairs["s1", 2]
    assert (pair.case, pair.learner) == (case_of(lessons, "s1", 2), "ana")
    assert (pair.before, pair.said) == ("Me too!", "with milk")
    assert pair.texts == {"Milk is good.", "How much milk?"}
    engines = {reply.text: reply.engine for reply in (pair.a, pair.b)}
    assert engines["Milk is good."] == RULES
    assert (engines["How much milk?"].name, engines["How much milk?"].latency_ms) == (OTHER.name, 500.0)
    assert pairs["s2", 1].before == ""
    assert run.left_out == (("the learner said no words", 1),)  # the greeting answers nobody


def test_the_order_is_drawn_from_the_seed_and_is_the_same_each_time(lessons: Lessons, tmp_path: Path) -> None:
    orders = set()
    for seed in range(20):
        out = finished_run(lessons, tmp_path / str(seed), seed=seed)
        pairs = by_turn(judged(lessons, out))
        assert pairs == by_turn(judged(lessons, out))
        orders.add(pairs["s1", 1].a.text)

    assert orders == {"Me too!", "Which tea?"}  # one in a million that twenty draws agree


def test_replies_that_are_the_same_and_faults_are_left_out(lessons: Lessons, tmp_path: Path) -> None:
    replies = REPLIES | {("s1", 1): "Me too!", ("s1", 2): ""}

    run = judged(lessons, finished_run(lessons, tmp_path / "run", replies=replies))

    assert set(by_turn(run)) == {("s2", 1)}
    assert dict(run.left_out) == {
        "the learner said no words": 1,
        "both replies are the same": 1,
        "an engine gave no reply": 1,
    }
    assert run.gone == frozenset()


def test_nothing_is_shown_of_who_was_forgotten_or_withdrew_since_the_run(lessons: Lessons, tmp_path: Path) -> None:
    out = finished_run(lessons, tmp_path / "run")
    gone = {case_of(lessons, "s1", turn) for turn in (0, 1, 2)}
    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)

    run = judged(lessons, out)
    assert set(by_turn(run)) == {("s2", 1)}
    assert run.gone == gone

    lessons.tell("ben", ConsentWithdrawn(purpose="analytics"))
    assert judged(lessons, out).pairs == ()


def test_of_several_engines_one_must_be_named(lessons: Lessons, tmp_path: Path) -> None:
    out = finished_run(lessons, tmp_path / "run", candidates=("provider", "rules"))

    assert len(judged(lessons, out, "rules").pairs) == 3
    for name in ("", "whisper"):
        with pytest.raises(CandidateUnclear, match="asked: provider, rules"):
            judged(lessons, out, name)


def test_only_finished_runs_of_tutors_are_judged(lessons: Lessons, tmp_path: Path) -> None:
    with pytest.raises(NoRun, match=r"there is no run\.json"):
        judged(lessons, tmp_path / "none")
    with pytest.raises(NoReplies, match="a run of asr engines"):
        judged(lessons, finished_run(lessons, tmp_path / "asr", kind="asr", replies={}))
    (finished_run(lessons, tmp_path / "run") / "result.json").unlink()
    with pytest.raises(NoRun, match=r"there is no result\.json"):
        judged(lessons, tmp_path / "run")
