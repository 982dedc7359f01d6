"""Which stretches of a recording hold speech, and where a long one can be cut. Recognises nothing."""

import numpy as np
from numpy.typing import NDArray

from actors.hearing.energy import WINDOW_SAMPLES
from actors.ports import SAMPLE_RATE_HZ, Audio, VoiceActivityDetector

WINDOW_S = WINDOW_SAMPLES / SAMPLE_RATE_HZ
SPEECH_AT_LEAST = 0.35
"""A recording in which no window is more probably speech than this has nothing to recognise."""
_CUT_SILENCE_WINDOWS = 8
"""A cut asks for a quarter of a second without speech."""

Probabilities = NDArray[np.float32]


def speech_probabilities(audio: Audio, detector: VoiceActivityDetector) -> Probabilities:
    """Speech probability of each 32 ms of the whole recording; the last window is filled up with silence."""
    padded = np.pad(audio, (0, -len(audio) % WINDOW_SAMPLES))
    return np.array(detector.detect(padded, b"").probabilities, np.float32)


def cuts(probabilities: Probabilities, samples: int, longest_s: float) -> tuple[tuple[int, int], ...]:
    """Sample spans of at most ``longest_s`` that cover the recording, cut where there is least speech.

    Each cut lies in the latter half of its span, in the middle of the quarter second with the lowest mean probability;
    of equal ones the latest.
    """
    longest = int(longest_s * SAMPLE_RATE_HZ)
    spans = []
    start = 0
    while samples - start > longest:
        first = (start + longest // 2) // WINDOW_SAMPLES
        last = max((start + longest) // WINDOW_SAMPLES, first + _CUT_SILENCE_WINDOWS)
        means = np.convolve(probabilities[first:last], np.ones(_CUT_SILENCE_WINDOWS), "valid")
        quietest = len(means) - 1 - int(np.argmin(means[::-1]))
        end = min(start + longest, (first + quietest + _CUT_SILENCE_WINDOWS // 2) * WINDOW_SAMPLES)
        spans.append((start, end))
        start = end
    spans.append((start, samples))
    return tuple(spans)


def trimmed(start_s: float, end_s: float, probabilities: Probabilities) -> tuple[float, float]:
    """A word's span without the silence at its edges, one window of margin left; unchanged if it holds no speech."""
    first = int(start_s / WINDOW_S)
    speaking = np.flatnonzero(probabilities[first : int(np.ceil(end_s / WINDOW_S))] > SPEECH_AT_LEAST)
    if not len(speaking):
        return start_s, end_s
    onset = (first + int(speaking[0]) - 1) * WINDOW_S
    offset = (first + int(speaking[-1]) + 2) * WINDOW_S
    return max(start_s, onset), min(end_s, offset)
