"""The gate that a trained model has to pass by what its folds said: in itself, and beside the model in service.

Both are compared on the recordings that both have in their folds, each judged by networks that had not heard its
speaker, against people's ratings: a test of non-inferiority (see `replay.counterfactual.verdict`) with intervals over
learners. What training data a model has seen more of gives it no advantage here. Promotes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from events.training import ModelTrained, RuleVerdict
from replay.counterfactual.bootstrap import Values, cluster_sums, correlation, difference, draws_of
from replay.counterfactual.verdict import PASSED, UNDECIDED, WORSE, outcome_of
from training_actors.registry.held_out import HELD_OUT_FILE, RATINGS_FILE, HeldOut, Rating, read_lines

MARGIN = 0.01
"""Of Pearson's r: what agreement with people may fall by at most."""
FOREIGN_FLAGGED, OWN_FLAGGED = "another's text flagged", "own text flagged"
FAILED_ALIGNMENTS = "failed alignments"
"""Figures of `ModelTrained`, shares of 0..1."""
COMPARED = ("accuracy", "fluency", "prosodic", "total", "phones")
"""The figures of `HeldOut`: its ``whole`` in order, and its ``phones``."""
PHONES = "phones"
SEED = 0

Pairs = list[tuple[float, float]]
"""Scores with ratings."""


class Limit(Struct, frozen=True, kw_only=True):
    """What a figure of the training run has to be at ``least``, or else at most, whatever is in service."""

    figure: str
    share: float
    least: bool = False


LIMITS = (
    Limit(figure=FOREIGN_FLAGGED, share=0.95, least=True),
    Limit(figure=OWN_FLAGGED, share=0.03),
    Limit(figure=FAILED_ALIGNMENTS, share=0.005),
)


class Shared(Struct, frozen=True, kw_only=True):
    """A rated recording, as both models judge it."""

    rated: Rating
    candidate: HeldOut
    service: HeldOut


def verdicts(trained: ModelTrained, candidate: Path, service: Path) -> tuple[RuleVerdict, ...]:
    """What comes of each rule for the model in the folder ``candidate``, beside that in ``service``.

    Raises `JudgementsUnreadable`.
    """
    figures = {figure.name: figure.mean for figure in trained.figures}
    shared = _shared(candidate, service)
    return (
        *(_limit(limit, figures.get(limit.figure)) for limit in LIMITS),
        *(_compared(figure, shared) for figure in COMPARED),
    )


def _limit(limit: Limit, share: float | None) -> RuleVerdict:
    rule = f"{limit.figure} {'≥' if limit.least else '≤'} {limit.share:.1%}"
    if share is None:
        return RuleVerdict(rule=rule, outcome=UNDECIDED, reason="it was not measured")
    good = share >= limit.share if limit.least else share <= limit.share
    return RuleVerdict(rule=rule, outcome=PASSED if good else WORSE, reason=f"{share:.1%}")


def _compared(figure: str, shared: Sequence[Shared]) -> RuleVerdict:
    rule = f"{figure}: r at most {MARGIN} lower"
    if not shared:
        reason = "the model in service keeps no judgements of recordings that this one was judged by too"
        return RuleVerdict(rule=rule, outcome=UNDECIDED, reason=reason)
    candidate = _sums(shared, [one.candidate for one in shared], figure)
    service = _sums(shared, [one.service for one in shared], figure)
    clusters = len(candidate)
    found = difference(service, candidate, correlation, draws_of(clusters, seed=SEED))
    outcome, reason = outcome_of(found, "higher", MARGIN, clusters)
    if found.value is not None:
        interval = "" if found.low is None else f" ({found.low:+.3f} to {found.high:+.3f})"
        reason = (
            f"r changes by {found.value:+.3f}{interval} on {len(shared)} recordings of {clusters} learners: {reason}"
        )
    return RuleVerdict(rule=rule, outcome=outcome, reason=reason)


def _sums(shared: Sequence[Shared], judged: Sequence[HeldOut], figure: str) -> Values:
    learners = [one.rated.learner for one in shared]
    columns = [_products(_pairs(said, one.rated, figure)) for said, one in zip(judged, shared, strict=True)]
    return cluster_sums(learners, np.array(columns))


def _pairs(judged: HeldOut, rated: Rating, figure: str) -> Pairs:
    if figure == PHONES:
        pairs = zip(judged.phones, rated.phones, strict=True)
    else:
        place = COMPARED.index(figure)
        pairs = zip(judged.whole[place : place + 1], rated.whole[place : place + 1], strict=True)
    return [(score, rating) for score, rating in pairs if rating is not None]


def _products(pairs: Pairs) -> tuple[float, ...]:
    """n, Σx, Σy, Σx², Σy², Σxy, as `correlation` takes them."""
    x, y = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    return (len(pairs), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum())


def _shared(candidate: Path, service: Path) -> list[Shared]:
    """Recordings that both have judged, with as many phones."""
    ours = {one.sound: one for one in read_lines(candidate / HELD_OUT_FILE, HeldOut)}
    theirs = {one.sound: one for one in read_lines(service / HELD_OUT_FILE, HeldOut)}
    rated = {one.sound: one for one in read_lines(candidate / RATINGS_FILE, Rating)}
    return [
        Shared(rated=rated[sound], candidate=ours[sound], service=theirs[sound])
        for sound in sorted(ours.keys() & theirs.keys() & rated.keys())
        if len(ours[sound].phones) == len(theirs[sound].phones) == len(rated[sound].phones)
    ]
