"""Synthetic speech of a training run, each sentence spoken once and kept in a folder for later runs too.

What is kept is named by the sentence, its voice's model and the Whisper that hears it: a run on another dataset speaks
its own.
"""

import hashlib
import random
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from actors.models.store import ModelStore
from actors.pronunciation.phones import plain
from actors.voice.kokoro import Kokoro
from training_actors.pronunciation import acoustics
from training_actors.pronunciation.acoustics import LabelledFrames
from training_actors.pronunciation.disturbance import disturbed, surrounded
from training_actors.pronunciation.hearing import Hearer
from training_actors.pronunciation.planting import planted_utterance
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.pronunciation.synthesis import Labelled, spoken

KOKORO, VOICES = "kokoro-82m-int8", "kokoro-voices"
VARIANTS = 2
"""Of each sentence with labelled frames: as it is, and disturbed."""
HELD_OUT = 20
"""Every so many of them only tell how well the acoustic network does."""


FORMAT = 1
"""Part of the name of what is kept: a change of what is spoken here must change it."""


class Speaker:
    """Kokoro, and the folder of what it has spoken. Sentences are drawn from ``utterances`` by their number."""

    def __init__(self, models: ModelStore, cache: Path, hearer: Hearer, *, threads: int = 1) -> None:
        self._models, self._threads = models, threads
        self._hearer = hearer
        self._synthetic, self._planted = cache / "synthetic", cache / "planted"
        for folder in (self._synthetic, self._planted):
            folder.mkdir(parents=True, exist_ok=True)

    def synthesise(self, number: int, utterances: Sequence[RatedUtterance]) -> None:
        """Speak a sentence and keep what Whisper hears with its labels, unless that was done before."""
        files = self._variants(number, utterances)
        if all(file.exists() for file in files):
            return
        rng = random.Random(number)
        words = _phones(rng.choice(utterances))
        speech = spoken(self._kokoro, self._voices, words, rng)
        for variant, file in enumerate(files):
            self._keep_frames(speech, np.random.default_rng([number, variant]), variant > 0, file)

    def labelled(
        self, sentences: int, utterances: Sequence[RatedUtterance]
    ) -> tuple[list[LabelledFrames], list[LabelledFrames]]:
        """Synthetic speech to learn from, and to judge by."""
        learnt: list[LabelledFrames] = []
        held_out: list[LabelledFrames] = []
        for number in range(sentences):
            for file in self._variants(number, utterances):
                with np.load(file) as kept:
                    example = LabelledFrames(frames=kept["frames"], labels=kept["labels"])
                (held_out if number % HELD_OUT == 0 else learnt).append(example)
        return learnt, held_out

    def planted(self, number: int, utterances: Sequence[RatedUtterance]) -> RatedUtterance:
        """A sentence with slips that are known; spoken now, unless that was done before."""
        rng = random.Random(f"planted {number}")
        text = rng.choice(utterances)
        file = self._planted / f"{number}-{self._key(text)}.msgpack"
        if file.exists():
            return msgspec.msgpack.decode(file.read_bytes(), type=RatedUtterance)
        utterance = planted_utterance(self._kokoro, self._voices, text, rng)
        partial = file.with_suffix(".part")
        partial.write_bytes(msgspec.msgpack.encode(utterance))
        partial.replace(file)
        return utterance

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
        models = self._models
        return Kokoro(models.path(KOKORO), models.path(VOICES) / "voices", threads=self._threads)

    @cached_property
    def _voices(self) -> list[str]:
        return sorted(file.stem for file in (self._models.path(VOICES) / "voices").glob("*.bin"))

    def _variants(self, number: int, utterances: Sequence[RatedUtterance]) -> list[Path]:
        key = self._key(random.Random(number).choice(utterances))
        return [self._synthetic / f"{number}-{key}-{variant}.npz" for variant in range(VARIANTS)]

    def _key(self, text: RatedUtterance) -> str:
        words = [word.text for word in text.words]
        said = [FORMAT, self._models.digest(KOKORO), self._hearer.digest, text.id, text.age_group, words, _phones(text)]
        return hashlib.blake2b(msgspec.json.encode(said), digest_size=8).hexdigest()


def _phones(text: RatedUtterance) -> list[list[str]]:
    return [[plain(phone.phone) for phone in word.phones] for word in text.words]
