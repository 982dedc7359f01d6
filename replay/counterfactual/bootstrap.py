"""Confidence intervals by the cluster bootstrap: learners are drawn with all that they said, not utterances.

Utterances of one learner resemble each other, so intervals over utterances would be too narrow. Here K learners are
drawn from K with replacement, `DRAWS` times, and the interval is that of the percentiles 2.5 and 97.5 (Efron and
Tibshirani 1993, An Introduction to the Bootstrap, ch. 13; for clusters Field and Welsh 2007, J. R. Statist. Soc. B 69,
369-390; for word error rates Bisani and Ney 2004, ICASSP, 409-412). Two engines are compared in the same draws: the
difference is that of one set of learners, so what makes a learner hard for both cancels out.

Every figure is a function of sums over utterances (errors and words; scores, their squares and products), so a draw
costs one row of a matrix product.
"""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

DRAWS = 10_000
LEVEL = 0.95
FEW_CLUSTERS = 10
"""With fewer learners than this the percentile interval comes out too narrow, and so looks surer than it is."""

Values = NDArray[np.float64]
Figure = Callable[[Values], Values]
"""From sums (…, columns) to a figure (…); NaN where it is not defined."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure with its 95 % interval; None where it is not defined, as the interval is for one learner alone."""

    value: float | None
    low: float | None = None
    high: float | None = None


def ratio(sums: Values) -> Values:
    """First column over second: errors by words, seconds by seconds, a sum by its count."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def correlation(sums: Values) -> Values:
    """Pearson's r from n, Σx, Σy, Σx², Σy², Σxy."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (n * xx - x * x) * (n * yy - y * y)
        # Equal scores leave rounding errors of about 1e-16 of the squares instead of 0.
        defined = spread > 1e-9 * np.maximum(n * xx, 1e-30) * np.maximum(n * yy, 1e-30)
        return np.where(defined, (n * xy - x * y) / np.sqrt(np.where(defined, spread, 1.0)), np.nan)


def draws_of(clusters: int, *, seed: int, draws: int = DRAWS) -> Values:
    """How often each cluster is drawn in each of ``draws`` draws: (draws, clusters)."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=draws).astype(np.float64)


def cluster_sums(clusters: Sequence[str], columns: Values) -> Values:
    """The columns (utterances, columns) added up by cluster, clusters in the order of their names."""
    names, index = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.zeros((len(names), columns.shape[1]))
    np.add.at(sums, index, columns)
    return sums


def estimate(sums: Values, figure: Figure, draws: Values) -> Estimate:
    """The figure of all clusters together, with the interval of its values in the draws."""
    value = float(figure(sums.sum(axis=0)))
    if np.isnan(value):
        return Estimate(value=None)
    drawn = figure(draws @ sums)
    drawn = drawn[~np.isnan(drawn)]
    if len(sums) < 2 or not len(drawn):
        return Estimate(value=value)
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Estimate(value=value, low=float(low), high=float(high))


def difference(baseline: Values, candidate: Values, figure: Figure, draws: Values) -> Estimate:
    """Candidate minus baseline, both in the same draws."""
    width = baseline.shape[1]

    def apart(sums: Values) -> Values:
        return figure(sums[..., width:]) - figure(sums[..., :width])

    return estimate(np.hstack([baseline, candidate]), apart, draws)
