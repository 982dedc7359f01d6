"""Where the flow of speech breaks: filled pauses, repetitions, false starts. Silences are `phrasing`'s."""

import re
from collections.abc import Sequence

from msgspec import Struct

from events.values import Miscue, Word

FILLED_PAUSES = frozenset("um uh er erm eh ehm hmm mm mhm uhm umm ah ehh uhh".split())

FILLED_PAUSE, REPETITION, FALSE_START = "filled_pause", "repetition", "false_start"

_LETTERS = re.compile(r"[a-z']+")


class Disfluency(Struct, frozen=True, kw_only=True):
    """``kind``: filled_pause, repetition, false_start (a word of the text is begun and broken off)."""

    kind: str
    heard: str
    start_ms: int
    end_ms: int


def disfluencies(text: Sequence[str], transcribed: Sequence[Word], miscues: Sequence[Miscue]) -> tuple[Disfluency, ...]:
    """In order of time. Sounds that the text has itself ("ah") are none, and a recogniser leaves many of them out."""
    wanted = {_plain(word) for word in text}
    found = [
        Disfluency(kind=FILLED_PAUSE, heard=_plain(word.text), start_ms=word.start_ms, end_ms=word.end_ms)
        for word in transcribed
        if _plain(word.text) in FILLED_PAUSES - wanted
    ]
    for miscue in miscues:
        kind = _kind(miscue, text)
        if kind:
            found.append(Disfluency(kind=kind, heard=miscue.heard, start_ms=miscue.start_ms, end_ms=miscue.end_ms))
    return tuple(sorted(found, key=lambda one: one.start_ms))


def _kind(miscue: Miscue, text: Sequence[str]) -> str:
    if miscue.kind == "repetition":
        return REPETITION
    following = text[miscue.word + 1] if miscue.word + 1 < len(text) else ""
    heard, begun = _plain(miscue.heard), _plain(following)
    if miscue.kind == "insertion" and heard and begun.startswith(heard) and heard not in FILLED_PAUSES:
        return FALSE_START
    return ""


def _plain(word: str) -> str:
    return "".join(_LETTERS.findall(word.lower().replace("’", "'")))
