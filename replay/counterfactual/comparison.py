"""Engines against the baseline on the same cases: figures with intervals, over all and in slices. Reads no log."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from replay.counterfactual.bootstrap import (
    FEW_CLUSTERS,
    Estimate,
    Figure,
    Values,
    cluster_sums,
    difference,
    draws_of,
    estimate,
)
from replay.counterfactual.metrics import Columns, Contrast, Metric
from replay.counterfactual.values import Answer, Case, Traits

TRAITS: Mapping[str, str] = {
    "level": "level",
    "age_group": "age group",
    "first_language": "first language",
    "client": "client",
}
"""What is sliced by, and how it is called."""


class Measured(Struct, frozen=True, kw_only=True):
    """A metric of both engines and their difference (candidate minus baseline), on ``cases`` of ``learners``.

    ``note`` says what the interval is worth where that is little.
    """

    name: str
    title: str
    better: str
    unit: str
    scale: float
    cases: int
    learners: int
    baseline: Estimate
    candidate: Estimate
    difference: Estimate
    note: str = ""


class Contrasted(Struct, frozen=True, kw_only=True):
    """A contrast between the engines' answers."""

    name: str
    title: str
    unit: str
    scale: float
    cases: int
    learners: int
    value: Estimate


class Slice(Struct, frozen=True, kw_only=True):
    """The first metric among the cases of one ``value`` of a trait."""

    trait: str
    value: str
    measured: Measured


class Engine(Struct, frozen=True, kw_only=True):
    """An engine as it answered: name, version and digest, how many cases it answered and how many not."""

    name: str
    version: str
    digest: str
    answered: int
    failed: int = 0


class Comparison(Struct, frozen=True, kw_only=True):
    """One candidate against the baseline."""

    candidate: str
    engines: tuple[Engine, ...]
    measured: tuple[Measured, ...]
    contrasted: tuple[Contrasted, ...]
    slices: tuple[Slice, ...]
    faults: tuple[tuple[str, int], ...] = ()

    def metric(self, name: str) -> Measured:
        """The metric of that name. Raises KeyError."""
        for measured in self.measured:
            if measured.name == name:
                return measured
        raise KeyError(name)


class Pair(Struct, frozen=True, kw_only=True):
    """A case with the answers of both."""

    case: Case
    baseline: Answer
    candidate: Answer


def compare(
    candidate: str, pairs: Sequence[Pair], metrics: Sequence[Metric], contrasts: Sequence[Contrast], *, seed: int
) -> Comparison:
    """All figures of one candidate; the first of ``metrics`` is the one that is sliced."""
    return Comparison(
        candidate=candidate,
        engines=engines_of([pair.candidate for pair in pairs]),
        measured=tuple(measure(metric, pairs, seed) for metric in metrics),
        contrasted=tuple(_contrast(contrast, pairs, seed) for contrast in contrasts),
        slices=tuple(_slices(metrics[0], pairs, seed)),
        faults=_faults(pairs),
    )


def measure(metric: Metric, pairs: Sequence[Pair], seed: int) -> Measured:
    """One metric of both, on the cases to which it applies with both answers."""
    learners, before, after = [], [], []
    for pair in pairs:
        baseline, candidate = (metric.columns(pair.case, answer) for answer in (pair.baseline, pair.candidate))
        if baseline is not None and candidate is not None:
            learners.append(pair.case.learner)
            before.append(baseline)
            after.append(candidate)
    estimates = _both(learners, before, after, metric.figure, seed)
    return Measured(
        name=metric.name,
        title=metric.title,
        better=metric.better,
        unit=metric.unit,
        scale=metric.scale,
        cases=len(learners),
        learners=len(set(learners)),
        baseline=estimates[0],
        candidate=estimates[1],
        difference=estimates[2],
        note=_note(len(set(learners))),
    )


def _both(
    learners: Sequence[str], before: Sequence[Columns], after: Sequence[Columns], figure: Figure, seed: int
) -> tuple[Estimate, Estimate, Estimate]:
    if not learners:
        return (Estimate(value=None),) * 3
    baseline = cluster_sums(learners, _matrix(before))
    candidate = cluster_sums(learners, _matrix(after))
    draws = draws_of(len(baseline), seed=seed)
    return (
        estimate(baseline, figure, draws),
        estimate(candidate, figure, draws),
        difference(baseline, candidate, figure, draws),
    )


def _contrast(contrast: Contrast, pairs: Sequence[Pair], seed: int) -> Contrasted:
    found = [
        (pair.case.learner, columns)
        for pair in pairs
        if (columns := contrast.columns(pair.case, pair.baseline, pair.candidate)) is not None
    ]
    value = Estimate(value=None)
    if found:
        sums = cluster_sums([learner for learner, _ in found], _matrix([columns for _, columns in found]))
        value = estimate(sums, contrast.figure, draws_of(len(sums), seed=seed))
    return Contrasted(
        name=contrast.name,
        title=contrast.title,
        unit=contrast.unit,
        scale=contrast.scale,
        cases=len(found),
        learners=len({learner for learner, _ in found}),
        value=value,
    )


def _matrix(columns: Sequence[Columns]) -> Values:
    return np.asarray(columns, dtype=np.float64)


def _slices(metric: Metric, pairs: Sequence[Pair], seed: int) -> list[Slice]:
    return [
        Slice(trait=trait, value=value, measured=measured)
        for trait in TRAITS
        for value, chosen in sorted(_by(pairs, _reader(trait)).items())
        if (measured := measure(metric, chosen, seed)).cases
    ]


def _reader(trait: str) -> Callable[[Traits], str]:
    return lambda traits: str(getattr(traits, trait))


def _by(pairs: Sequence[Pair], trait: Callable[[Traits], str]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(trait(pair.case.traits), []).append(pair)
    return found


def _note(learners: int) -> str:
    if learners == 1:
        return "one learner: no interval"
    if 1 < learners < FEW_CLUSTERS:
        return f"only {learners} learners: too few for an interval to rest on"
    return ""


def engines_of(answers: Sequence[Answer]) -> tuple[Engine, ...]:
    """Who answered, the most frequent first; what no engine answered is counted with the one that was asked."""
    counted: dict[tuple[str, str, str], int] = {}
    failed: dict[str, int] = {}
    for answer in answers:
        if answer.use is None:
            failed[answer.asked] = failed.get(answer.asked, 0) + (answer.outcome is None)
        else:
            key = (answer.use.name, answer.use.version, answer.use.digest)
            counted[key] = counted.get(key, 0) + 1
    order = sorted(counted.items(), key=lambda item: -item[1])
    known = {name for (name, _, _), _ in order}
    return tuple(
        Engine(name=name, version=version, digest=digest, answered=count, failed=failed.get(name, 0))
        for (name, version, digest), count in order
    ) + tuple(
        Engine(name=name, version="", digest="", answered=0, failed=count)
        for name, count in failed.items()
        if count and name not in known
    )


def _faults(pairs: Sequence[Pair]) -> tuple[tuple[str, int], ...]:
    """Why the candidate gave no answer, the most frequent reason first."""
    counted: dict[str, int] = {}
    for pair in pairs:
        if pair.candidate.fault:
            counted[pair.candidate.fault] = counted.get(pair.candidate.fault, 0) + 1
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
