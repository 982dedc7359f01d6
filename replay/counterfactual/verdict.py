"""The gate: whether a candidate is not worse than the baseline by more than a margin. Promotes nothing.

A test of non-inferiority by its confidence interval (Piaggio et al. 2012, CONSORT extension, JAMA 308, 2594-2604): the
candidate passes when the whole 95 % interval of the difference lies on the right side of the margin.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from replay.counterfactual.bootstrap import FEW_CLUSTERS, Estimate
from replay.counterfactual.comparison import Comparison
from replay.counterfactual.errors import BadRule
from replay.counterfactual.metrics import Metric

PASSED, WORSE, UNDECIDED = "not worse", "worse", "undecided"


class Rule(Struct, frozen=True, kw_only=True):
    """Not worse than the baseline by more than ``margin`` (in the metric's own unit, 0.01 is one WER point)."""

    metric: str
    margin: float


class Verdict(Struct, frozen=True, kw_only=True):
    """What came of a rule for a candidate: ``outcome`` is not worse, worse or undecided, ``reason`` says why."""

    candidate: str
    rule: Rule
    outcome: str
    difference: Estimate
    reason: str

    @property
    def passed(self) -> bool:
        return self.outcome == PASSED


def parse_rules(texts: Sequence[str], metrics: Sequence[Metric]) -> tuple[Rule, ...]:
    """Rules of ``METRIC=MARGIN`` terms. Raises `BadRule`, which lists the metrics that can be worse."""
    names = tuple(metric.name for metric in metrics if metric.better)
    rules = []
    for text in texts:
        name, _, margin = text.partition("=")
        try:
            value = float(margin)
        except ValueError as error:
            raise BadRule(text, names) from error
        if name not in names or not math.isfinite(value) or value < 0:
            raise BadRule(text, names)
        rules.append(Rule(metric=name, margin=value))
    return tuple(rules)


def judge(comparison: Comparison, rule: Rule) -> Verdict:
    """The verdict of a rule on a candidate. Raises KeyError for a metric that was not measured."""
    measured = comparison.metric(rule.metric)
    outcome, reason = outcome_of(measured.difference, measured.better, rule.margin, measured.learners)
    return Verdict(
        candidate=comparison.candidate, rule=rule, outcome=outcome, difference=measured.difference, reason=reason
    )


def outcome_of(difference: Estimate, better: str, margin: float, learners: int) -> tuple[str, str]:
    """What comes of a difference (candidate minus baseline) of a figure that is ``better`` lower or higher, and why."""
    return _outcome(_harm(difference, better), margin, learners)


def _harm(difference: Estimate, better: str) -> Estimate:
    """The difference turned so that more is worse."""
    if better != "higher" or difference.value is None:
        return difference
    if difference.low is None or difference.high is None:
        return Estimate(value=-difference.value)
    return Estimate(value=-difference.value, low=-difference.high, high=-difference.low)


def _outcome(harm: Estimate, margin: float, learners: int) -> tuple[str, str]:
    if harm.low is None or harm.high is None:
        return UNDECIDED, "there is no interval: too few cases to which it applies, or one learner alone"
    if learners < FEW_CLUSTERS:
        return UNDECIDED, f"{learners} learners are too few for an interval to rest on; {FEW_CLUSTERS} are the least"
    if harm.high <= margin:
        return PASSED, "the whole interval is within the margin"
    if harm.low > margin:
        return WORSE, "the whole interval is beyond the margin"
    return UNDECIDED, "the interval reaches over the margin: more cases may decide it"
