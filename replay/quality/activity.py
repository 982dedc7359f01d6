"""How much of a recording is speech, and whether it begins or ends inside a word. Runs no detector."""

import numpy as np

from actors.hearing.snr import SPEECH_AT_LEAST
from actors.hearing.windows import WINDOW_S, Probabilities


def speech_ratio(probabilities: Probabilities) -> float | None:
    """Share of the 32 ms windows that hold speech, 0..1; None of nothing."""
    return float(np.mean(probabilities >= SPEECH_AT_LEAST)) if len(probabilities) else None


def lead_ms(probabilities: Probabilities) -> float | None:
    """How long it is before the first speech; 0 means that the recording may begin inside a word. None without any."""
    speaking = np.flatnonzero(probabilities >= SPEECH_AT_LEAST)
    return float(speaking[0]) * WINDOW_S * 1000 if len(speaking) else None


def tail_ms(probabilities: Probabilities) -> float | None:
    """How long it is after the last speech; 0 means that the recording may end inside a word. None without any."""
    return lead_ms(probabilities[::-1])
