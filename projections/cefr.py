"""The CEFR level of English words, from the word list of `cefrpy` (170,000 words). Judges no text."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cefrpy

LONGEST = 24
"""Letters of a word; cefrpy reads past the end of its table for some of 25 and holds none that is longer."""
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
EVERYDAY = {"hello": "A1", "o'clock": "A1", "email": "A1", "emails": "A1", "t-shirt": "A1", "t-shirts": "A1",
            "website": "A2", "websites": "A2"}  # fmt: skip
"""Words of lessons that cefrpy's list lacks, with the level that English Profile's vocabulary gives them."""
_REMEMBERED = 100_000
"""Words whose level is kept in mind; looking one up takes some 20 µs."""


@cache
def words() -> "cefrpy.CEFRAnalyzer":
    """The list, read at first need."""
    import cefrpy  # reads its tables when it is imported, for .4 s

    return cefrpy.CEFRAnalyzer()


def cefr_level(word: str) -> int | None:
    """The average CEFR level of a word in lower case, 1 (A1) to 6 (C2), None if the list does not hold it."""
    level = words().get_average_word_level_CEFR(word) if len(word) <= LONGEST else None
    return None if level is None else int(level)


@lru_cache(maxsize=_REMEMBERED)
def level_named(word: str) -> str:
    """The level as people write it, "A1" to "C2"; "" for a word that neither list holds."""
    level = cefr_level(word)
    return EVERYDAY.get(word, "") if level is None else LEVELS[level - 1]
