"""The folder of a run: what is kept of it, and what it refuses."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from replay.counterfactual.errors import FolderTaken, ResultsUnusable
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.values import Answer, Transcribed

PLAN = Plan(kind="asr", candidates=("a",), baseline="b", query="all", position=100)
ANSWER = Answer(case="e1", asked="a", outcome=Transcribed(text="hello"))


def test_a_run_goes_on_at_the_position_at_which_it_began(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        assert folder.begin(PLAN) == PLAN
        folder.keep(ANSWER)
    with RunFolder(tmp_path) as folder:
        assert folder.begin(replace(PLAN, position=250)) == PLAN
        assert folder.answers() == (ANSWER,)


def test_a_run_that_was_never_answered_binds_nobody(tmp_path: Path) -> None:
    other = replace(PLAN, query="level=A2", position=250)
    with RunFolder(tmp_path) as folder:
        folder.begin(PLAN)
        assert folder.begin(other) == other


def test_another_run_or_a_shorter_log_is_refused(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.begin(PLAN)
        folder.keep(ANSWER)
        with pytest.raises(FolderTaken, match=r"candidates \('a',\), seed 0"):
            folder.begin(replace(PLAN, candidates=("c",), seed=7))
        with pytest.raises(FolderTaken, match="a log of 100 events; this one has 99"):
            folder.begin(replace(PLAN, position=99))


def test_what_a_dying_worker_could_not_answer_is_asked_again(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.keep(ANSWER)
        folder.keep(replace(ANSWER, case="e2", outcome=None, died=True))
        assert folder.answers() == (ANSWER,)


def test_a_line_that_a_kill_cut_short_is_dropped_and_written_over(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.keep(ANSWER)
    path = tmp_path / "answers.jsonl"
    path.write_bytes(path.read_bytes() + b'{"case":"e2","as')
    second = replace(ANSWER, case="e2")
    with RunFolder(tmp_path) as folder:
        assert folder.answers() == (ANSWER,)
        folder.keep(second)
        assert folder.answers() == (ANSWER, second)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with RunFolder(tmp_path / "file") as folder, pytest.raises(ResultsUnusable, match="file"):
        folder.begin(PLAN)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").symlink_to("/dev/full")
    with RunFolder(tmp_path) as folder, pytest.raises(ResultsUnusable, match="No space left"):
        folder.keep(ANSWER)
