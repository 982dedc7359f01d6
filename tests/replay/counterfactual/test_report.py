"""The report of a small run: whole in itself, traceable, and safe against what learners say."""

import re
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from events.blobs import BlobStore
from events.memory import MemoryEventLog
from replay.counterfactual.examples import worst
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.report import report
from replay.counterfactual.run import Finished, Means, Source, run
from replay.counterfactual.table import as_lines, baseline_of
from replay.counterfactual.verdict import Rule
from tests.fakes.swapped import Here, swapped
from tests.replay.counterfactual.lessons import record

ATTACK = "<script>alert(1)</script> i like my"


@pytest.fixture
def finished(tmp_path: Path) -> Finished:
    """Fifteen learners who said three words and five; the lesson heard an attack and one word too few."""
    log, blobs = MemoryEventLog(), BlobStore(tmp_path / "blobs")
    for number in range(15):
        record(
            log, blobs, f"l{number:02}", (3, 5), transcribed=(ATTACK, "i like my small"), level="AB"[number % 2] + "1"
        )
    plan = Plan(kind="asr", candidates=("deaf", "good"), baseline="good", query="all", position=log.head())
    with RunFolder(tmp_path / "out") as folder:
        source = Source(log=log, blobs=blobs)
        means = Means(crew=partial(Here, partial(swapped, tmp_path)))
        return run(folder.begin(plan), source, means, folder, rules=[Rule(metric="wer", margin=0.01)])


def test_the_report_is_one_file_that_fetches_nothing(finished: Finished) -> None:
    text = report(finished).decode()
    assert text.startswith("<!doctype html>")
    assert text.count("<svg") == 6  # forest, distribution and times of two candidates
    fetched = re.findall(r'(?:src|href)="([^"#]*)', text) + re.findall(r"url\(([^#)]*)", text)
    assert [each for each in fetched if each] == []
    assert "@import" not in text
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert not re.search(r"#0(\d)0\1", text)  # every colour is one of the page's


def test_the_report_begins_with_what_was_asked_and_of_whom(finished: Finished) -> None:
    text = report(finished).decode()
    assert "<p>deaf and good answered 30 logged inputs of 15 learners again. The baseline is what was logged (" in text
    assert "<td data-of='n'>30 inputs, 15 learners</td>" in text


def test_a_difference_of_shares_is_told_in_points(finished: Finished) -> None:
    text = report(finished).decode()
    (card,) = re.findall(r"Word error rate, difference</small><b[^>]*>([^<]*)<", text)[:1]
    # Of 8 words of a learner the lesson got 2 wrong and the deaf engine all 8: 25 % and 100 %.
    assert card == "+75.0 points"
    assert "Word error rate: candidate minus baseline, points" in text


def test_a_baseline_from_two_places_is_told_in_numbers(finished: Finished) -> None:
    told = baseline_of(replace(finished.result, logged=29))
    assert told.startswith(
        "what was logged for 29 inputs, and good, asked in the same run, for 1 input without a logged"
    )


def test_what_a_learner_said_is_text_and_never_markup(finished: Finished) -> None:
    text = report(finished).decode()
    assert "<script" not in text


def test_each_example_names_its_session_turn_and_event(finished: Finished) -> None:
    text = report(finished).decode()
    examples = worst("asr", finished.pairs["deaf"])
    assert len(examples) == 20
    for example in examples:
        assert f"<code>{example.pair.case.id}</code>" in text
        assert f"{example.pair.case.session} turn {example.pair.case.turn}" in text
    # Five words missed where one was missing before is worse by four. Of the attack the normaliser leaves "alert", one
    # word too many, and all three words missed are worse by two.
    assert [example.by for example in examples] == [4.0] * 15 + [2.0] * 5


def test_lines_for_the_terminal_hold_the_same_figures(finished: Finished) -> None:
    text = "\n".join(line.plain for line in as_lines(finished.result))
    assert "30 of 30 inputs of 15 learners, against what was logged (whisper-base 1 d0)" in text
    assert "100.0 (100.0 to 100.0)" in text
    assert "deaf: wer at most 0.01 worse: worse" in text
    assert "good: wer at most 0.01 worse: not worse" in text
    assert "level A1" in text
    assert "client" not in text  # all are alike
