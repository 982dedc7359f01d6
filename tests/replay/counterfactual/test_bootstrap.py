"""The cluster bootstrap against what is known without it: arithmetic by hand, numpy's own functions, theorems."""

import math

import numpy as np
import pytest

from replay.counterfactual.bootstrap import (
    Estimate,
    cluster_sums,
    correlation,
    difference,
    draws_of,
    estimate,
    ratio,
)


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_sums_are_added_up_by_learner_in_the_order_of_names() -> None:
    columns = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert cluster_sums(["ben", "ana", "ben"], columns).tolist() == [[2.0, 20.0], [5.0, 50.0]]


def test_a_ratio_is_of_all_words_together_and_not_the_mean_of_the_learners() -> None:
    sums = np.array([[1.0, 10.0], [9.0, 10.0], [0.0, 80.0]])
    assert estimate(sums, ratio, draws_of(3, seed=1)).value == pytest.approx(10 / 100)


def test_two_learners_have_three_outcomes_of_which_the_extremes_come_one_time_in_four() -> None:
    sums = np.array([[0.0, 10.0], [4.0, 10.0]])
    draws = draws_of(2, seed=3)
    outcomes, counts = np.unique(ratio(draws @ sums), return_counts=True)
    assert outcomes.tolist() == [0.0, 0.2, 0.4]
    # 10,000 draws: four standard deviations of a share of 1/4 are .017.
    assert counts / len(draws) == pytest.approx([0.25, 0.5, 0.25], abs=0.02)
    assert estimate(sums, ratio, draws) == Estimate(value=0.2, low=0.0, high=0.4)


def test_the_spread_of_a_mean_is_the_known_one() -> None:
    # Of a mean of n values the bootstrap's variance is Σ(x - x̄)²/n² (Efron and Tibshirani 1993, eq. 5.12).
    values = np.random.default_rng(5).normal(50, 12, size=40)
    sums = np.column_stack([values, np.ones(40)])
    drawn = ratio(draws_of(40, seed=5) @ sums)
    assert drawn.std() == pytest.approx(values.std() / math.sqrt(40), rel=0.04)
    found = estimate(sums, ratio, draws_of(40, seed=5))
    half = 1.96 * values.std() / math.sqrt(40)  # the normal interval, which a mean of 40 is close to
    assert found.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_the_interval_is_that_of_drawing_learners_one_by_one() -> None:
    generator = np.random.default_rng(8)
    sums = np.column_stack([generator.integers(0, 9, 15), generator.integers(10, 30, 15)]).astype(float)
    drawn = []
    for _ in range(20_000):
        chosen = sums[generator.integers(0, 15, 15)]
        drawn.append(chosen[:, 0].sum() / chosen[:, 1].sum())
    low, high = np.percentile(drawn, [2.5, 97.5])
    found = estimate(sums, ratio, draws_of(15, seed=1))
    assert found.low == pytest.approx(low, abs=0.006)
    assert found.high == pytest.approx(high, abs=0.006)


def test_intervals_are_wider_when_what_resembles_each_other_comes_from_one_learner() -> None:
    # 20 learners with 10 equal utterances each: the truth is 20 values, not 200.
    values = np.repeat(np.random.default_rng(2).normal(size=20), 10)
    columns = np.column_stack([values, np.ones(200)])
    by_learner = cluster_sums([f"{number // 10:02}" for number in range(200)], columns)
    clustered = estimate(by_learner, ratio, draws_of(20, seed=1))
    naive = estimate(columns, ratio, draws_of(200, seed=1))
    # The standard errors differ by the square root of ten.
    assert width(clustered) / width(naive) == pytest.approx(math.sqrt(10), rel=0.1)


def test_correlation_is_that_of_numpy() -> None:
    x, y = np.random.default_rng(4).normal(size=(2, 30)) * 20 + 60
    sums = np.column_stack([np.ones(30), x, y, x * x, y * y, x * y]).sum(axis=0)
    assert float(correlation(sums)) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)


def test_the_correlation_of_equal_scores_is_none() -> None:
    x, y = np.full(4, 0.1), np.array([1.0, 2.0, 3.0, 4.0])
    sums = np.column_stack([np.ones(4), x, y, x * x, y * y, x * y])
    assert estimate(sums, correlation, draws_of(4, seed=1)).value is None


def test_a_difference_in_the_same_draws_does_not_see_what_is_hard_for_both() -> None:
    # Learners differ from 0 to 90 %, and the candidate makes one error in ten words more for each: no doubt about it.
    words = np.full(10, 100.0)
    errors = np.arange(0.0, 100.0, 10.0)
    baseline, candidate = np.column_stack([errors, words]), np.column_stack([errors + 10, words])
    found = difference(baseline, candidate, ratio, draws_of(10, seed=1))
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)


def test_one_learner_alone_has_no_interval() -> None:
    assert estimate(np.array([[1.0, 4.0]]), ratio, draws_of(1, seed=1)) == Estimate(value=0.25)


def test_where_there_are_no_words_there_is_no_figure() -> None:
    assert estimate(np.array([[0.0, 0.0], [0.0, 0.0]]), ratio, draws_of(2, seed=1)) == Estimate(value=None)


def test_the_same_seed_draws_the_same() -> None:
    assert (draws_of(7, seed=9) == draws_of(7, seed=9)).all()
    assert not (draws_of(7, seed=9) == draws_of(7, seed=10)).all()
    assert (draws_of(7, seed=9).sum(axis=1) == 7).all()
