"""Whole runs with fake engines: known answers in, known figures out, nothing written to the log."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from events.blobs import BlobStore
from events.location import DataFolder
from events.sqlite import SQLiteEventLog
from replay.counterfactual.errors import FolderTaken, NothingToAsk, ResultsUnusable
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.run import Finished, Means, Source, run
from replay.counterfactual.verdict import Rule
from tests.fakes.swapped import Here, swapped
from tests.replay.counterfactual.lessons import record

LEARNERS = [f"learner-{number:02}" for number in range(12)]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    """Twelve learners with an utterance of three words and one of five, in a log that heard nothing yet."""
    folder = DataFolder(tmp_path / "data")
    with SQLiteEventLog(folder.log) as log:
        blobs = BlobStore(folder.blobs)
        for number, learner in enumerate(LEARNERS):
            record(log, blobs, learner, (3, 5), level="A2" if number < 10 else "B1")
        yield Source(log=log, blobs=blobs)


def begun(folder: RunFolder, source: Source, *candidates: str, baseline: str = "good", limit: int = 0) -> Plan:
    plan = Plan(
        kind="asr", candidates=candidates, baseline=baseline, query="all", position=source.log.head(), limit=limit
    )
    return folder.begin(plan)


def ran(source: Source, out: Path, *candidates: str, **options: str | int) -> Finished:
    means = Means(crew=partial(Here, partial(swapped, out)))
    with RunFolder(out) as folder:
        plan = begun(folder, source, *candidates, **options)  # type: ignore[arg-type]
        return run(plan, source, means, folder, rules=[Rule(metric="wer", margin=0.01)])


def contents(root: Path) -> dict[str, str]:
    """Every file under a folder with its hash."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_deaf_engine_misses_every_word_and_a_good_one_none(source: Source, tmp_path: Path) -> None:
    finished = ran(source, tmp_path / "out", "deaf", "good")
    deaf, good = finished.result.comparisons
    wer = deaf.metric("wer")
    assert (wer.cases, wer.learners) == (24, 12)
    assert (wer.baseline.value, wer.candidate.value, wer.difference.value) == (0.0, 1.0, 1.0)
    assert (wer.difference.low, wer.difference.high) == (1.0, 1.0)
    assert deaf.metric("silent").candidate.value == 1.0
    assert good.metric("wer").difference.value == 0.0
    assert [verdict.outcome for verdict in finished.result.verdicts] == ["worse", "not worse"]
    assert {(each.trait, each.value, each.measured.cases) for each in deaf.slices} >= {
        ("level", "A2", 20),
        ("level", "B1", 4),
    }
    notes = {each.value: each.measured.note for each in deaf.slices if each.trait == "level"}
    assert notes["A2"] == ""
    assert notes["B1"] == "only 2 learners: too few for an interval to rest on"


def test_a_run_leaves_the_log_and_the_blobs_as_they_were(source: Source, tmp_path: Path) -> None:
    head, before = source.log.head(), contents(tmp_path / "data" / "blobs")
    streams = {learner: source.log.read(f"lesson-{learner}") for learner in LEARNERS}
    ran(source, tmp_path / "out", "deaf")
    assert source.log.head() == head
    assert {learner: source.log.read(f"lesson-{learner}") for learner in LEARNERS} == streams
    assert contents(tmp_path / "data" / "blobs") == before


def test_an_engine_that_fails_is_counted_and_no_other_answers_for_it(source: Source, tmp_path: Path) -> None:
    (broken,) = ran(source, tmp_path / "out", "broken").result.comparisons
    assert broken.metric("failures").candidate.value == 1.0
    assert broken.metric("wer").candidate.value == 1.0  # no answer is an empty one
    ((fault, count),) = broken.faults
    assert count == 24
    assert "broken: EngineError: it is broken" in fault


def test_a_second_run_goes_on_where_the_first_one_stopped(source: Source, tmp_path: Path) -> None:
    out = tmp_path / "out"
    whole = ran(source, out, "deaf").result
    lines = (out / "answers.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 48
    (out / "answers.jsonl").write_bytes(b"".join(lines[:20]) + lines[20][:30])  # killed while it wrote
    kept = lines[:20]
    again = ran(source, out, "deaf").result
    written = (out / "answers.jsonl").read_bytes().splitlines(keepends=True)
    assert written[:20] == kept
    assert len(written) == 48
    assert again.comparisons[0].metric("wer") == whole.comparisons[0].metric("wer")


def test_a_finished_run_asks_no_engine_again(source: Source, tmp_path: Path) -> None:
    ran(source, tmp_path / "out", "good")
    before = (tmp_path / "out" / "answers.jsonl").stat().st_mtime_ns
    ran(source, tmp_path / "out", "good")
    assert (tmp_path / "out" / "answers.jsonl").stat().st_mtime_ns == before


def test_what_came_after_the_run_began_is_not_in_it(source: Source, tmp_path: Path) -> None:
    first = ran(source, tmp_path / "out", "good").result
    assert isinstance(source.blobs, BlobStore)
    record(source.log, source.blobs, "later", (3,))
    assert ran(source, tmp_path / "out", "good").result.cases == first.cases == 24
    assert ran(source, tmp_path / "other", "good").result.cases == 25


def test_the_logged_transcript_is_the_baseline_where_there_is_one(source: Source, tmp_path: Path) -> None:
    assert isinstance(source.blobs, BlobStore)
    record(source.log, source.blobs, "zoe", (3, 5), transcribed=("i like your", "i like my small garden"))
    finished = ran(source, tmp_path / "out", "good")
    assert finished.result.logged == 2
    assert finished.result.cases == 26
    # One error in the 12 × 8 + 8 words.
    assert finished.result.comparisons[0].metric("wer").baseline.value == pytest.approx(1 / 104)
    assert {engine.name for engine in finished.result.baseline} == {"good", "whisper-base"}


def test_an_utterance_whose_recording_is_gone_is_left_out_and_counted(source: Source, tmp_path: Path) -> None:
    blobs = sorted((tmp_path / "data" / "blobs").rglob("??/*/*"))
    blobs[0].unlink()  # noise of a length is the same for all: half of the utterances
    finished = ran(source, tmp_path / "out", "good")
    assert finished.result.cases == 12
    assert finished.result.left_out == (("its sound cannot be used (BlobMissing)", 12),)
    assert ran(source, tmp_path / "out", "good").result == finished.result


def test_a_larger_limit_takes_the_same_cases_and_more(source: Source, tmp_path: Path) -> None:
    few, more = (
        {pair.case.id for pair in ran(source, tmp_path / str(limit), "good", limit=limit).pairs["good"]}
        for limit in (5, 9)
    )
    assert (len(few), len(more)) == (5, 9)
    assert few < more


def test_a_folder_of_another_run_is_not_touched(source: Source, tmp_path: Path) -> None:
    ran(source, tmp_path / "out", "good", limit=2)
    with pytest.raises(FolderTaken, match="limit 2"):
        ran(source, tmp_path / "out", "good", limit=3)


def test_damaged_results_are_named_with_their_line(source: Source, tmp_path: Path) -> None:
    ran(source, tmp_path / "out", "good", limit=2)
    path = tmp_path / "out" / "answers.jsonl"
    path.write_bytes(path.read_bytes() + b"{nonsense}\n")
    with pytest.raises(ResultsUnusable, match="line"):
        ran(source, tmp_path / "out", "good", limit=2)


def test_a_log_without_fitting_inputs_says_so(source: Source, tmp_path: Path) -> None:
    with RunFolder(tmp_path / "out") as folder:
        plan = Plan(kind="asr", candidates=("good",), baseline="good", query="level=C1", position=source.log.head())
        with pytest.raises(NothingToAsk, match="level=C1"):
            run(plan, source, Means(crew=partial(Here, partial(swapped, tmp_path))), folder)
