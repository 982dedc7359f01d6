"""Where a sentence that is already timed can be handed on in pieces: between two of its written words."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from actors.voice.phonemize import Pronunciation
from actors.voice.text import clauses
from actors.voice.timing import Span, merged

FIRST_S, NEXT_S = 0.6, 4.0
"""A piece lasts at least so long: the first one little, so that sound starts soon; the next ones are made meanwhile."""
_WAIT_S = 0.5
"""A better seam is worth so much more."""
_REMAINDER_S = 0.7

_VOICELESS = frozenset(("p", "t", "k", "f", "θ", "s", "ʃ", "tʃ", "h"))


class _Seam(IntEnum):
    """How well a seam hides, best last: in silence, within a voiceless consonant, anywhere else."""

    VOICED = 0
    VOICELESS = 1
    PAUSE = 2


class Piece(NamedTuple):
    """Where a piece ends, in samples, and the words of the text that it says."""

    end: int
    text: str


class _Gap(NamedTuple):
    at: int
    seam: _Seam
    written: int


def pieces(text: str, said: Sequence[Pronunciation], spans: Sequence[Span], sample_rate_hz: int) -> tuple[Piece, ...]:
    """The pieces of a sentence whose unsettled ``spans`` are known; together they say the whole text."""
    total = sum(span.samples for span in spans)
    words = text.split()
    gaps = [
        gap
        for gap in _gaps(merged(spans), _written(text, said))
        if gap.written < len(words) and total - gap.at >= _REMAINDER_S * sample_rate_hz
    ]
    chosen: list[Piece] = []
    start = told = 0
    shortest = FIRST_S
    while later := [gap for gap in gaps if gap.at >= start + shortest * sample_rate_hz and gap.written > told]:
        soon = later[0].at + _WAIT_S * sample_rate_hz
        best = max((gap for gap in later if gap.at <= soon), key=lambda gap: (gap.seam, -gap.at))
        chosen.append(Piece(best.at, " ".join(words[told : best.written])))
        start, told, shortest = best.at, best.written, NEXT_S
    return (*chosen, Piece(total, " ".join(words[told:])))


def _gaps(spans: Sequence[Span], written: Sequence[int]) -> list[_Gap]:
    """The gaps that part two written words: the best place for a seam, and how many words are said by then."""
    gaps: list[_Gap] = []
    at = spoken = told = 0
    for index, span in enumerate(spans):
        if not span.ipa and 0 < index < len(spans) - 1:
            count = written[min(spoken, len(written) - 1)]
            spoken += 1
            if count > told:
                gaps.append(_Gap(*_seam(spans, index, at), count))
                told = count
        at += span.samples
    return gaps


def _seam(spans: Sequence[Span], index: int, at: int) -> tuple[int, _Seam]:
    """Where to cut at the gap ``index``, which starts at sample ``at``: a voiceless neighbour is cut in its middle."""
    before, gap, after = spans[index - 1 : index + 2]
    if gap.pause:
        return at + gap.samples // 2, _Seam.PAUSE
    if after.ipa in _VOICELESS:
        return at + gap.samples + after.samples // 2, _Seam.VOICELESS
    if before.ipa in _VOICELESS:
        return at - before.samples // 2, _Seam.VOICELESS
    return at + gap.samples // 2, _Seam.VOICED


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
