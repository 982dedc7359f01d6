"""The words of a text, as the measures of texts count them."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words_of(text: str) -> tuple[str, ...]:
    """Words in lower case, without punctuation; "don't" is one. Compatible forms (full width) are made one (NFKC)."""
    return tuple(word.replace("’", "'") for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()))
