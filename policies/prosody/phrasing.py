"""Where a speaker breaks off: pauses inside a clause, and marks of the text that were passed over.

Pauses inside clauses, not those between them, tell learners from native speakers (Tavakoli 2011; de Jong 2016). What
counts as a pause is decided where they are measured: 250 ms and more (de Jong & Bosker 2013).
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Protocol

from events.values import Break, Pause
from policies.prosody.text import CLAUSE_OPENERS

UNEXPECTED, INSIDE_WORD, MISSING = "unexpected", "inside_word", "missing"

SHORTEST_BREAK_MS = 100
"""A silence at a mark from which it was kept."""
EDGE_MS = 100
"""Of a word that is broken by a pause, as much at least is heard before it and after it."""


class Placed(Protocol):
    """A phone, or a word of the text, and its times; one that was not said has none (0 to 0)."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...


class PlacedWord(Placed, Protocol):
    """A word of the text as it was said."""

    @property
    def text(self) -> str: ...


def breaks(
    words: Sequence[PlacedWord], pauses: Sequence[Pause], marks: Sequence[str], usual: Collection[int] = ()
) -> tuple[Break, ...]:
    """In order of time. ``marks`` follow the words (`policies.prosody.text.marks_after`); ``usual`` are the words after
    which our own voice breaks, where it is known: it passes over every other comma, so only there one is missed.
    """
    said = [index for index, word in enumerate(words) if word.end_ms > word.start_ms]
    found = []
    for index in said:
        found += [_break(INSIDE_WORD, index, pause) for pause in pauses if _inside(pause, words[index])]
    for before, after in pairwise(said):
        gap = words[before].end_ms, words[after].start_ms
        between = [pause for pause in pauses if _between(pause, words[before], words[after])]
        longest = max(between, key=lambda pause: pause.end_ms - pause.start_ms, default=None)
        allowed = any(marks[before:after]) or before in usual
        wanted = bool(set(marks[before]) - {","}) or (bool(marks[before]) and before in usual)
        if longest is not None:
            opened = words[after].text.strip(".,;:!?\"'").lower() in CLAUSE_OPENERS
            if not allowed and not opened:
                found.append(_break(UNEXPECTED, before, longest))
        elif wanted and after == before + 1 and gap[1] - gap[0] < SHORTEST_BREAK_MS:
            silence = max(0, gap[1] - gap[0])
            found.append(Break(kind=MISSING, after_word=before, start_ms=min(gap), end_ms=max(gap), silence_ms=silence))
    return tuple(sorted(found, key=lambda one: (one.start_ms, one.after_word)))


def _break(kind: str, word: int, pause: Pause) -> Break:
    silence = pause.end_ms - pause.start_ms
    return Break(kind=kind, after_word=word, start_ms=pause.start_ms, end_ms=pause.end_ms, silence_ms=silence)


def _inside(pause: Pause, word: Placed) -> bool:
    return word.start_ms + EDGE_MS <= pause.start_ms and pause.end_ms <= word.end_ms - EDGE_MS


def _between(pause: Pause, before: Placed, after: Placed) -> bool:
    """Whether its middle lies between the middles of two words, and it is not inside one of them."""
    middle = pause.start_ms + pause.end_ms
    if _inside(pause, before) or _inside(pause, after):
        return False
    return before.start_ms + before.end_ms < middle < after.start_ms + after.end_ms
