"""What a judge said gets into the log once, beside the lesson, sealed for its learner."""

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from events.comparison import RepliesCompared
from events.learner import ConsentGiven
from events.opening import open_keys
from events.sealing.forgetting import forget
from replay.counterfactual.folder import RunFolder
from replay.judging.errors import LearnerAway
from replay.judging.keeping import Judge
from replay.judging.pairs import BlindPair, JudgedRun, judged_run
from tests.replay.datasets.lessons import Lessons
from tests.replay.judging.runs import case_of, finished_run


@pytest.fixture
def run(lessons: Lessons, tmp_path: Path) -> JudgedRun:
    return judged_run(RunFolder(finished_run(lessons, tmp_path / "run")), lessons.log)


def pair_of(run: JudgedRun, session: str, turn: int) -> BlindPair:
    return next(pair for pair in run.pairs if (pair.session, pair.turn) == (session, turn))


def test_a_judgement_is_an_event_beside_the_lesson_caused_by_the_judged_turn(lessons: Lessons, run: JudgedRun) -> None:
    before = lessons.log.read("s1")
    pair = pair_of(run, "s1", 2)

    assert Judge("eve", run.run, lessons.log).keep(pair, "b")

    (kept,) = lessons.log.read("comparisons-s1")
    assert kept.event == RepliesCompared(
        session="s1", turn=2, preferred="b", judge="eve", a=pair.a, b=pair.b, run=hashlib.sha256(b"{}").hexdigest()
    )
    assert (kept.learner, kept.causation, kept.correlation) == ("ana", case_of(lessons, "s1", 2), "s1")
    assert lessons.log.read("s1") == before


def test_a_judge_is_asked_for_a_pair_once_and_others_all_the_same(lessons: Lessons, run: JudgedRun) -> None:
    eve, joe = (Judge(name, run.run, lessons.log) for name in ("eve", "joe"))
    pair = pair_of(run, "s1", 1)
    turned = replace(pair, a=pair.b, b=pair.a)

    assert eve.keep(pair, "a")

    assert not eve.keep(pair, "b")
    assert not Judge("eve", "another run", lessons.log).keep(turned, "a")
    assert pair not in eve.open(run.pairs)
    assert eve.open([turned]) == []
    assert set(joe.open(run.pairs)) == set(run.pairs)
    assert joe.keep(turned, "tie")
    assert len(lessons.log.read("comparisons-s1")) == 2


def test_nothing_is_kept_of_a_learner_who_was_forgotten_while_the_judge_thought(
    lessons: Lessons, run: JudgedRun
) -> None:
    eve = Judge("eve", run.run, lessons.log)
    eve.keep(pair_of(run, "s1", 1), "a")
    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)

    with pytest.raises(LearnerAway):
        eve.keep(pair_of(run, "s1", 2), "a")

    (kept,) = lessons.log.read("comparisons-s1")
    assert isinstance(kept.event, RepliesCompared)
    assert (kept.forgotten, kept.event.a.text, kept.event.b.text, kept.event.preferred) == (True, "", "", "a")
    stored = b"".join(bytes(each.state) for each in lessons.log.stored_tail(0, limit=100))
    assert b"Which tea" not in stored
    assert eve.keep(pair_of(run, "s2", 1), "a")


def test_who_came_back_is_not_judged_by_what_was_said_before(lessons: Lessons, run: JudgedRun) -> None:
    forget("ana", lessons.log, open_keys(lessons.folder), lessons.folder)
    lessons.hold("s3", "ana")
    lessons.tell("ana", ConsentGiven(purpose="analytics"))

    with pytest.raises(LearnerAway):
        Judge("eve", run.run, lessons.log).keep(pair_of(run, "s1", 2), "a")
    assert lessons.log.read("comparisons-s1") == ()
