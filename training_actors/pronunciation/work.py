"""The pieces of a training run that can be done side by side, each kept in a file once it is done. Knows no Ray."""

import random
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import nn

from actors.models.store import ModelStore
from actors.pronunciation.network import ACOUSTIC_FILE, PhoneNetwork
from training_actors.pronunciation import acoustics, scoring
from training_actors.pronunciation.added import with_added
from training_actors.pronunciation.aligning import Alignment, added_example, aligned, foreign_example, rated_example
from training_actors.pronunciation.examples import Example
from training_actors.pronunciation.export import acoustic_onnx
from training_actors.pronunciation.folds import folds
from training_actors.pronunciation.foreign import strangers
from training_actors.pronunciation.hearing import Heard, Hearer
from training_actors.pronunciation.networks import AcousticNetwork, Committee
from training_actors.pronunciation.plan import Plan
from training_actors.pronunciation.rated import RatedUtterance, RatedWord, rated_utterances
from training_actors.pronunciation.speaking import Speaker

WHISPER = "whisper-base"
ALL = -1
"""The fold of nobody: a network of it has learnt from everybody."""


class Job(Struct, frozen=True, kw_only=True):
    """A run's plan and places. ``cache`` keeps what several runs can use, ``folder`` what is this run's own.

    ``acoustic`` is the folder of the model whose acoustic network is taken; None where one is fitted.
    """

    plan: Plan
    dataset: Path
    cache: Path
    folder: Path
    models: ModelStore
    acoustic: Path | None = None
    threads: int = 1


class Trainer:
    """Does pieces of a run; any number of them may work in the same folders."""

    def __init__(self, job: Job) -> None:
        self._job = job
        torch.set_num_threads(job.threads)
        self._hearer = Hearer(
            job.models.path(WHISPER), job.models.digest(WHISPER), job.cache / "heard", threads=job.threads
        )
        self._speaker = Speaker(job.models, job.cache, self._hearer, threads=job.threads)
        job.folder.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Let go of what was opened for listening; it comes again when it is needed."""
        self._hearer.close()

    @property
    def plan(self) -> Plan:
        """What is to be done."""
        return self._job.plan

    @property
    def encoder(self) -> str:
        """The digest of the Whisper that listens."""
        return self._job.models.digest(WHISPER)

    @cached_property
    def utterances(self) -> list[RatedUtterance]:
        """All rated utterances in the order of their ids."""
        return sorted(rated_utterances(self._job.dataset), key=lambda one: one.id)

    def hear(self, number: int) -> None:
        """Listen to an utterance, unless that was done before."""
        self._heard(number)

    def synthesise(self, number: int) -> None:
        """Speak a sentence and listen to it, unless that was done before."""
        self._speaker.synthesise(number, self.utterances)

    def plant(self, number: int) -> None:
        """Speak a sentence with slips that are known and listen to it, unless that was done before."""
        self._heard_alone(self._speaker.planted(number, self.utterances))

    def fit_acoustics(self) -> None:
        """The acoustic network, unless there is one."""
        if self._job.acoustic is None and not self._acoustic.exists():
            learnt, _ = self._speaker.labelled(self._job.plan.sentences, self.utterances)
            _save(acoustics.trained(learnt, epochs=self._job.plan.acoustic_epochs, seed=0), self._acoustic)

    def frames_right(self) -> float:
        """The share of frames that the acoustic network gets right of synthetic speech that it never heard.

        NaN for one that was taken from another model: it may have heard any of it.
        """
        if self._job.acoustic is not None:
            return float("nan")
        _, held_out = self._speaker.labelled(self._job.plan.sentences, self.utterances)
        return acoustics.frames_right(self._acoustics, held_out)

    def acoustic_onnx(self) -> bytes:
        """The acoustic network as it is shipped."""
        taken = self._job.acoustic
        return acoustic_onnx(self._acoustics) if taken is None else (taken / ACOUSTIC_FILE).read_bytes()

    def log_posteriors(self, frames: NDArray[np.float16]) -> NDArray[np.float32]:
        """(t, width) to (t, phones), by the acoustic network."""
        if self._taken is not None:
            return self._taken.log_posteriors(frames)
        return acoustics.log_posteriors(self._acoustics, frames)

    def hear_added(self, number: int) -> None:
        """Listen to an utterance whose text holds a word that nobody said, unless that was done before."""
        self._with_added(number)

    def fit(self, fold: int, seed: int) -> None:
        """A scoring network that has not heard the speakers of a fold, unless there is one."""
        file = self._weights(fold, seed)
        if file.exists():
            return
        plan = self._job.plan
        mine = [number for number, of in enumerate(self.folds) if of != fold]
        examples = [self.rated[number] for number in mine]
        examples += [self.foreign[number] for number in mine[:: plan.foreign_share]]
        examples += [one for one, of in zip(self.added, self.added_folds, strict=True) if of != fold]
        examples += [one for number, one in enumerate(self.planted) if self.fold_of_planted(number) != fold]
        losses: list[float] = []
        network = scoring.trained(examples, seed=seed, epochs=plan.epochs, tell=lambda epoch, loss: losses.append(loss))
        self._curve(fold, seed).write_bytes(msgspec.json.encode(losses))
        _save(network, file)

    def curves(self) -> dict[str, list[float]]:
        """The mean loss of each epoch, of every network that was fitted here."""
        files = [self._curve(fold, seed) for fold in (*range(self.plan.folds), ALL) for seed in self.plan.seeds]
        return {file.stem: msgspec.json.decode(file.read_bytes()) for file in files if file.exists()}

    def committee(self, fold: int) -> Committee:
        """The fitted networks of a fold, one a seed, with regressions on the same utterances."""
        networks = [scoring.restored(torch.load(self._weights(fold, seed))) for seed in self._job.plan.seeds]
        mine = [example for example, of in zip(self.rated, self.folds, strict=True) if of != fold]
        return Committee(networks, scoring.regressions(mine)).eval()

    @cached_property
    def folds(self) -> list[int]:
        """The fold of each utterance."""
        by_learner = folds(self.utterances, self._job.plan.folds, self._job.plan.fold_seed)
        return [by_learner[one.learner] for one in self.utterances]

    @cached_property
    def rated(self) -> list[Example]:
        """Every utterance with its own text."""
        return [
            rated_example(utterance, self._heard(number), log_posteriors, alignment)
            for number, (utterance, log_posteriors, alignment) in enumerate(
                zip(self.utterances, self._log_posteriors, self.alignments, strict=True)
            )
        ]

    @cached_property
    def foreign(self) -> list[Example]:
        """Every utterance with another's text."""
        return [
            foreign_example(utterance, self.utterances[stranger], self._heard(number), log_posteriors)
            for number, (utterance, stranger, log_posteriors) in enumerate(
                zip(self.utterances, self._strangers, self._log_posteriors, strict=True)
            )
        ]

    @property
    def added_count(self) -> int:
        """How many utterances are shown with a word more or another."""
        return min(self._job.plan.added, len(self.utterances))

    @property
    def added_folds(self) -> list[int]:
        """The fold of each of them."""
        return [self.folds[number] for number in self._order[: self.added_count]]

    @cached_property
    def added(self) -> list[Example]:
        """They as examples."""
        texts = [self._with_added(number) for number in range(self.added_count)]
        return [added_example(text, said, heard, self.log_posteriors(heard.frames)) for text, said, heard in texts]

    def fold_of_planted(self, number: int) -> int:
        """They are dealt out to the folds like cards."""
        return number % self._job.plan.folds

    @cached_property
    def planted(self) -> list[Example]:
        """Sentences with slips whose scores are known; see `fold_of_planted`."""
        found = []
        for number in range(self._job.plan.planted):
            utterance = self._speaker.planted(number, self.utterances)
            heard = self._heard_alone(utterance)
            log_posteriors = self.log_posteriors(heard.frames)
            found.append(rated_example(utterance, heard, log_posteriors, aligned(log_posteriors, utterance)))
        return found

    @cached_property
    def alignments(self) -> list[Alignment]:
        """Where the phones of each utterance's own text lie."""
        return [
            aligned(log_posteriors, utterance)
            for utterance, log_posteriors in zip(self.utterances, self._log_posteriors, strict=True)
        ]

    @cached_property
    def _log_posteriors(self) -> list[NDArray[np.float32]]:
        return [self.log_posteriors(self._heard(number).frames) for number in range(len(self.utterances))]

    @cached_property
    def _taken(self) -> PhoneNetwork | None:
        return PhoneNetwork(self._job.acoustic, threads=self._job.threads) if self._job.acoustic else None

    @cached_property
    def _acoustics(self) -> AcousticNetwork:
        network = AcousticNetwork()
        network.load_state_dict(torch.load(self._acoustic))
        return network.eval()

    @cached_property
    def _strangers(self) -> list[int]:
        return strangers(self.utterances, self._job.plan.fold_seed)

    def _heard(self, number: int) -> Heard:
        utterance, stranger = self.utterances[number], self.utterances[self._strangers[number]]
        return self._hearer.heard(utterance, [[word.text for word in one.words] for one in (utterance, stranger)])

    def _with_added(self, number: int) -> tuple[RatedUtterance, tuple[bool, ...], Heard]:
        """An utterance of a random order with a word more or another, which words were said, and what is heard."""
        rng = random.Random(number)
        text, said = with_added(self.utterances[self._order[number]], self._words, rng)
        return text, said, self._heard_alone(text)

    def _heard_alone(self, text: RatedUtterance) -> Heard:
        """What is heard of an utterance that is to say its own text."""
        return self._hearer.heard(text, [[word.text for word in text.words]])

    @cached_property
    def _order(self) -> list[int]:
        return [int(number) for number in np.random.default_rng(0).permutation(len(self.utterances))]

    @cached_property
    def _words(self) -> list[RatedWord]:
        return [word for utterance in self.utterances for word in utterance.words]

    @property
    def _acoustic(self) -> Path:
        return self._job.folder / "acoustic.pt"

    def _curve(self, fold: int, seed: int) -> Path:
        return self._job.folder / f"losses-{fold}-{seed}.json"

    def _weights(self, fold: int, seed: int) -> Path:
        return self._job.folder / f"scoring-{fold}-{seed}.pt"


def _save(network: nn.Module, file: Path) -> None:
    partial = file.with_suffix(".part")
    torch.save(network.state_dict(), partial)
    partial.replace(file)
