"""Fillers in a text, and whether it breaks off."""

from collections.abc import Sequence

from policies.prosody.disfluencies import FILLED_PAUSES

_ENDS = ".?!…。？！"
_CLOSERS = "\"'”’»)]*_ "


def filler_ratio(words: Sequence[str]) -> float | None:
    """Share of words that are filled pauses ("um", "erm"), 0..1; None of no words.

    "Like" and "you know" are no fillers here: a text alone does not tell them from the same words in earnest.
    """
    return sum(word in FILLED_PAUSES for word in words) / len(words) if words else None


def truncated(text: str) -> float | None:
    """1 where a written text ends without a full stop, a question or an exclamation mark, else 0; None of no text."""
    stripped = text.rstrip().rstrip(_CLOSERS)
    return float(not stripped.endswith(tuple(_ENDS))) if stripped else None
