"""Speech besides the text, by the acoustic network alone: a recogniser often writes once what was said twice.

Between words, before the first and after the last there should be silence. What was said there, this does not know.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.pronunciation.features import Placed
from actors.pronunciation.phones import NUMBER, SILENCE

SHORTEST_FRAMES = 30
"""Of 20 ms, of voice in one place. None of 120 well rated recordings had as much, but 59 of 60 in which the sentence
was read twice or another one came after it."""
SILENT_FROM = 0.5
LONGEST_PAUSE_FRAMES = 25


class Surplus(Struct, frozen=True):
    """Voice after a word of the text (-1: before the first), from its first frame to the one after its last."""

    word: int
    start: int
    end: int


def surplus(log_posteriors: NDArray[np.float32], placed: Placed) -> tuple[Surplus, ...]:
    """In order. ``log_posteriors``: (frames, phones), natural."""
    voiced = log_posteriors[:, NUMBER[SILENCE]] < np.log(SILENT_FROM)
    return tuple(
        Surplus(word, int(stretch[0]), int(stretch[-1]) + 1)
        for word, start, end in _gaps(placed, len(voiced))
        for stretch in _stretches(start + np.flatnonzero(voiced[start:end]))
        if len(stretch) >= SHORTEST_FRAMES
    )


def _stretches(voiced: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Frames with voice, parted where there is none for long."""
    return np.split(voiced, np.flatnonzero(np.diff(voiced) > LONGEST_PAUSE_FRAMES) + 1)


def _gaps(placed: Placed, frames: int) -> Iterator[tuple[int, int, int]]:
    """The word before each stretch outside of words, its first frame and the one after its last."""
    before = 0
    for word in range(placed.word_count):
        spans = placed.spans[placed.words == word]
        yield word - 1, before, int(spans[0, 0])
        before = int(spans[-1, 1])
    yield placed.word_count - 1, before, frames
