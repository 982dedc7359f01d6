"""Another speaker out of one recorded voice: formants and pitch moved by Praat, durations left to the sample.

Praat's "Change gender": the sound is resampled to move the formants, then PSOLA (Moulines & Charpentier 1990) brings
pitch and duration to what is wanted. Manual: https://www.fon.hum.uva.nl/praat/manual/Sound__Change_gender___.html
"""

from typing import NamedTuple

import numpy as np

from actors.ports import Audio

_FLOOR_HZ, _CEILING_HZ = 60.0, 300.0
_SHORTEST_S = 0.06
"""Praat's pitch analysis needs three periods of the lowest pitch."""


class SpeakerChange(NamedTuple):
    """``formants`` and ``pitch`` are ratios to the recorded voice: a woman's are about 1.15 and 1.7 times a man's."""

    formants: float
    pitch: float

    @property
    def needed(self) -> bool:
        return self.formants != 1.0 or self.pitch != 1.0

    def apply(self, audio: Audio, sample_rate_hz: int) -> Audio:
        """The same words at the same times and loudness from another throat; as many samples as were given."""
        if not self.needed or len(audio) < _SHORTEST_S * sample_rate_hz:
            return audio
        import parselmouth
        from parselmouth.praat import call

        sound = parselmouth.Sound(audio.astype(np.float64), sample_rate_hz)
        pitch = sound.to_pitch(pitch_floor=_FLOOR_HZ, pitch_ceiling=_CEILING_HZ)
        f0_hz = pitch.selected_array["frequency"]
        voiced = f0_hz[f0_hz > 0]
        if not len(voiced):  # Praat moves nothing then, and warns
            return audio
        median_hz = float(np.median(voiced)) * self.pitch
        changed = call([sound, pitch], "Change gender", self.formants, median_hz, 1.0, 1.0).values[0]
        fitted = np.zeros(len(audio))
        fitted[: len(changed)] = changed[: len(audio)]
        loudness = np.sqrt(np.mean(np.square(audio, dtype=np.float64)) / (np.mean(np.square(fitted)) + 1e-12))
        result: Audio = (fitted * loudness).astype(np.float32)
        return result
