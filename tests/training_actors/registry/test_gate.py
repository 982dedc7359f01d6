from pathlib import Path

import numpy as np
import pytest

from events.training import Figure, ModelTrained
from replay.counterfactual.verdict import PASSED, UNDECIDED, WORSE
from training_actors.errors import JudgementsUnreadable
from training_actors.registry.gate import COMPARED, LIMITS, verdicts
from training_actors.registry.held_out import HELD_OUT_FILE, RATINGS_FILE, HeldOut, Rating, write_lines

RECORDINGS, PHONES = 400, 5


def trained(**figures: float) -> ModelTrained:
    shares = {"another's text flagged": 0.98, "own text flagged": 0.01, "failed alignments": 0.0} | figures
    return ModelTrained(
        kind="pronunciation", version="v", digest="", dataset="", dataset_sha256="", position=1, code="", seeds=(0,),
        figures=tuple(Figure(name=name, mean=share) for name, share in shares.items()),
    )  # fmt: skip


def model(folder: Path, noise: float, *, learners: int = 40, seed: int = 1) -> Path:
    """Judgements that differ from people's by so much, of the same recordings whoever judges."""
    ratings, scores = np.random.default_rng(0), np.random.default_rng(seed)
    rated, judged = [], []
    for number in range(RECORDINGS):
        truth, phones = ratings.normal(7, 1.5, 4), ratings.normal(1.7, 0.3, PHONES)
        sound = f"{number:016x}"
        rated.append(
            Rating(
                sound=sound,
                learner=f"l{number % learners}",
                whole=tuple(truth.tolist()),
                phones=(*phones[1:].tolist(), None),
            )
        )
        judged.append(
            HeldOut(
                sound=sound,
                whole=tuple((truth + scores.normal(0, noise, 4)).tolist()),
                phones=(*(phones + scores.normal(0, noise / 5, PHONES))[1:].tolist(), 0.0),
            )
        )
    folder.mkdir()
    write_lines(folder / HELD_OUT_FILE, judged)
    write_lines(folder / RATINGS_FILE, rated)
    return folder


def outcomes(candidate: Path, service: Path) -> set[str]:
    """Of the rules that compare the two."""
    return {verdict.outcome for verdict in verdicts(trained(), candidate, service)[len(LIMITS) :]}


def test_a_better_model_passes_every_rule(tmp_path: Path) -> None:
    found = verdicts(trained(), model(tmp_path / "new", 0.3), model(tmp_path / "old", 0.9))
    assert {verdict.outcome for verdict in found} == {PASSED}
    assert len(found) == len(LIMITS) + len(COMPARED)
    assert "on 400 recordings of 40 learners" in found[-1].reason


def test_the_same_model_passes_and_a_worse_one_does_not(tmp_path: Path) -> None:
    service = model(tmp_path / "old", 0.3)
    assert outcomes(service, service) == {PASSED}
    assert outcomes(model(tmp_path / "worse", 2.0), service) == {WORSE}


def test_few_learners_or_no_shared_recordings_decide_nothing(tmp_path: Path) -> None:
    better, worse = model(tmp_path / "new", 0.3, learners=5), model(tmp_path / "old", 0.9, learners=5)
    assert outcomes(better, worse) == {UNDECIDED}
    (worse / HELD_OUT_FILE).unlink()  # as with the model that comes with a program from before there were any
    assert outcomes(better, worse) == {UNDECIDED}


@pytest.mark.parametrize("name", [HELD_OUT_FILE, RATINGS_FILE])
@pytest.mark.parametrize(
    "damage", [b'{"sound": "a', b'{"sound": "a", "whole": [7, 7], "phones": []}', b'{"sound": "\xff"}']
)
def test_a_damaged_file_is_told_with_the_way_out(tmp_path: Path, name: str, damage: bytes) -> None:
    candidate, service = model(tmp_path / "new", 0.3), model(tmp_path / "old", 0.9)
    with (candidate / name).open("ab") as file:
        file.write(damage)
    with pytest.raises(JudgementsUnreadable, match="put it back from a copy"):
        verdicts(trained(), candidate, service)


@pytest.mark.parametrize(
    ("figure", "share", "outcome"),
    [
        ("another's text flagged", 0.94, WORSE),
        ("another's text flagged", 0.95, PASSED),
        ("own text flagged", 0.031, WORSE),
        ("failed alignments", 0.006, WORSE),
    ],
)
def test_limits_hold_whatever_is_in_service(tmp_path: Path, figure: str, share: float, outcome: str) -> None:
    found = verdicts(trained(**{figure: share}), tmp_path, tmp_path)
    (verdict,) = (one for one in found if one.rule.startswith(figure) and "r " not in one.reason)
    assert verdict.outcome == outcome


def test_a_figure_that_was_not_measured_decides_nothing(tmp_path: Path) -> None:
    event = ModelTrained(
        kind="pronunciation", version="v", digest="", dataset="", dataset_sha256="", position=1, code="", seeds=(),
        figures=(),
    )  # fmt: skip
    assert {verdict.outcome for verdict in verdicts(event, tmp_path, tmp_path)} == {UNDECIDED}
