"""The pieces of a training run that can be done side by side, each kept in a file once it is done. Knows no Ray."""

import random
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import nn

from actors.models.store import ModelStore
from actors.pronunciation.features import said_features
from actors.pronunciation.phones import plain
from actors.voice.kokoro import Kokoro
from training_actors.pronunciation import acoustics, scoring
from training_actors.pronunciation.acoustics import LabelledFrames
from training_actors.pronunciation.added import with_added
from training_actors.pronunciation.aligning import Alignment, aligned, foreign_example, rated_example
from training_actors.pronunciation.disturbance import disturbed, surrounded
from training_actors.pronunciation.examples import Example
from training_actors.pronunciation.folds import folds
from training_actors.pronunciation.foreign import strangers
from training_actors.pronunciation.hearing import Heard, Hearer
from training_actors.pronunciation.networks import AcousticNetwork, Committee
from training_actors.pronunciation.plan import Plan
from training_actors.pronunciation.rated import RatedUtterance, RatedWord, rated_utterances
from training_actors.pronunciation.synthesis import Labelled, spoken

WHISPER, KOKORO, VOICES = "whisper-base", "kokoro-82m-int8", "kokoro-voices"
VARIANTS = 2
"""Of each synthetic sentence: as it is, and disturbed."""
HELD_OUT = 20
"""Every so many synthetic sentences only tell how well the acoustic network does."""
ALL = -1
"""The fold of nobody: a network of it has learnt from everybody."""


class Job(Struct, frozen=True, kw_only=True):
    """A run's plan and places. ``cache`` keeps what several runs can use, ``folder`` what is this run's own."""

    plan: Plan
    dataset: Path
    cache: Path
    folder: Path
    models: ModelStore
    threads: int = 1


class Trainer:
    """Does pieces of a run; any number of them may work in the same folders."""

    def __init__(self, job: Job) -> None:
        self._job = job
        torch.set_num_threads(job.threads)
        self._hearer = Hearer(
            job.models.path(WHISPER), job.models.digest(WHISPER), job.cache / "heard", threads=job.threads
        )
        for folder in (job.cache / "synthetic", job.folder):
            folder.mkdir(parents=True, exist_ok=True)

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
        files = self._variants(number)
        if all(file.exists() for file in files):
            return
        rng = random.Random(number)
        text = rng.choice(self.utterances)
        words = [[plain(phone.phone) for phone in word.phones] for word in text.words]
        speech = spoken(self._kokoro, self._voices, words, rng)
        for variant, file in enumerate(files):
            self._keep_frames(speech, np.random.default_rng([number, variant]), variant > 0, file)

    def fit_acoustics(self) -> None:
        """The acoustic network, unless there is one."""
        if not self._acoustic.exists():
            learnt, _ = self._labelled()
            _save(acoustics.trained(learnt, epochs=self._job.plan.acoustic_epochs, seed=0), self._acoustic)

    def frames_right(self) -> float:
        """The share of frames that the acoustic network gets right of synthetic speech that it never heard."""
        _, held_out = self._labelled()
        return acoustics.frames_right(self.acoustics(), held_out)

    def hear_added(self, number: int) -> None:
        """Listen to an utterance whose text holds a word that nobody said, unless that was done before."""
        self._with_added(number)

    def read_or_added(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What is known of each word of the texts with added words, (words, figures), and whether it was said."""
        network = self.acoustics()
        figures: list[NDArray[np.float32]] = []
        said: list[bool] = []
        for number in range(min(self._job.plan.added, len(self.utterances))):
            text, were_said, heard = self._with_added(number)
            log_posteriors = acoustics.log_posteriors(network, heard.frames)
            alignment = aligned(log_posteriors, text)
            told = heard.told[0]
            if not alignment.failed:
                figures.append(said_features(log_posteriors, alignment.placed, told.probabilities, told.recognised))
                said += were_said
        return np.concatenate(figures), np.array(said)

    def fit(self, fold: int, seed: int) -> None:
        """A scoring network that has not heard the speakers of a fold, unless there is one."""
        file = self._weights(fold, seed)
        if file.exists():
            return
        mine = [number for number, of in enumerate(self.folds) if of != fold]
        examples = [self.rated[number] for number in mine]
        examples += [self.foreign[number] for number in mine[:: self._job.plan.foreign_share]]
        _save(scoring.trained(examples, seed=seed, epochs=self._job.plan.epochs), file)

    def committee(self, fold: int) -> Committee:
        """The fitted networks of a fold, one a seed, with a regression on the same utterances."""
        networks = [scoring.restored(torch.load(self._weights(fold, seed))) for seed in self._job.plan.seeds]
        mine = [example for example, of in zip(self.rated, self.folds, strict=True) if of != fold]
        return Committee(networks, scoring.regression(mine)).eval()

    def acoustics(self) -> AcousticNetwork:
        """The fitted acoustic network."""
        network = AcousticNetwork()
        network.load_state_dict(torch.load(self._acoustic))
        return network.eval()

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

    @cached_property
    def alignments(self) -> list[Alignment]:
        """Where the phones of each utterance's own text lie."""
        return [
            aligned(log_posteriors, utterance)
            for utterance, log_posteriors in zip(self.utterances, self._log_posteriors, strict=True)
        ]

    @cached_property
    def _log_posteriors(self) -> list[NDArray[np.float32]]:
        network = self.acoustics()
        return [acoustics.log_posteriors(network, self._heard(number).frames) for number in range(len(self.utterances))]

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
        return text, said, self._hearer.heard(text, [[word.text for word in text.words]])

    @cached_property
    def _order(self) -> list[int]:
        return [int(number) for number in np.random.default_rng(0).permutation(len(self.utterances))]

    @cached_property
    def _words(self) -> list[RatedWord]:
        return [word for utterance in self.utterances for word in utterance.words]

    def _labelled(self) -> tuple[list[LabelledFrames], list[LabelledFrames]]:
        """Synthetic speech to learn from, and to judge by."""
        learnt: list[LabelledFrames] = []
        held_out: list[LabelledFrames] = []
        for number in range(self._job.plan.sentences):
            for file in self._variants(number):
                with np.load(file) as kept:
                    example = LabelledFrames(frames=kept["frames"], labels=kept["labels"])
                (held_out if number % HELD_OUT == 0 else learnt).append(example)
        return learnt, held_out

    def _keep_frames(self, speech: Labelled, rng: np.random.Generator, disturb: bool, file: Path) -> None:
        varied = surrounded(disturbed(speech, rng) if disturb else speech, rng)
        frames, lead = self._hearer.encoded(varied.samples)
        example = acoustics.of_synthesis(frames, lead, varied.phones)
        partial = file.with_suffix(".part")
        with partial.open("wb") as kept:
            np.savez(kept, frames=example.frames, labels=example.labels)
        partial.replace(file)

    @cached_property
    def _kokoro(self) -> Kokoro:
        models = self._job.models
        return Kokoro(models.path(KOKORO), models.path(VOICES) / "voices", threads=self._job.threads)

    @cached_property
    def _voices(self) -> list[str]:
        return sorted(file.stem for file in (self._job.models.path(VOICES) / "voices").glob("*.bin"))

    @property
    def _acoustic(self) -> Path:
        return self._job.folder / "acoustic.pt"

    def _weights(self, fold: int, seed: int) -> Path:
        return self._job.folder / f"scoring-{fold}-{seed}.pt"

    def _variants(self, number: int) -> list[Path]:
        folder = self._job.cache / "synthetic"
        return [folder / f"{number}-{variant}.npz" for variant in range(VARIANTS)]


def _save(network: nn.Module, file: Path) -> None:
    partial = file.with_suffix(".part")
    torch.save(network.state_dict(), partial)
    partial.replace(file)
