"""Which slips a sentence of the tutor says right: a recast shows in its words. Finds and mends no slip."""

from collections.abc import Iterable

from policies.tutor import tokens
from policies.tutor.phrases import Slip

_TURNED = {
    "am": "are", "was": "were", "i": "you", "me": "you", "my": "your", "mine": "yours", "we": "you", "our": "your",
    "us": "you", "myself": "yourself",
}  # fmt: skip
"""How the learner's words sound from the tutor's side."""


def mended_in(text: str, slips: Iterable[Slip]) -> tuple[Slip, ...]:
    """The slips that ``text`` says right: all words that mending brought are in it, from its own side."""
    said = {word.lower() for word in tokens.words_of(text)}
    return tuple(slip for slip in slips if _right(slip, said))


def _right(slip: Slip, said: set[str]) -> bool:
    wrong, better = ([word.lower() for word in tokens.words_of(part)] for part in (slip.said, slip.better))
    brought = [word for word in better if word not in wrong] or better  # a word left out or moved brings none
    return all(word in said or _TURNED.get(word) in said for word in brought)
