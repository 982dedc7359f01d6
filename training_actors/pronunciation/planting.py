"""Sentences spoken with slips that are known, in the form of rated utterances.

Learners' recordings alone teach that who has a clear voice makes no mistakes, for among them that is nearly so. In
these a clear voice says one sound for another, and what it scores is known.
"""

import random
from collections.abc import Sequence

import numpy as np
from msgspec import structs

from actors.hearing.decode import encode_flac
from actors.pronunciation.phones import plain
from actors.voice.kokoro import Kokoro
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord, unrated
from training_actors.pronunciation.synthesis import planted

LEARNER = "kokoro"
EDGE_SAMPLES = (1_600, 8_000)
FAINT = 1e-4
"""Near silence before and after: a microphone's, not a file's."""


def planted_utterance(
    kokoro: Kokoro, voices: Sequence[str], text: RatedUtterance, rng: random.Random
) -> RatedUtterance:
    """A text as one of the ``voices`` says it with slips; only its phones are rated. Repeatable by ``rng``."""
    words = [[plain(phone.phone) for phone in word.phones] for word in text.words]
    samples, accuracies = planted(kokoro, voices, words, rng)
    edges = [rng.randint(*EDGE_SAMPLES) for _ in range(2)]
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(len(samples) + sum(edges)) * FAINT
    audio = (np.pad(samples, edges) + noise).astype(np.float32)
    return structs.replace(
        unrated(text),
        id=f"{LEARNER}-{text.id}",
        learner=LEARNER,
        words=tuple(map(_rated, text.words, accuracies)),
        recording=encode_flac(audio),
    )


def _rated(word: RatedWord, accuracies: Sequence[float | None]) -> RatedWord:
    phones = zip(word.phones, accuracies, strict=True)
    return RatedWord(
        text=word.text, phones=tuple(RatedPhone(phone=phone.phone, accuracy=accuracy) for phone, accuracy in phones)
    )
