"""Signal-to-noise ratio of a recording from its own pauses. Runs no detector: it is given the speech probabilities.

The noise is what sounds between the words. WADA-SNR (Kim & Stern 2008) needs no pauses but assumes long recordings,
whose samples are gamma distributed; three seconds of a learner are too few for that, and their pauses are many.
"""

import numpy as np

from actors.hearing.energy import WINDOW_SAMPLES
from actors.hearing.windows import Probabilities
from actors.ports import Audio

SPEECH_AT_LEAST = 0.5
NOISE_BELOW = 0.15
FEWEST_NOISE_WINDOWS = 4
"""128 ms: of less noise the level cannot be told."""

HIGHEST_DB = 100.0
"""16-bit samples end at 98 dB; digital silence between words is told as this."""
LOWEST_DB = -20.0


def snr_db(audio: Audio, probabilities: Probabilities) -> float | None:
    """10 log10 of speech power over noise power, -20..100 dB; None where speech or pause is too short.

    Speech is the mean power of the windows that Silero calls speech, less the noise in it; noise is the median power of
    those that are surely none and lie beside none, so that a click or a breath does not count as the background.
    """
    if not len(probabilities):
        return None
    power = np.mean(np.square(_windows(audio, len(probabilities)), dtype=np.float64), axis=1)
    speech = probabilities >= SPEECH_AT_LEAST
    beside_speech = np.convolve(speech, np.ones(3), "same") > 0
    noise = (probabilities < NOISE_BELOW) & ~beside_speech
    if not speech.any() or np.count_nonzero(noise) < FEWEST_NOISE_WINDOWS:
        return None
    background = float(np.median(power[noise]))
    signal = float(np.mean(power[speech])) - background
    if background <= 0.0:
        return HIGHEST_DB
    if signal <= 0.0:
        return LOWEST_DB
    return float(np.clip(10 * np.log10(signal / background), LOWEST_DB, HIGHEST_DB))


def _windows(audio: Audio, count: int) -> Audio:
    padded = np.pad(audio, (0, max(count * WINDOW_SAMPLES - len(audio), 0)))
    return padded[: count * WINDOW_SAMPLES].reshape(count, WINDOW_SAMPLES)
