"""Figures that can be worked out by hand."""

import math

import numpy as np
import pytest

from training_actors.pronunciation.evaluation import POOR_BELOW, Judged, agreement, of_group, pearson
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord


def utterance(accuracies: list[float | None], total: float, age_group: str = "adult") -> RatedUtterance:
    phones = tuple(RatedPhone(phone="AA", accuracy=accuracy) for accuracy in accuracies)
    return RatedUtterance(
        id="u",
        learner="l",
        age_group=age_group,
        text="a",
        words=(RatedWord(text="a", phones=phones, accuracy=total, stress=10.0, total=total),),
        recording=b"",
        accuracy=total,
        fluency=10 - total,
        prosodic=total,
        completeness=1.0,
        total=total,
    )


def judged(phones: list[float], total: float) -> Judged:
    return Judged(
        phones=np.array(phones),
        words=np.array([[total, 10.0, total]]),
        utterance=np.full(4, total),
        said=np.zeros(1),
        matches=0.0,
    )


def test_pearsons_r_is_one_for_what_rises_together_and_leaves_out_what_nobody_rated() -> None:
    assert pearson(np.array([1.0, 2.0, 9.0, 3.0]), [2.0, 4.0, None, 6.0]) == pytest.approx(1.0)
    assert math.isnan(pearson(np.array([1.0, 1.0]), [1.0, 2.0]))


def test_agreement_is_over_all_utterances_together() -> None:
    utterances = [utterance([2.0, 0.4], 4.0), utterance([1.8, None], 8.0)]
    found = agreement(utterances, [judged([1.9, 0.2], 3.0), judged([1.7, 0.0], 5.0)])
    assert found.total == pytest.approx(1.0)
    assert found.fluency == pytest.approx(-1.0)
    assert math.isnan(found.word_stress)
    # one of three rated phones is below 1, and its score is the lowest
    assert found.auc == 1.0
    assert found.f1 == 1.0
    assert 0.2 < found.threshold <= 1.7


@pytest.mark.parametrize("accuracy", [2.0, None])
def test_where_no_phone_is_poor_or_none_is_rated_the_limit_is_that_of_the_experts(accuracy: float | None) -> None:
    found = agreement([utterance([accuracy] * 3, 5.0)], [judged([1.2, 1.5, 1.8], 5.0)])
    assert (found.f1, found.threshold) == (0.0, POOR_BELOW)


def test_half_of_the_pairs_in_the_right_order_is_an_area_of_a_half() -> None:
    # the poor phone (score 1.0) lies above one good phone (0.5) and below the other (1.5)
    found = agreement([utterance([0.0, 2.0, 2.0], 5.0)], [judged([1.0, 0.5, 1.5], 5.0)])
    assert found.auc == 0.5


def test_a_group_has_figures_of_its_own() -> None:
    utterances = [utterance([2.0], 1.0), utterance([2.0], 2.0), utterance([2.0], 9.0, "child")]
    said = [judged([2.0], 1.0), judged([2.0], 2.0), judged([2.0], 0.0)]
    assert of_group(utterances, said, lambda one: one.age_group == "adult").total == pytest.approx(1.0)
    assert of_group(utterances, said, lambda one: one.age_group == "adult").utterances == 2
