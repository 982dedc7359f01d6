"""Sentences spoken with slips that are known, in the form of rated utterances.

Learners' recordings alone teach that who has a clear voice makes no mistakes, for among them that is nearly so. In
these a clear voice says one sound for another, and what it scores is known.
"""

import random
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from msgspec import structs

from actors.hearing.decode import encode_flac
from actors.pronunciation.phones import plain
from actors.voice.kokoro import LONGEST, Kokoro
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord, unrated
from training_actors.pronunciation.synthesis import planted

LEARNER = "kokoro"
EDGE_SAMPLES = (1_600, 8_000)
MOST_SYMBOLS_PHONE, MOST_SYMBOLS_BETWEEN = 4, 3
"""Of the voice: a phone with what may be put in behind it; a pause and a stress."""
FAINT = 1e-4
"""Near silence before and after: a microphone's, not a file's."""


def planted_utterance(
    kokoro: Kokoro, voices: Sequence[str], text: RatedUtterance, rng: random.Random
) -> RatedUtterance:
    """A text as one of the ``voices`` says it with slips; only its phones are rated. Repeatable by ``rng``.

    Of a text longer than the voice says in one go, as much as it says.
    """
    said = speakable(text.words)
    words = [[plain(phone.phone) for phone in word.phones] for word in said]
    samples, accuracies = planted(kokoro, voices, words, rng)
    edges = [rng.randint(*EDGE_SAMPLES) for _ in range(2)]
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(len(samples) + sum(edges)) * FAINT
    audio = (np.pad(samples, edges) + noise).astype(np.float32)
    return structs.replace(
        unrated(text),
        id=f"{LEARNER}-{text.id}",
        learner=LEARNER,
        words=tuple(map(_rated, said, accuracies)),
        recording=encode_flac(audio),
    )


def speakable(words: Sequence[RatedWord]) -> tuple[RatedWord, ...]:
    """The first of them, which surely fit into what the voice says in one go."""
    most = list(accumulate(MOST_SYMBOLS_PHONE * len(word.phones) + MOST_SYMBOLS_BETWEEN for word in words))
    return tuple(words[: max(1, bisect_left(most, LONGEST))])


def _rated(word: RatedWord, accuracies: Sequence[float | None]) -> RatedWord:
    phones = zip(word.phones, accuracies, strict=True)
    return RatedWord(
        text=word.text, phones=tuple(RatedPhone(phone=phone.phone, accuracy=accuracy) for phone, accuracy in phones)
    )
