"""How rich a vocabulary is, by measures that a text's length does not move. Knows no word's level."""

from collections import Counter
from collections.abc import Sequence

WINDOW_WORDS = 50
FACTOR_TTR = 0.72
FEWEST_WORDS = 50
"""Below about a hundred words MTLD wavers (McCarthy & Jarvis 2010); below fifty it says nothing."""


def moving_average_ttr(words: Sequence[str], window: int = WINDOW_WORDS) -> float | None:
    """Mean type-token ratio of all windows of that many words (Covington & McFall 2010), 0..1; None of no words.

    A text shorter than the window has the ratio of the whole; compare those only with texts of like length.
    """
    if not words:
        return None
    width = min(window, len(words))
    counts = Counter(words[:width])
    total = len(counts)
    for leaving, entering in zip(words, words[width:], strict=False):
        counts[entering] += 1
        counts[leaving] -= 1
        if not counts[leaving]:
            del counts[leaving]
        total += len(counts)
    return total / (width * (len(words) - width + 1))


def mtld(words: Sequence[str]) -> float | None:
    """Measure of textual lexical diversity (McCarthy & Jarvis 2010): words for each fall of the ratio to .72.

    The mean of both directions; None of fewer than fifty words.
    """
    if len(words) < FEWEST_WORDS:
        return None
    return (_one_way(words) + _one_way(words[::-1])) / 2


def _one_way(words: Sequence[str]) -> float:
    factors = 0.0
    seen: set[str] = set()
    tokens = 0
    ratio = 1.0
    for word in words:
        tokens += 1
        seen.add(word)
        ratio = len(seen) / tokens
        if ratio <= FACTOR_TTR:
            factors += 1
            seen.clear()
            tokens, ratio = 0, 1.0
    # What is left at the end counts by how far its ratio has fallen.
    factors += (1 - ratio) / (1 - FACTOR_TTR)
    # Without any fall the text is as diverse as it is long.
    return len(words) / factors if factors else float(len(words))
