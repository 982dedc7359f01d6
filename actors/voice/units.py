"""What a neural voice is fed: symbols in order, each known as a phoneme or as the gap between two.

A unit is the smallest part whose duration counts by itself: all symbols of a phoneme (stress mark, letter, length).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from actors.voice.phonemize import Pronunciation, without_stress
from actors.voice.timing import Span


class Unit(NamedTuple):
    """Symbols of the model that make one phoneme (``ipa``), or a gap: a space, or a ``pause`` for punctuation."""

    symbols: str
    ipa: str = ""
    pause: bool = False


def units(said: Sequence[Pronunciation], symbols: Callable[[str], str]) -> list[Unit]:
    """Units of the clauses in order: words parted by spaces, each clause closed by its mark.

    ``symbols`` writes a phoneme, or a mark, in the model's own signs; what it writes as "" is left out.
    """
    found: list[Unit] = []
    for clause in said:
        for word in clause.words:
            if found:
                found.append(Unit(" ", pause=found[-1].pause))
            found.extend(Unit(symbols(phoneme), without_stress(phoneme)) for phoneme in word if symbols(phoneme))
        if clause.mark and symbols(clause.mark):
            found.append(Unit(symbols(clause.mark), pause=True))
    return found


def cut(all_units: Sequence[Unit], longest: int) -> list[list[Unit]]:
    """Runs of units with at most ``longest`` symbols each, cut at gaps where there are any."""
    runs: list[list[Unit]] = [[]]
    size = 0
    for unit in all_units:
        if size + len(unit.symbols) > longest:
            gap = max((index for index, earlier in enumerate(runs[-1]) if not earlier.ipa), default=len(runs[-1]) - 1)
            runs[-1], rest = runs[-1][: gap + 1], runs[-1][gap + 1 :]
            runs.append(rest)
            size = sum(len(kept.symbols) for kept in rest)
        runs[-1].append(unit)
        size += len(unit.symbols)
    return runs


def spans(run: Sequence[Unit], samples: Sequence[int], *, before: int, after: int) -> list[Span]:
    """Spans of a run whose units last ``samples`` each, between the model's own padding."""
    inner = [Span(unit.ipa, count, unit.pause) for unit, count in zip(run, samples, strict=True)]
    return [Span("", before, True), *inner, Span("", after, True)]
