import numpy as np
import parselmouth

from actors.voice.speaker_change import SpeakerChange

RATE = 22_050


def buzz(f0_hz, seconds=1.0):
    """A glottal-like buzz: harmonics that fall by 12 dB an octave."""
    time = np.arange(int(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * f0_hz * n * time) / n**2 for n in range(1, 30)).astype(np.float32) * 0.3


def median_f0_hz(audio):
    pitch = parselmouth.Sound(audio.astype(float), RATE).to_pitch(pitch_floor=60, pitch_ceiling=400)
    voiced = pitch.selected_array["frequency"]
    return float(np.median(voiced[voiced > 0]))


def test_pitch_is_raised_by_the_ratio_and_nothing_lasts_longer():
    man = buzz(90)
    woman = SpeakerChange(formants=1.15, pitch=2.0).apply(man, RATE)
    assert len(woman) == len(man)
    assert abs(median_f0_hz(woman) - 180) < 4
    assert np.isclose(np.sqrt(np.mean(woman**2)), np.sqrt(np.mean(man**2)), rtol=0.01)


def test_what_has_no_voice_is_left():
    change = SpeakerChange(formants=1.15, pitch=2.0)
    silence = np.zeros(RATE, dtype=np.float32)
    assert not change.apply(silence, RATE).any()
    click = silence.copy()
    click[100] = 1.0
    assert len(change.apply(click, RATE)) == RATE


def test_no_change_leaves_every_sample():
    man = buzz(90, 0.2)
    assert SpeakerChange(formants=1.0, pitch=1.0).apply(man, RATE) is man
