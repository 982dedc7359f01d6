"""What came of a run on speakers that its networks did not hear: agreement with people, and texts that nobody read."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from training_actors.pronunciation.evaluation import Agreement, Judged, agreement, area
from training_actors.pronunciation.examples import Example
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.pronunciation.scoring import judged
from training_actors.pronunciation.synthesis import RIGHT, WRONG
from training_actors.pronunciation.work import ALL, Trainer

WELL_RATED = 7.0
"""The experts' total from which an utterance's own text must be taken for read."""
FOREIGN_FOUND, UNSAID_FOUND = 0.98, 0.98
"""Shares of foreign texts, and of words that nobody said, that must be found: they set the limits. A limit set by what
may be lost of well read texts (2 %) would find nearly all, but call a third of the poorest readers' texts not read."""


class Group(Struct, frozen=True, kw_only=True):
    """Agreement over all folds together, and its deviation from fold to fold (0 with a single one)."""

    name: str
    pooled: Agreement
    spread: Agreement


class Texts(Struct, frozen=True, kw_only=True):
    """Shares taken for not read: of well rated utterances with their own text, and of those with another's.

    ``foreign_total`` is the mean total (0..10) of the latter, in which only words that were said count. ``words_lost``
    of well rated utterances are taken for not said, ``unsaid_found`` of those that nobody said in another's text, and
    ``added_found`` of those put into a text that was read (NaN without any).
    """

    own_flagged: float
    foreign_flagged: float
    foreign_total: float
    words_lost: float
    unsaid_found: float
    added_found: float = float("nan")


class Slips(Struct, frozen=True, kw_only=True):
    """Phones that a clear synthetic voice says wrong on purpose: area under the ROC against those that it says right.

    ``found`` of the wrong ones, and ``blamed`` of the right ones, score below `Outcome.poor_below`.
    """

    phones: int
    auc: float
    found: float
    blamed: float


class Outcome(Struct, frozen=True, kw_only=True):
    """The figures of a run. ``frames_right``: of the acoustic network on held-out synthetic speech."""

    groups: tuple[Group, ...]
    texts: Texts
    failed_alignments: int
    frames_right: float
    poor_below: float
    said_from: float
    matches_from: float
    slips: Slips | None = None


class Folds(Struct, frozen=True, kw_only=True):
    """Every utterance as the networks judge it that did not hear its speaker, with its own text and with another's.

    ``added``: some with a word more or another, ``added_said`` which of their words were said. ``planted``: sentences
    with slips, ``slips`` what each of their phones deserves.
    """

    utterances: list[RatedUtterance]
    own: list[Judged]
    foreign: list[Judged]
    folds: list[int]
    unsaid: list[NDArray[np.bool_]]
    added: list[Judged] = []
    added_said: list[NDArray[np.float32]] = []
    planted: list[Judged] = []
    slips: list[NDArray[np.float32]] = []


def outcome(trainer: Trainer) -> tuple[Outcome, Folds]:
    """The figures of a run whose networks are fitted."""
    told = over_folds(trainer)
    matches_from = float(np.quantile([one.matches for one in told.foreign], FOREIGN_FOUND))
    said_from = float(np.quantile(_unsaid_odds(told), UNSAID_FOUND))
    groups = (
        _group("all", told, lambda one: True),
        *(
            _group(name, told, lambda one, name=name: one.age_group == name)  # type: ignore[misc]
            for name in sorted({one.age_group for one in told.utterances})
        ),
    )
    poor_below = groups[0].pooled.threshold
    figures = Outcome(
        groups=groups,
        texts=_texts(told, said_from, matches_from),
        failed_alignments=sum(alignment.failed for alignment in trainer.alignments),
        frames_right=trainer.frames_right(),
        poor_below=poor_below,
        said_from=probability(said_from),
        matches_from=probability(matches_from),
        slips=_slips(told, poor_below),
    )
    return figures, told


def over_folds(trainer: Trainer) -> Folds:
    """All utterances judged by networks that have not heard their speakers."""
    planted_folds = [trainer.fold_of_planted(number) for number in range(len(trainer.planted))]
    own, foreign, added, planted = _over_folds(
        trainer,
        (trainer.rated, trainer.folds),
        (trainer.foreign, trainer.folds),
        (trainer.added, trainer.added_folds),
        (trainer.planted, planted_folds),
    )
    return Folds(
        utterances=trainer.utterances,
        own=own,
        foreign=foreign,
        folds=trainer.folds,
        unsaid=[one.targets.said == 0 for one in trainer.foreign],
        added=added,
        added_said=[one.targets.said for one in trainer.added],
        planted=planted,
        slips=[one.targets.phones for one in trainer.planted],
    )


def _over_folds(trainer: Trainer, *kinds: tuple[Sequence[Example], Sequence[int]]) -> list[list[Judged]]:
    """Examples of each kind, each judged by the committee of its fold."""
    found: list[dict[int, Judged]] = [{} for _ in kinds]
    for fold in sorted(set(trainer.folds) - {ALL}):
        committee = trainer.committee(fold)
        for of_kind, (examples, folds) in zip(found, kinds, strict=True):
            numbers = [number for number, of in enumerate(folds) if of == fold]
            told = judged(committee, [examples[number].inputs for number in numbers])
            of_kind.update(zip(numbers, told, strict=True))
    return [[of_kind[number] for number in range(len(of_kind))] for of_kind in found]


def probability(odds: float) -> float:
    """Of log odds."""
    return float(1 / (1 + np.exp(-odds)))


def _well_rated(told: Folds) -> list[Judged]:
    """As they are judged with their own texts; all utterances, where nobody reads well."""
    found = [
        judged_
        for one, judged_ in zip(told.utterances, told.own, strict=True)
        if one.total is not None and one.total >= WELL_RATED
    ]
    return found or told.own


def _group(name: str, told: Folds, wanted: Callable[[RatedUtterance], bool]) -> Group:
    numbers = [number for number, one in enumerate(told.utterances) if wanted(one)]
    by_fold = [
        _over(told, [number for number in numbers if told.folds[number] == fold])
        for fold in sorted({told.folds[number] for number in numbers})
    ]
    spread = {field: _deviation([getattr(one, field) for one in by_fold]) for field in Agreement.__struct_fields__}
    pooled = _over(told, numbers)
    return Group(name=name, pooled=pooled, spread=structs.replace(pooled, **spread | {"utterances": len(numbers)}))


def _deviation(figures: Sequence[float]) -> float:
    """Of those folds in which the figure can be reckoned."""
    known = [figure for figure in figures if not np.isnan(figure)]
    return float(np.std(known)) if known else float("nan")


def _over(told: Folds, numbers: Sequence[int]) -> Agreement:
    return agreement([told.utterances[number] for number in numbers], [told.own[number] for number in numbers])


def _texts(told: Folds, said_from: float, matches_from: float) -> Texts:
    totals = [float(one.utterance[3]) * _share(one, said_from, matches_from) for one in told.foreign]
    return Texts(
        own_flagged=float(np.mean([one.matches < matches_from for one in _well_rated(told)])),
        foreign_flagged=float(np.mean([one.matches < matches_from for one in told.foreign])),
        foreign_total=float(np.mean(totals)),
        words_lost=float(np.mean(np.concatenate([one.said for one in _well_rated(told)]) < said_from)),
        unsaid_found=float(np.mean(_unsaid_odds(told) < said_from)),
        added_found=_share_below(said_from, told.added, [said == 0 for said in told.added_said]),
    )


def _share_below(limit: float, judged_: Sequence[Judged], wanted: Sequence[NDArray[np.bool_]]) -> float:
    odds = [one.said[mask] for one, mask in zip(judged_, wanted, strict=True)]
    return float(np.mean(np.concatenate(odds) < limit)) if odds else float("nan")


def _slips(told: Folds, poor_below: float) -> Slips | None:
    if not told.planted:
        return None
    scores, deserved = np.concatenate([one.phones for one in told.planted]), np.concatenate(told.slips)
    wrong, right = deserved == WRONG, deserved == RIGHT
    return Slips(
        phones=len(scores),
        auc=area(wrong[wrong | right], -scores[wrong | right]),
        found=float(np.mean(scores[wrong] < poor_below)),
        blamed=float(np.mean(scores[right] < poor_below)),
    )


def _unsaid_odds(told: Folds) -> NDArray[np.float64]:
    """How much the words of foreign texts seem said that were not."""
    return np.concatenate([one.said[mask] for one, mask in zip(told.foreign, told.unsaid, strict=True)])


def _share(one: Judged, said_from: float, matches_from: float) -> float:
    """The share of words that count as said; the recogniser's word for it is left aside here."""
    return float(np.mean(one.said >= said_from)) if one.matches >= matches_from else 0.0
