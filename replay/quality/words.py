"""The words of a text, as the measures of texts count them."""

import re
import unicodedata

_NO_WORD = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words_of(text: str) -> tuple[str, ...]:
    """Words in lower case, without punctuation; "don't" is one. Compatible forms (full width) are made one (NFKC)."""
    small = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if small.isascii() and "''" not in small:  # what `_WORD` finds, in a third of the time
        return tuple(f" {small} ".translate(_NO_WORD).replace("' ", " ").replace(" '", " ").split())
    return tuple(_WORD.findall(small))
