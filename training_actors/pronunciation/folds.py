"""Folds in which no speaker is both learnt from and judged, alike in age and in how well people speak."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from training_actors.pronunciation.rated import RatedUtterance

TIES = 0.3
"""How far speakers of nearly the same rating are shuffled (points of ten), so that seeds give different folds."""


def folds(utterances: Sequence[RatedUtterance], count: int, seed: int) -> dict[str, int]:
    """The fold of every learner: speakers in order of age group and mean rating are dealt out like cards."""
    totals: dict[str, list[float]] = defaultdict(list)
    groups: dict[str, str] = {}
    for one in utterances:
        groups[one.learner] = one.age_group
        if one.total is not None:
            totals[one.learner].append(one.total)
    rng = np.random.default_rng(seed)
    order = sorted(
        groups,
        key=lambda learner: (groups[learner], float(np.mean(totals[learner] or [0.0])) + rng.normal() * TIES),
    )
    return {learner: place % count for place, learner in enumerate(order)}
