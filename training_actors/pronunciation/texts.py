"""From which probability a text, and a word, counts as said; and what becomes of texts that nobody read."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from actors.pronunciation.lowering import lowered
from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.judging import Folds

WELL_RATED = 7.0
"""The experts' total from which an utterance's own text must be taken for read."""
FOREIGN_FOUND = 0.975
"""The share of foreign texts that must be found sets the limit of texts. One set by what may be lost of well read texts
(2 %) would find nearly all, but call a third of the poorest readers' texts not read."""
WORDS_LOST = 0.004
"""The share of well rated readers' words that may be taken for not said, which the recogniser did not hear either, sets
the limit of words. With .004 83 % of words put into a text are found, and 7 % of the poorest readers' words are lost;
with .01 it is 92 and 13 %."""


class Texts(Struct, frozen=True, kw_only=True):
    """Shares taken for not read: of well rated utterances with their own text, and of those with another's.

    Every fold is judged with the limits that the others set. ``foreign_total`` is the mean total (0..10) of others'
    texts as it is served: words that the recogniser heard count as said. ``words_lost``
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


def texts(told: Folds) -> Texts:
    """What becomes of all texts."""
    set_by_others = _set_by_others(told)
    own = [set_by_others[fold] for fold in told.folds]
    well = _well_rated(told)
    lost = [_unsaid(told.own[number], told.heard[number], own[number][0]) for number in well]
    unsaid = [one.said[mask] < said for one, mask, (said, _) in zip(told.foreign, told.unsaid, own, strict=True)]
    return Texts(
        own_flagged=float(np.mean([told.own[number].matches < own[number][1] for number in well])),
        foreign_flagged=float(
            np.mean([one.matches < matches for one, (_, matches) in zip(told.foreign, own, strict=True)])
        ),
        foreign_total=float(np.mean([one.utterance[3] for one in _served(told.foreign, told.foreign_heard, own)])),
        words_lost=float(np.mean(np.concatenate(lost))),
        unsaid_found=float(np.mean(np.concatenate(unsaid))),
        added_found=_added_found(told, [set_by_others[fold][0] for fold in told.added_folds]),
    )


def as_served(told: Folds) -> list[Judged]:
    """Every utterance with its own text, its scores less for words that count as not said."""
    set_by_others = _set_by_others(told)
    return _served(told.own, told.heard, [set_by_others[fold] for fold in told.folds])


def _served(
    judged: Sequence[Judged], heard: Sequence[NDArray[np.bool_]], limits: Sequence[tuple[float, float]]
) -> list[Judged]:
    """As `actors.pronunciation.judgement` does it."""
    found = []
    for one, known, (said_from, matches_from) in zip(judged, heard, limits, strict=True):
        read = one.matches >= matches_from
        share = float((known | ((one.said >= said_from) & read)).mean())
        found.append(structs.replace(one, utterance=lowered(one.utterance, share, read=read)))
    return found


def _set_by_others(told: Folds) -> dict[int, tuple[float, float]]:
    """For each fold the limits that all others set; with a single one its own."""
    folds = set(told.folds)
    return {fold: limits(_without(told, fold) if len(folds) > 1 else told) for fold in folds}


def _without(told: Folds, fold: int) -> Folds:
    """What limits are set by, of the other folds."""
    others = [number for number, of in enumerate(told.folds) if of != fold]
    return structs.replace(
        told,
        utterances=[told.utterances[number] for number in others],
        own=[told.own[number] for number in others],
        foreign=[told.foreign[number] for number in others],
        heard=[told.heard[number] for number in others],
    )


def _added_found(told: Folds, limits: Sequence[float]) -> float:
    masks = [said == 0 for said in told.added_said]
    if not any(mask.any() for mask in masks):
        return float("nan")
    unsaid = map(_unsaid, told.added, told.added_heard, limits)
    return float(np.mean(np.concatenate([of[mask] for of, mask in zip(unsaid, masks, strict=True)])))


def _unsaid(judged: Judged, heard: NDArray[np.bool_], limit: float) -> NDArray[np.bool_]:
    """The words that count as not said: unlikely ones that the recogniser did not hear either."""
    found: NDArray[np.bool_] = (judged.said < limit) & ~heard
    return found


def _well_rated(told: Folds) -> list[int]:
    """Their numbers; those of all utterances, where nobody reads well."""
    found = [number for number, one in enumerate(told.utterances) if one.total is not None and one.total >= WELL_RATED]
    return found or list(range(len(told.utterances)))


def _said_from(told: Folds) -> float:
    """The log odds of which `WORDS_LOST` of well rated readers' words lie below, those left aside that were heard."""
    well = _well_rated(told)
    odds = np.concatenate([np.where(told.heard[number], np.inf, told.own[number].said) for number in well])
    return float(np.sort(odds)[int(WORDS_LOST * len(odds))])
