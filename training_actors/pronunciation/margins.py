"""How sure a score is: the errors of the folds, turned into margins by split conformal prediction (Lei et al. 2018)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actors.pronunciation.model import Margins
from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.rated import RatedUtterance

COVERED = 0.8
BANDS = 4
"""Equally many recordings each: poor readings are judged less surely than good ones."""
FEWEST = 40
"""Recordings of a band; with fewer there are fewer bands, with none no margin is known."""


def margins(utterances: Sequence[RatedUtterance], judged: Sequence[Judged]) -> tuple[Margins, ...]:
    """Of accuracy, fluency, prosodic and total; () where too little is rated."""
    ratings = np.array([[one.accuracy, one.fluency, one.prosodic, one.total] for one in utterances], np.float64)
    scores = np.clip(np.stack([one.utterance for one in judged]), 0, 10)
    if (~np.isnan(ratings)).sum(axis=0).min() < FEWEST:
        return ()
    return tuple(_margins(scores[:, figure], ratings[:, figure]) for figure in range(scores.shape[1]))


def _margins(scores: NDArray[np.float64], ratings: NDArray[np.float64]) -> Margins:
    known = ~np.isnan(ratings)
    scores, errors = scores[known], np.abs(scores - ratings)[known]
    bands = min(BANDS, len(scores) // FEWEST)
    bounds = _parting(np.quantile(scores, np.arange(1, bands) / bands), scores)
    place = np.searchsorted(bounds, scores, side="right")
    widths = [_quantile(errors[place == band]) for band in range(len(bounds) + 1)]
    return Margins(bounds=tuple(bounds.round(3).tolist()), widths=tuple(widths))


def _parting(bounds: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those between which there are scores: where many are the same, as the highest, some part too few."""
    found: NDArray[np.float64] = bounds[np.unique(np.searchsorted(bounds, scores, side="right"))[1:] - 1]
    while len(found):
        held = np.bincount(np.searchsorted(found, scores, side="right"), minlength=len(found) + 1)
        least = int(held.argmin())
        if held[least] >= FEWEST:
            break
        found = np.delete(found, max(0, least - 1))
    return found


def _quantile(errors: NDArray[np.float64]) -> float:
    """The conformal one: the ceil((n + 1) covered)-th smallest of n."""
    rank = min(len(errors), int(np.ceil((len(errors) + 1) * COVERED)))
    return round(float(np.sort(errors)[rank - 1]), 3)
