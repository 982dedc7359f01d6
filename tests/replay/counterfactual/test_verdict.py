import re

import pytest

from replay.__main__ import main
from replay.counterfactual.bootstrap import Estimate
from replay.counterfactual.comparison import Comparison, Measured
from replay.counterfactual.errors import BadRule
from replay.counterfactual.metrics import metrics_of
from replay.counterfactual.prices import Prices
from replay.counterfactual.swap import KINDS
from replay.counterfactual.verdict import Rule, judge, parse_rules


def comparison(low: float | None, high: float | None, *, better: str = "lower", learners: int = 40) -> Comparison:
    value = 0.0 if low is None or high is None else (low + high) / 2
    measured = Measured(
        name="figure",
        title="A figure",
        better=better,
        unit="",
        scale=1.0,
        cases=100,
        learners=learners,
        baseline=Estimate(value=0.5),
        candidate=Estimate(value=0.5 + value),
        difference=Estimate(value=value, low=low, high=high),
    )
    return Comparison(candidate="new", engines=(), measured=(measured,), contrasted=(), slices=())


@pytest.mark.parametrize(
    ("low", "high", "better", "outcome"),
    [
        (-0.02, 0.01, "lower", "not worse"),
        (-0.05, -0.01, "lower", "not worse"),
        (0.005, 0.02, "lower", "not worse"),  # worse for sure, but by less than the margin
        (-0.02, 0.03, "lower", "undecided"),
        (0.03, 0.05, "lower", "worse"),
        (-0.01, 0.05, "higher", "not worse"),
        (-0.03, 0.05, "higher", "undecided"),
        (-0.05, -0.03, "higher", "worse"),
    ],
)
def test_the_whole_interval_must_be_within_the_margin(low: float, high: float, better: str, outcome: str) -> None:
    verdict = judge(comparison(low, high, better=better), Rule(metric="figure", margin=0.02))
    assert verdict.outcome == outcome
    assert verdict.passed == (outcome == "not worse")


def test_without_an_interval_nothing_passes() -> None:
    assert judge(comparison(None, None), Rule(metric="figure", margin=1.0)).outcome == "undecided"


def test_the_help_names_every_metric_that_a_rule_can_be_about(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["counterfactual", "--help"])
    rows = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line.strip()]
    told = {row[0]: re.findall(r"\w+(?=,|$| \()", row[1]) for row in rows if row[0] in (*KINDS, "all")}
    for kind in KINDS:
        names = {metric.name for metric in metrics_of(kind, Prices()) if metric.better}
        assert {*told[kind], *told["all"]} - {"cost"} == names


def test_few_learners_decide_nothing() -> None:
    verdict = judge(comparison(-0.1, -0.1, learners=9), Rule(metric="figure", margin=0.02))
    assert verdict.outcome == "undecided"
    assert "9 learners are too few" in verdict.reason


def test_rules_name_metrics_that_can_be_worse() -> None:
    metrics = metrics_of("asr", Prices())
    assert parse_rules(["wer=0.01", "failures=0"], metrics) == (
        Rule(metric="wer", margin=0.01),
        Rule(metric="failures", margin=0.0),
    )
    for wrong in ("wer", "wer=x", "wer=-1", "wer=nan", "bleu=1"):
        with pytest.raises(BadRule, match="wer, silent, failures"):
            parse_rules([wrong], metrics)
