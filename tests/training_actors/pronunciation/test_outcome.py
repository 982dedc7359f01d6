"""Figures of planted slips."""

import numpy as np
import pytest

from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.judging import Folds
from training_actors.pronunciation.outcome import slips
from training_actors.pronunciation.synthesis import RIGHT, WRONG


def planted(*deserved: float) -> Folds:
    """One sentence of phones that all score 1."""
    nothing = np.zeros(0)
    judged = Judged(
        phones=np.ones(len(deserved)), words=np.zeros((0, 3)), utterance=np.zeros(4), said=nothing, matches=0.0
    )
    return Folds(
        utterances=[], own=[], foreign=[], folds=[], unsaid=[], heard=[], foreign_heard=[], planted=[judged],
        slips=[np.array(deserved, np.float32)],
    )  # fmt: skip


def test_slips_are_told_beside_what_was_said_right() -> None:
    told = slips(planted(RIGHT, WRONG, np.nan), 1.5)
    assert told is not None
    assert (told.phones, told.auc, told.found, told.blamed) == (3, 0.5, 1.0, 1.0)


@pytest.mark.parametrize("deserved", [(RIGHT, RIGHT), (WRONG,), (np.nan,), ()])
def test_sentences_in_which_there_is_only_one_kind_tell_nothing(deserved: tuple[float, ...]) -> None:
    assert slips(planted(*deserved), 1.5) is None
