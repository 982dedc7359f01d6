"""What came of a run on speakers that its networks did not hear, in figures."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct, structs
from scipy.special import expit

from training_actors.pronunciation.evaluation import Agreement, agreement, area
from training_actors.pronunciation.judging import Folds, over_folds
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.pronunciation.synthesis import RIGHT, WRONG
from training_actors.pronunciation.texts import Texts, as_served, limits, texts
from training_actors.pronunciation.work import Trainer


class Group(Struct, frozen=True, kw_only=True):
    """Agreement over all folds together, and its deviation from fold to fold (0 with a single one)."""

    name: str
    pooled: Agreement
    spread: Agreement


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


def outcome(trainer: Trainer) -> tuple[Outcome, Folds]:
    """The figures of a run whose networks are fitted, and what it says of each utterance, as it is served."""
    judged = over_folds(trainer)
    said_from, matches_from = limits(judged)
    told = structs.replace(judged, own=as_served(judged))
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
        texts=texts(judged),
        failed_alignments=sum(alignment.failed for alignment in trainer.alignments),
        frames_right=trainer.frames_right(),
        poor_below=poor_below,
        said_from=float(expit(said_from)),
        matches_from=float(expit(matches_from)),
        slips=slips(told, poor_below),
    )
    return figures, told


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


def slips(told: Folds, poor_below: float) -> Slips | None:
    """How those are found that were planted; None of too few sentences to hold both wrong phones and right ones."""
    if not told.planted:
        return None
    scores, deserved = np.concatenate([one.phones for one in told.planted]), np.concatenate(told.slips)
    wrong, right = deserved == WRONG, deserved == RIGHT
    if not wrong.any() or not right.any():
        return None
    return Slips(
        phones=len(scores),
        auc=area(wrong[wrong | right], -scores[wrong | right]),
        found=float(np.mean(scores[wrong] < poor_below)),
        blamed=float(np.mean(scores[right] < poor_below)),
    )
