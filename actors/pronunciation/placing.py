"""Where the phones of a text lie in a recording: forced alignment over the acoustic network's posteriors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actors.assessment.alignment import NEVER, align
from actors.pronunciation.features import Placed
from actors.pronunciation.phones import NUMBER, SILENCE

Ways = tuple[tuple[str, ...], ...]
"""The pronunciations of a word, each phones without stress."""

LEAST_POSTERIOR = -12.0
"""A phone that the network holds for impossible must not throw the whole path about."""
PAUSE_COST = 1.0
"""Nats for a silence between two words."""


def place(log_posteriors: NDArray[np.float32], words: Sequence[Ways]) -> Placed | None:
    """The best path through the words, of each its likeliest pronunciation; None when there are too few frames.

    ``log_posteriors``: (frames, phones). Every phone gets a frame or more; between words there may be silence.
    """
    bounded = np.maximum(log_posteriors, LEAST_POSTERIOR)[:, :, None]
    found = align(
        bounded,
        [tuple(tuple(NUMBER[phone] for phone in way) for way in ways) for ways in words],
        (NUMBER[SILENCE],),
        garbage=np.full(len(bounded), NEVER, np.float32),
        garbage_cost=[0.0] * len(words),
        filler_cost=PAUSE_COST,
    )
    if found is None or {segment.word for segment in found} != set(range(len(words))):
        return None
    return Placed(
        phones=np.array([segment.phone for segment in found]),
        words=np.array([segment.word for segment in found]),
        spans=np.array([(segment.start, segment.end) for segment in found]),
    )
