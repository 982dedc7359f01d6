"""Energy gate: the voice activity detector that needs no model. It hears loudness only, not speech.

The noise floor follows the quietest level of late: at once downwards, slowly upwards (3 dB a second), so a fan that is
switched on is learned within seconds, and speech, which pauses, does not lift it much. Probability is a logistic curve
of the level above the floor (0.5 at 10 dB above it), and never more than that of an absolute gate at -50 dBFS.
"""

import numpy as np

from actors.hearing.errors import VadStateError
from actors.ports import Audio, SpeechProbabilities

WINDOW_SAMPLES = 512
"""32 ms, the window of every detector here (`actors.ports.SpeechProbabilities`)."""

_WINDOW_S = WINDOW_SAMPLES / 16_000
_RISE_DB_PER_S = 3.0
_ABOVE_FLOOR_DB = 10.0
_GATE_DB = -50.0
_SLOPE_PER_DB = 0.5
_QUIETEST_DB = -90.0
_START_FLOOR_DB = -60.0


class EnergyDetector:
    """`actors.ports.VoiceActivityDetector` of last resort."""

    name = "energy"
    version = "1"
    digest = ""

    def detect(self, audio: Audio, state: bytes) -> SpeechProbabilities:
        """Probabilities of the windows that ``audio`` completes; the state is the floor and the samples that wait."""
        floor, waiting = _unpack(state)
        samples = np.concatenate((waiting, audio.astype(np.float32, copy=False)))
        count = len(samples) // WINDOW_SAMPLES
        windows = samples[: count * WINDOW_SAMPLES].reshape(count, WINDOW_SAMPLES)
        power = np.mean(np.square(windows, dtype=np.float64), axis=1)
        probabilities = []
        for level in np.maximum(10 * np.log10(np.maximum(power, 1e-12)), _QUIETEST_DB):
            floor = min(float(level), floor + _RISE_DB_PER_S * _WINDOW_S)
            above = min(float(level) - floor - _ABOVE_FLOOR_DB, float(level) - _GATE_DB)
            probabilities.append(float(1 / (1 + np.exp(-_SLOPE_PER_DB * above))))
        rest = samples[count * WINDOW_SAMPLES :]
        packed = np.concatenate((np.array([floor], np.float32), rest)).astype("<f4").tobytes()
        return SpeechProbabilities(probabilities=tuple(probabilities), state=packed)


def _unpack(state: bytes) -> tuple[float, Audio]:
    if not state:
        return _START_FLOOR_DB, np.zeros(0, np.float32)
    if len(state) % 4 or not 4 <= len(state) <= 4 * WINDOW_SAMPLES:
        raise VadStateError("the energy gate", len(state))
    values = np.frombuffer(state, dtype="<f4").astype(np.float32)
    return float(values[0]), values[1:]
