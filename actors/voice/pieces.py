"""Where a sentence that is already timed can be handed on in pieces: between two of its written words."""

from collections.abc import Sequence
from typing import NamedTuple

from actors.voice.phonemize import Pronunciation
from actors.voice.text import clauses
from actors.voice.timing import Span, merged

FIRST_S, NEXT_S = 0.6, 1.6
"""A piece lasts at least so long: the first one little, so that sound starts soon; the next ones are made meanwhile."""
_REMAINDER_S = 0.5
_WAIT_S = 0.5
"""A pause is worth waiting for, so long at most: nobody hears a seam in silence."""


class Piece(NamedTuple):
    """Where a piece ends, in samples, and the words of the text that it says."""

    end: int
    text: str


def pieces(text: str, said: Sequence[Pronunciation], spans: Sequence[Span], sample_rate_hz: int) -> tuple[Piece, ...]:
    """The pieces of a sentence whose unsettled ``spans`` are known; together they say the whole text."""
    total = sum(span.samples for span in spans)
    words = text.split()
    chosen: list[Piece] = []
    start = told = 0
    shortest = FIRST_S
    gaps = _gaps(spans, _written(text, said))
    for index, (middle, pause, written) in enumerate(gaps):
        if middle - start < shortest * sample_rate_hz or total - middle < _REMAINDER_S * sample_rate_hz:
            continue
        soon = middle + _WAIT_S * sample_rate_hz
        if not pause and any(later.pause and later.middle <= soon for later in gaps[index + 1 :]):
            continue
        if told < written < len(words):
            chosen.append(Piece(middle, " ".join(words[told:written])))
            start, told, shortest = middle, written, NEXT_S
    return (*chosen, Piece(total, " ".join(words[told:])))


class _Gap(NamedTuple):
    middle: int
    pause: bool
    written: int


def _gaps(spans: Sequence[Span], written: Sequence[int]) -> list[_Gap]:
    """The gaps that part two written words: their middle (samples) and how many written words are said by then."""
    gaps: list[_Gap] = []
    at = spoken = told = 0
    for span in merged(spans):
        if span.ipa or not at:
            at += span.samples
            continue
        count = written[min(spoken, len(written) - 1)]
        spoken += 1
        if count > told:
            gaps.append(_Gap(at + span.samples // 2, span.pause, count))
            told = count
        at += span.samples
    return gaps


def _written(text: str, said: Sequence[Pronunciation]) -> list[int]:
    """For each spoken word, how many written words have been said once it is over.

    Where a clause has more or fewer spoken words than written ones ("42", "of the" as one), they are spread evenly.
    """
    counts: list[int] = []
    told = 0
    for clause, spoken in zip(clauses(text), said, strict=False):
        written = len(clause.text.split())
        counts += [told + (index * written) // len(spoken.words) for index in range(1, len(spoken.words) + 1)]
        told += written
    return counts
