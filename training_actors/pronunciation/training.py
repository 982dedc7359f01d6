"""A whole training run, step by step: what is done is kept, so that a run that was cut short goes on where it was."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from actors.pronunciation.model import ModelFacts
from training_actors.errors import TooFewRated
from training_actors.pronunciation.outcome import Outcome, outcome
from training_actors.pronunciation.plan import Provenance
from training_actors.pronunciation.shipping import ship
from training_actors.pronunciation.work import ALL, Job, Trainer

Watch = Callable[[str, int, int], None]
"""Told how far a step is: its name, how much is done, of how much."""


class Workers(Protocol):
    """Do pieces of a run, side by side perhaps."""

    def each(self, method: str, pieces: Sequence[tuple[int, ...]]) -> Iterator[Any]:
        """Call a method of `Trainer` with each of the pieces; yields something for each that is done, in any order."""
        ...


class InProcess:
    """`Workers` in this process."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def each(self, method: str, pieces: Sequence[tuple[int, ...]]) -> Iterator[Any]:
        """See `Workers.each`."""
        for piece in pieces:
            yield getattr(self._trainer, method)(*piece)


class Run:
    """One plan on one dataset."""

    def __init__(self, job: Job, made_from: Provenance, watch: Watch) -> None:
        self.trainer = Trainer(job)
        self._job = job
        self._made_from = made_from
        self._watch = watch

    def fit(self, workers: Workers) -> None:
        """Listen, speak, and fit all networks. Raises `TooFewRated`."""
        plan, utterances = self._job.plan, self.trainer.utterances
        learners = {one.learner for one in utterances}
        if len(learners) < max(2, plan.folds) or len(utterances) < 2 * plan.folds:
            raise TooFewRated(len(utterances), len(learners), plan.folds)
        self._step("listening", workers, "hear", [(number,) for number in range(len(utterances))])
        added = min(plan.added, len(utterances))
        self._step("added words", workers, "hear_added", [(number,) for number in range(added)])
        if not plan.acoustic:
            self._step("speaking", workers, "synthesise", [(number,) for number in range(plan.sentences)])
        self._step("slips", workers, "plant", [(number,) for number in range(plan.planted)])
        self._step("phones", workers, "fit_acoustics", [()])
        folds = [(fold, seed) for fold in (*range(plan.folds), ALL) for seed in plan.seeds]
        self._step("scores", workers, "fit", folds)

    def finish(self, out: Path) -> tuple[ModelFacts, Outcome]:
        """Judge the folds and write the model's folder."""
        self._watch("judging", 0, 1)
        figures, folds = outcome(self.trainer)
        facts = ship(self.trainer, figures, folds, self._made_from, out)
        self._watch("judging", 1, 1)
        return facts, figures

    def _step(self, name: str, workers: Workers, method: str, pieces: Sequence[tuple[int, ...]]) -> None:
        self._watch(name, 0, len(pieces))
        for done, _ in enumerate(workers.each(method, pieces), 1):
            self._watch(name, done, len(pieces))
