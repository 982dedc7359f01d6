"""Recordings as the folds judge them, and as people do, in the form that models are compared by."""

import hashlib
from collections.abc import Iterable, Sequence

from training_actors.pronunciation.evaluation import Judged
from training_actors.pronunciation.rated import RatedUtterance
from training_actors.registry.held_out import HeldOut, Rating

HASH_LENGTH = 16
"""Hexadecimal digits: enough to tell a thousand million recordings apart."""
DIGITS = 3


def held_out(utterances: Sequence[RatedUtterance], judged: Sequence[Judged]) -> list[HeldOut]:
    """As the folds judge each utterance."""
    return [
        HeldOut(sound=sound_of(one), whole=_rounded(said.utterance), phones=_rounded(said.phones))
        for one, said in zip(utterances, judged, strict=True)
    ]


def ratings(utterances: Iterable[RatedUtterance]) -> list[Rating]:
    """As people rate each utterance."""
    return [
        Rating(
            sound=sound_of(one),
            learner=one.learner,
            whole=(one.accuracy, one.fluency, one.prosodic, one.total),
            phones=tuple(phone.accuracy for word in one.words for phone in word.phones),
        )
        for one in utterances
    ]


def sound_of(utterance: RatedUtterance) -> str:
    """What a recording is known by."""
    return hashlib.sha256(utterance.recording).hexdigest()[:HASH_LENGTH]


def _rounded(scores: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(score), DIGITS) for score in scores)
