from pathlib import Path

from replay.counterfactual.folder import RESULT
from training_actors.registry.asking import run_folder


def test_a_run_that_was_broken_off_goes_on_and_one_that_was_finished_is_not_taken_for_what_was_said_since(
    tmp_path: Path,
) -> None:
    first = run_folder(tmp_path, "v-shipped")
    first.mkdir(parents=True)
    (first / "answers.jsonl").touch()
    assert run_folder(tmp_path, "v-shipped") == first
    (first / RESULT).touch()
    assert run_folder(tmp_path, "v-shipped") != first
    assert run_folder(tmp_path, "w-shipped").name == "w-shipped-1"
