"""From which probability a text, and a word, counts as said; and what becomes of texts that nobody read."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.judging import Folds

WELL_RATED = 7.0
"""The experts' total from which an utterance's own text must be taken for read."""
FOREIGN_FOUND = 0.98
"""The share of foreign texts that must be found sets the limit of texts. One set by what may be lost of well read texts
(2 %) would find nearly all, but call a third of the poorest readers' texts not read."""
WORDS_LOST = 0.004
"""The share of well rated readers' words that may be taken for not said, which the recogniser did not hear either, sets
the limit of words. With .004 83 % of words put into a text are found, and 7 % of the poorest readers' words are lost;
with .01 it is 92 and 13 %."""


class Texts(Struct, frozen=True, kw_only=True):
    """Shares taken for not read: of well rated utterances with their own text, and of those with another's.

    ``foreign_total`` is the mean total (0..10) of the latter, in which only words that were said count. What the
    recogniser heard too counts as said. ``words_lost``
    of well rated utterances are taken for not said, ``unsaid_found`` of those that nobody said in another's text, and
    ``added_found`` of those put into a text that was read (NaN without any).
    """

    own_flagged: float
    foreign_flagged: float
    foreign_total: float
    words_lost: float
    unsaid_found: float
    added_found: float = float("nan")


def limits(told: Folds) -> tuple[float, float]:
    """The log odds from which a word, and a text, count as said."""
    return _said_from(told), float(np.quantile([one.matches for one in told.foreign], FOREIGN_FOUND))


def texts(told: Folds, said_from: float, matches_from: float) -> Texts:
    """What becomes of all texts with these limits."""
    well = _well_rated(told)
    own, heard = [told.own[number] for number in well], [told.heard[number] for number in well]
    totals = [float(one.utterance[3]) * _share(one, said_from, matches_from) for one in told.foreign]
    return Texts(
        own_flagged=float(np.mean([one.matches < matches_from for one in own])),
        foreign_flagged=float(np.mean([one.matches < matches_from for one in told.foreign])),
        foreign_total=float(np.mean(totals)),
        words_lost=float(np.mean(np.concatenate(_unsaid(own, heard, said_from)))),
        unsaid_found=float(np.mean(_unsaid_odds(told) < said_from)),
        added_found=_added_found(told, said_from),
    )


def _added_found(told: Folds, limit: float) -> float:
    masks = [said == 0 for said in told.added_said]
    if not any(mask.any() for mask in masks):
        return float("nan")
    unsaid = _unsaid(told.added, told.added_heard, limit)
    return float(np.mean(np.concatenate([of[mask] for of, mask in zip(unsaid, masks, strict=True)])))


def _unsaid(judged: Sequence[Judged], heard: Sequence[NDArray[np.bool_]], limit: float) -> list[NDArray[np.bool_]]:
    """The words that count as not said: unlikely ones that the recogniser did not hear either."""
    return [(one.said < limit) & ~known for one, known in zip(judged, heard, strict=True)]


def _well_rated(told: Folds) -> list[int]:
    """Their numbers; those of all utterances, where nobody reads well."""
    found = [number for number, one in enumerate(told.utterances) if one.total is not None and one.total >= WELL_RATED]
    return found or list(range(len(told.utterances)))


def _said_from(told: Folds) -> float:
    """The log odds of which `WORDS_LOST` of well rated readers' words lie below, those left aside that were heard."""
    well = _well_rated(told)
    odds = np.concatenate([np.where(told.heard[number], np.inf, told.own[number].said) for number in well])
    return float(np.sort(odds)[int(WORDS_LOST * len(odds))])


def _unsaid_odds(told: Folds) -> NDArray[np.float64]:
    """How much the words of foreign texts seem said that were not."""
    return np.concatenate([one.said[mask] for one, mask in zip(told.foreign, told.unsaid, strict=True)])


def _share(one: Judged, said_from: float, matches_from: float) -> float:
    """The share of words that count as said; the recogniser's word for it is left aside here."""
    return float(np.mean(one.said >= said_from)) if one.matches >= matches_from else 0.0
