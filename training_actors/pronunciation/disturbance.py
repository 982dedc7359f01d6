"""What rooms, microphones and small throats do to speech: one random mixture of them for each recording."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from actors.ports import SAMPLE_RATE_HZ
from training_actors.pronunciation.synthesis import Labelled, TimedPhone

Samples = NDArray[np.float64]

PITCHES_PERCENT = (100, 100, 90, 95, 105, 110, 115, 120, 125, 130, 135)
"""Speech is also played this much faster, pitch and formants with it: half of the learners are children."""
ECHO, NARROW, THIN, HUM = 0.5, 0.4, 0.3, 0.6
"""How often there is an echo, no treble, no bass, and noise with more bass than treble."""
SNR_DB = (8.0, 35.0)


def disturbed(speech: Labelled, rng: np.random.Generator) -> Labelled:
    """Speech as a bad microphone in some room might hear it, its labels moved along. Repeatable by ``rng``."""
    percent = int(rng.choice(PITCHES_PERCENT))
    samples: Samples = speech.samples.astype(np.float64)
    if percent != 100:
        samples = resample_poly(samples, 100, percent)
    if rng.random() < ECHO:
        samples = _echoing(samples, rng)
    if rng.random() < NARROW:
        samples = sosfilt(butter(2, rng.uniform(2800, 7000), fs=SAMPLE_RATE_HZ, output="sos"), samples)
    if rng.random() < THIN:
        samples = sosfilt(butter(2, rng.uniform(60, 300), btype="high", fs=SAMPLE_RATE_HZ, output="sos"), samples)
    samples = (samples + _noise(samples, rng)) * rng.uniform(0.2, 1)
    return Labelled(samples=samples.astype(np.float32), phones=_at_speed(speech.phones, percent))


def surrounded(speech: Labelled, rng: np.random.Generator) -> Labelled:
    """Speech with up to .6 s of near silence before and .5 s after it."""
    before, after = (int(rng.uniform(0, most_s) * SAMPLE_RATE_HZ) for most_s in (0.6, 0.5))
    padded = np.pad(speech.samples, (before, after))
    samples = padded + rng.standard_normal(len(padded)) * 10 ** rng.uniform(-5, -3)
    phones = tuple(TimedPhone(phone=one.phone, start=one.start + before, end=one.end + before) for one in speech.phones)
    return Labelled(samples=samples.astype(np.float32), phones=phones)


def _echoing(samples: Samples, rng: np.random.Generator) -> Samples:
    """With a room's response: noise that dies away, the direct sound before it."""
    length = int(SAMPLE_RATE_HZ * rng.uniform(0.1, 0.4))
    response = rng.standard_normal(length) * np.exp(-np.arange(length) / SAMPLE_RATE_HZ / rng.uniform(0.02, 0.12))
    response[0] = rng.uniform(3, 12)
    echoing = fftconvolve(samples, response)[: len(samples)]
    return np.asarray(echoing / max(1e-6, np.abs(echoing).max()) * 0.5)


def _noise(samples: Samples, rng: np.random.Generator) -> Samples:
    noise = rng.standard_normal(len(samples))
    if rng.random() < HUM:
        noise = np.cumsum(noise)
        noise -= np.convolve(noise, np.ones(400) / 400, "same")
    level = np.sqrt(np.mean(np.square(samples)) / max(1e-12, float(np.mean(np.square(noise)))))
    return np.asarray(noise * level * 10 ** (-rng.uniform(*SNR_DB) / 20))


def _at_speed(phones: tuple[TimedPhone, ...], percent: int) -> tuple[TimedPhone, ...]:
    return tuple(
        TimedPhone(phone=one.phone, start=one.start * 100 // percent, end=one.end * 100 // percent) for one in phones
    )
