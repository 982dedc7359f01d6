"""Words put into texts that were read, or in the place of others: to be found unsaid although the rest is right."""

import random
from collections.abc import Sequence

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from actors.pronunciation.model import Logistic
from actors.pronunciation.recognition import spoken_forms
from training_actors.pronunciation.rated import RatedPhone, RatedUtterance, RatedWord, unrated

SHORTEST = 3
"""Words of a text from which one may be replaced, not only put in."""
WORDS_LOST = 0.003
"""The share of read words that may be taken for unsaid. With .003 four in five added words are found, with .01 nine in
ten; but each word that is lost weighs on the whole reading."""
PENALTY, STEPS = 1.0, 30


def with_added(
    utterance: RatedUtterance, words: Sequence[RatedWord], rng: random.Random
) -> tuple[RatedUtterance, tuple[bool, ...]]:
    """The utterance with one of ``words`` that it does not hold put in or in another's place, and which were said.

    The ratings of the other words stand, the whole has none.
    """
    own = {form for word in utterance.words for form in spoken_forms(word.text)}
    others = [word for word in rng.sample(words, min(len(words), 50)) if not own.intersection(spoken_forms(word.text))]
    if not others:
        return utterance, (True,) * len(utterance.words)
    strange = _unrated_word(others[0])
    changed = list(utterance.words)
    place = rng.randrange(len(changed))
    if len(changed) >= SHORTEST and rng.random() < 0.5:
        changed[place] = strange
    else:
        changed.insert(place, strange)
    return structs.replace(unrated(utterance), words=tuple(changed)), tuple(word is not strange for word in changed)


def _unrated_word(word: RatedWord) -> RatedWord:
    return RatedWord(text=word.text, phones=tuple(RatedPhone(phone=phone.phone) for phone in word.phones))


def fitted(features: NDArray[np.float32], said: NDArray[np.bool_]) -> Logistic:
    """Logistic regression on (words, figures) by Newton's method, both kinds of word weighing the same.

    The bias is set so that of the words that were said `WORDS_LOST` have odds below 0.
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = np.column_stack([np.clip((features - mean) / deviation, -5, 5), np.ones(len(features))])
    importance = np.where(said, 0.5 / max(1, said.sum()), 0.5 / max(1, (~said).sum())) * len(said)
    weights = np.zeros(standard.shape[1])
    for _ in range(STEPS):
        probability = 1 / (1 + np.exp(-np.clip(standard @ weights, -30, 30)))
        slope = standard.T @ (importance * (said - probability)) - PENALTY * weights
        curvature = (standard.T * (importance * probability * (1 - probability))) @ standard
        weights = weights + np.linalg.solve(curvature + PENALTY * np.eye(len(weights)), slope)
    odds = standard @ weights
    limit = float(np.quantile(odds[said], WORDS_LOST)) if said.any() else 0.0
    return Logistic(
        mean=tuple(float(value) for value in mean),
        deviation=tuple(float(value) for value in deviation),
        weights=tuple(float(value) for value in weights[:-1]),
        bias=float(weights[-1]) - limit,
    )
