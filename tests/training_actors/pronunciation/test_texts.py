"""What becomes of texts that were not read, with limits that other folds set."""

import numpy as np
import pytest
from msgspec import structs

from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.judging import Folds
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.pronunciation.texts import as_served, texts

WELL = RatedUtterance(
    id="u", learner="l", age_group="adult", text="", words=(), recording=b"", accuracy=9.0, fluency=9.0,
    prosodic=9.0, completeness=1.0, total=9.0,
)  # fmt: skip
COUNT = 100


def judged(matches: float, *said: float) -> Judged:
    return Judged(
        phones=np.zeros(0), words=np.zeros((len(said), 3)), utterance=np.full(4, 8.0), said=np.array(said),
        matches=matches,
    )  # fmt: skip


def told(foreign: tuple[float, float], heard: bool = False) -> Folds:
    """Two folds, in which texts of others match by these odds, each a little more than the one before."""
    folds = [number % 2 for number in range(COUNT)]
    return Folds(
        utterances=[WELL] * COUNT,
        own=[judged(9.0, 5.0, 5.0)] * COUNT,
        foreign=[judged(foreign[fold] + number / 1e4, -5.0, -5.0) for number, fold in enumerate(folds)],
        folds=folds,
        unsaid=[np.ones(2, bool)] * COUNT,
        heard=[np.zeros(2, bool)] * COUNT,
        foreign_heard=[np.array([heard, False])] * COUNT,
    )


def test_others_texts_are_found_where_they_match_alike_in_all_folds() -> None:
    found = texts(told((-3.0, -3.0)))
    assert found.foreign_flagged == pytest.approx(0.98, abs=0.02)
    assert (found.own_flagged, found.words_lost, found.unsaid_found, found.foreign_total) == (0, 0, 1, 0)


def test_a_fold_is_judged_with_the_limits_of_the_others() -> None:
    """Those of the second, low ones, find nothing in the first; those of the first find all of the second."""
    assert texts(told((3.0, -3.0))).foreign_flagged == pytest.approx(0.5)


def test_words_that_the_recogniser_heard_count_in_others_texts_too() -> None:
    assert texts(told((-3.0, -3.0), heard=True)).foreign_total == pytest.approx(8.0 / 2, abs=0.2)


def test_scores_are_served_less_for_words_that_were_not_said() -> None:
    folds = told((-3.0, -3.0))
    half = structs.replace(folds, own=[judged(9.0, 5.0, -9.0), *folds.own[1:]])
    served = as_served(half)
    assert served[0].utterance == pytest.approx([8 * 0.5**0.25, 8, 8, 8 * 0.5**0.25])
    assert served[1].utterance.tolist() == [8.0] * 4
