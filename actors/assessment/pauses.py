"""Pauses and hesitations from intensity and words. Pure arithmetic: knows no engine."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from events.values import Pause, Word
from policies.prosody.disfluencies import FILLED_PAUSES
from policies.prosody.text import CLAUSE_OPENERS

Silence = tuple[float, float]
"""Start and end in seconds."""

SHORTEST_PAUSE_S = 0.25
"""Shorter silences are mostly stop closures (de Jong & Bosker 2013)."""

SHORTEST_SOUND_S = 0.05
SILENCE_BELOW_PEAK_DB = 25.0
ABOVE_NOISE_DB = 6.0
LEAST_BELOW_PEAK_DB = 12.0

LONG_PAUSE_MS = 500
_EMPHATIC = "very really so no yes yeah bye ha many much long far had that well knock"

REPEATED_ON_PURPOSE = frozenset(_EMPHATIC.split())

Levels = NDArray[np.float64]


def silences(
    levels_db: NDArray[np.float64], times_s: NDArray[np.float64]
) -> tuple[tuple[Silence, ...], Silence | None]:
    """Silences of 250 ms and more, and the stretch from the first sound to the last (None if there is no sound).

    Silent is what lies 25 dB below the loudest percentile (de Jong & Wempe 2009); over a noisy background, what lies
    less than 6 dB above the noise.
    """
    peak_db = float(np.quantile(levels_db, 0.99))
    noise_db = float(np.quantile(levels_db, 0.05))
    threshold_db = max(peak_db - SILENCE_BELOW_PEAK_DB, min(noise_db + ABOVE_NOISE_DB, peak_db - LEAST_BELOW_PEAK_DB))
    step_s = float(times_s[1] - times_s[0]) if len(times_s) > 1 else 0.0
    sounds = [run for run in _runs(levels_db >= threshold_db) if (run[1] - run[0]) * step_s >= SHORTEST_SOUND_S]
    if not sounds:
        return (), None
    spans = [(float(times_s[first]), float(times_s[last - 1]) + step_s) for first, last in sounds]
    gaps = ((before[1], after[0]) for before, after in pairwise(spans))
    return tuple(gap for gap in gaps if gap[1] - gap[0] >= SHORTEST_PAUSE_S), (spans[0][0], spans[-1][1])


def pauses_between(inside: tuple[Silence, ...], words: tuple[Word, ...]) -> tuple[Pause, ...]:
    """Each silence with the index of the last word whose middle lies before the silence's middle."""
    middles_ms = [(word.start_ms + word.end_ms) / 2 for word in words]
    return tuple(
        Pause(
            start_ms=round(start_s * 1000),
            end_ms=round(end_s * 1000),
            after_word=sum(middle < (start_s + end_s) * 500 for middle in middles_ms) - 1 if _timed(words) else -1,
        )
        for start_s, end_s in inside
    )


def hesitations(words: tuple[Word, ...], pauses: tuple[Pause, ...]) -> int:
    """Filled pauses, words or pairs of words said twice at once, and pauses over .5 s inside a clause."""
    said = [word.text.strip(" .,;:!?-…'\"").lower() for word in words]
    filled = sum(text in FILLED_PAUSES for text in said)
    fluent = [text for text in said if text not in FILLED_PAUSES]
    long_ones = sum(
        pause.end_ms - pause.start_ms > LONG_PAUSE_MS and _inside_clause(pause.after_word, words, said)
        for pause in pauses
    )
    return filled + _restarts(fluent) + long_ones


def _restarts(said: list[str]) -> int:
    """Immediate repetitions of one word (the usual emphatic ones excepted) or of two ("I want I want")."""
    single = sum(first == second and first not in REPEATED_ON_PURPOSE for first, second in pairwise(said))
    double = sum(said[i : i + 2] == said[i + 2 : i + 4] and said[i] != said[i + 1] for i in range(len(said) - 3))
    return single + double


def _inside_clause(after_word: int, words: tuple[Word, ...], said: list[str]) -> bool:
    """Whether a pause after this word breaks a clause: no punctuation before it, no conjunction after it."""
    if not 0 <= after_word < len(words) - 1:
        return False
    return words[after_word].text.rstrip()[-1:] not in set(".,;:!?…") and said[after_word + 1] not in CLAUSE_OPENERS


def _timed(words: tuple[Word, ...]) -> bool:
    return any(word.end_ms > 0 for word in words)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges where the mask holds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
