"""From goodness of pronunciation to scores of 0..100 as experts give them: linear, with a small table of weights.

The table (``calibration.json``) was fitted by ``python -m bench.assessment --fit``: ridge regression of the experts'
phone accuracies (0..2), word totals and utterance totals (0..10) of speechocean762's training split, 100 of its 125
speakers; the other 25 test it. Weights of likelihood ratios that came out negative were left out and the rest fitted
again, so a better fit never lowers a score. Each prediction is then stretched about its mean (by ``stretch``), because
regression draws everything towards the mean and would call no phone bad.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.assessment.goodness import SHORTEST_PHONE_FRAMES, PhoneEvidence

WORST_RATIO = -10.0
"""Likelihood ratios below this (nats a frame) tell of a failed alignment rather than of a worse sound."""

FAIR_RIVAL, POOR_RIVAL, POOR_PATH = -1.5, -3.0, -4.0
LONG_PHONE_FRAMES = 12

Values = NDArray[np.float64]


class Linear(Struct, frozen=True, kw_only=True):
    """``centre`` + stretch x (bias + weights . features - centre), within 0..100."""

    bias: float
    weights: tuple[float, ...]
    centre: float
    stretch: float = 1.0

    def __call__(self, features: Values, offset: Values | float = 0.0) -> Values:
        """Scores of each row of features."""
        plain = self.bias + offset + features @ np.array(self.weights)
        return np.asarray(np.clip(self.centre + self.stretch * (plain - self.centre), 0.0, 100.0))


class Calibration(Struct, frozen=True, kw_only=True):
    """The whole table. ``phone_offsets`` and ``phone_slopes`` (of ``path``) are added to what all phones share."""

    fitted_on: str
    phone_offsets: dict[str, float]
    phone_slopes: dict[str, float]
    phone: Linear
    word: Linear
    utterance: Linear

    def phones(self, evidence: Sequence[PhoneEvidence]) -> Values:
        """Score of each phone."""
        offset = [
            self.phone_offsets.get(one.phone, 0.0) + self.phone_slopes.get(one.phone, 0.0) * clipped(one.path)
            for one in evidence
        ]
        return self.phone(phone_features(evidence), np.array(offset))

    def words(self, evidence: Sequence[PhoneEvidence], phones: Values) -> dict[int, float]:
        """Score of each word that has evidence, by its index."""
        words = grouped(evidence)
        scores = self.word(np.array([word_features(phones[rows]) for rows in words.values()]).reshape(-1, 2))
        return dict(zip(words, (float(score) for score in scores), strict=True))

    def total(self, evidence: Sequence[PhoneEvidence], phones: Values) -> float:
        """Score of the utterance, from the words that were said."""
        words = np.array(list(self.words(evidence, phones).values()))
        return float(self.utterance(utterance_features(evidence, phones, words)[None, :])[0])


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The table shipped beside this module."""
    return msgspec.json.decode(Path(__file__).with_name("calibration.json").read_bytes(), type=Calibration)


def clipped(ratio: float) -> float:
    """A likelihood ratio within what can be told apart."""
    return min(0.0, max(WORST_RATIO, ratio))


def grouped(evidence: Sequence[PhoneEvidence]) -> dict[int, list[int]]:
    """Rows of ``evidence`` by word, in order."""
    words: dict[int, list[int]] = {}
    for row, one in enumerate(evidence):
        words.setdefault(one.word, []).append(row)
    return words


def phone_features(evidence: Sequence[PhoneEvidence]) -> Values:
    """Per phone its ratios, how far they pass what good phones have, what they add up to, and its surroundings.

    A ratio that holds through a long phone is surer than one of 30 ms; the means of ``path`` over the word and the
    utterance tell what the neighbours are like.
    """
    path = np.array([clipped(one.path) for one in evidence])
    of_word = np.empty(len(evidence))
    for rows in grouped(evidence).values():
        of_word[rows] = path[rows].mean()
    own = [
        [
            rival := clipped(one.rival),
            clipped(one.posterior),
            clipped(one.silence),
            min(0.0, rival - FAIR_RIVAL),
            min(0.0, rival - POOR_RIVAL),
            min(0.0, clipped(one.path) - POOR_PATH),
            rival * (length := min(one.frames, LONG_PHONE_FRAMES) / LONG_PHONE_FRAMES),
            clipped(one.path) * length,
        ]
        for one in evidence
    ]
    surroundings = [of_word, np.full(len(path), path.mean() if len(path) else 0.0)]
    return np.column_stack([np.array(own).reshape(-1, 8), *surroundings])


def word_features(phones: Values) -> Values:
    """Mean and worst of a word's phone scores."""
    return np.array([phones.mean(), phones.min()])


def utterance_features(evidence: Sequence[PhoneEvidence], phones: Values, words: Values) -> Values:
    """Mean ``path``, phone and word score, worst word, share of phones rushed through, log mean length of a phone."""
    frames = np.array([one.frames for one in evidence])
    return np.array(
        [
            np.mean([clipped(one.path) for one in evidence]),
            phones.mean(),
            words.mean(),
            words.min(),
            np.mean(frames <= SHORTEST_PHONE_FRAMES),
            np.log(frames.mean()),
        ]
    )
