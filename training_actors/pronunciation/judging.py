"""Everything judged by networks that have not heard its speaker. Draws no figure from it; see `outcome`."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.pronunciation.features import HEARD_FIGURE
from actors.pronunciation.judgement import HEARD_FROM
from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.examples import Example
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.pronunciation.scoring import judged
from training_actors.pronunciation.work import ALL, Trainer


class Folds(Struct, frozen=True, kw_only=True):
    """Every utterance as the networks judge it that did not hear its speaker, with its own text and with another's.

    ``unsaid`` are the words of another's text that were not said, ``heard`` those of its own that the recogniser heard,
    ``foreign_heard`` those of another's.
    ``added``: some with a word more or another, ``added_said`` which of their words were said. ``planted``: sentences
    with slips, ``slips`` what each of their phones deserves.
    """

    utterances: list[RatedUtterance]
    own: list[Judged]
    foreign: list[Judged]
    folds: list[int]
    unsaid: list[NDArray[np.bool_]]
    heard: list[NDArray[np.bool_]]
    foreign_heard: list[NDArray[np.bool_]]
    added: list[Judged] = []
    added_heard: list[NDArray[np.bool_]] = []
    added_said: list[NDArray[np.float32]] = []
    added_folds: list[int] = []
    planted: list[Judged] = []
    slips: list[NDArray[np.float32]] = []


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
        heard=[_heard(one) for one in trainer.rated],
        foreign_heard=[_heard(one) for one in trainer.foreign],
        added=added,
        added_heard=[_heard(one) for one in trainer.added],
        added_said=[one.targets.said for one in trainer.added],
        added_folds=trainer.added_folds,
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


def _heard(example: Example) -> NDArray[np.bool_]:
    """Which words the recogniser heard, as service asks it."""
    return np.asarray(example.inputs.word_figures[:, HEARD_FIGURE] >= HEARD_FROM)
