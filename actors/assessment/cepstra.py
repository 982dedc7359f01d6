"""Sphinx's front end in NumPy: audio to mel cepstra with first and second differences. Knows no phones.

The parameters are those of the en-us model's ``feat.params``; the steps follow sphinxbase's ``fe_sigproc.c``,
``fe_noise.c`` and ``feat.c``, so the frames equal those that PocketSphinx itself computes.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from actors.ports import SAMPLE_RATE_HZ, Audio

Frames = NDArray[np.float32]

FRAME_SHIFT = 160
"""Samples between frames: 10 ms."""

FRAME_SIZE = 410
FFT_SIZE = 512
FILTERS = 25
CEPSTRA = 13
LIFTER = 22
PREEMPHASIS = 0.97
LOWEST_HZ, HIGHEST_HZ = 130.0, 6800.0
LOG_FLOOR = 1e-4

SMOOTHING_FILTERS = 4
MAX_GAIN = 20.0
POWER_DECAY = 0.7
RISING, FALLING = 0.995, 0.5
MASKING_DECAY, MASKING_LEVEL = 0.85, 0.2
TINIEST_POWER = 1e-10
"""Stands for the power of digital silence, whose gain is at the limit anyway."""


def cepstra(audio: Audio) -> Frames:
    """Mel cepstra, shape (frames, 13); audio shorter than a frame gives none."""
    count = 1 + (len(audio) - FRAME_SIZE) // FRAME_SHIFT if len(audio) >= FRAME_SIZE else 0
    if count == 0:
        return np.zeros((0, CEPSTRA), np.float32)
    samples = np.round(audio * 32768.0).clip(-32768, 32767).astype(np.float32)
    samples[1:] -= np.float32(PREEMPHASIS) * samples[:-1]
    windows = np.lib.stride_tricks.sliding_window_view(samples, FRAME_SIZE)[::FRAME_SHIFT][:count]
    hamming, filters, transform = _tables()
    spectrum = np.fft.rfft(windows * hamming, FFT_SIZE)
    power = (spectrum.real**2 + spectrum.imag**2) @ filters
    return np.log(without_noise(power) + LOG_FLOOR).astype(np.float32) @ transform


def with_differences(static: Frames) -> Frames:
    """Cepstra less their mean over the utterance, their differences and second differences, shape (frames, 39)."""
    heard = static[static[:, 0] >= 0]
    centred = static - (heard if len(heard) else static).mean(axis=0)
    padded = np.pad(centred, ((3, 3), (0, 0)), mode="edge")
    first = padded[4:] - padded[:-4]  # [t] is the difference of frames t + 1 and t - 3 of the unpadded ones
    delta = first[1:-1]
    return np.hstack([centred, delta, first[2:] - first[:-2]]).astype(np.float32)


def without_noise(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mel power with stationary noise taken down (medium-duration power bias subtraction, Kim & Stern 2010)."""
    smoothed = power[0].copy()
    noise = power[0] / MAX_GAIN
    floor = power[0] / MAX_GAIN
    peak = np.zeros_like(noise)
    gains = np.empty_like(power)
    for index, frame in enumerate(power):
        smoothed = POWER_DECAY * smoothed + (1 - POWER_DECAY) * frame
        noise = _lower_envelope(smoothed, noise)
        signal = np.maximum(smoothed - noise, 1.0)
        floor = _lower_envelope(signal, floor)
        peak *= MASKING_DECAY
        masked = np.where(signal < MASKING_DECAY * peak, peak * MASKING_LEVEL, signal)
        peak = np.maximum(signal, peak)
        gains[index] = np.maximum(masked, floor) / np.maximum(smoothed, TINIEST_POWER)
    return np.asarray(power * (gains.clip(1 / MAX_GAIN, MAX_GAIN) @ _neighbours()))


def _lower_envelope(level: NDArray[np.float64], envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    keep = np.where(level >= envelope, RISING, FALLING)
    return np.asarray(level + keep * (envelope - level))


@lru_cache(maxsize=1)
def _neighbours() -> NDArray[np.float64]:
    """Matrix that averages each filter's gain with those up to four filters away."""
    index = np.arange(FILTERS)
    near = (np.abs(index[:, None] - index[None, :]) <= SMOOTHING_FILTERS).astype(np.float64)
    return np.asarray(near / near.sum(axis=0))


@lru_cache(maxsize=1)
def _tables() -> tuple[Frames, NDArray[np.float64], Frames]:
    """Hamming window, mel filters (257, 25) and the liftered DCT (25, 13)."""
    low, high = _mel(LOWEST_HZ), _mel(HIGHEST_HZ)
    bin_hz = SAMPLE_RATE_HZ / FFT_SIZE
    edges = _hz(np.linspace(low, high, FILTERS + 2))
    edges = np.floor(edges / bin_hz + 0.5) * bin_hz
    bins_hz = np.arange(FFT_SIZE // 2 + 1)[:, None] * bin_hz
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((bins_hz - left) / (centre - left), (right - bins_hz) / (right - centre))
    filters = slopes.clip(0, None) * 2 / (right - left)
    order = np.arange(CEPSTRA)[None, :]
    cosine = np.cos(order * np.pi / FILTERS * (np.arange(FILTERS)[:, None] + 0.5)) * np.sqrt(2 / FILTERS)
    cosine[:, 0] = np.sqrt(1 / FILTERS)
    lifter = 1 + LIFTER / 2 * np.sin(order * np.pi / LIFTER)
    return np.hamming(FRAME_SIZE).astype(np.float32), filters, (cosine * lifter).astype(np.float32)


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))
