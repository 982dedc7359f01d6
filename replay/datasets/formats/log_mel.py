"""Log-mel spectra as Whisper hears them (Radford et al. 2022): 80 bands, windows of 25 ms each 10 ms.

Computed in 64 bits and rounded to hundredths: so all machines come to the same bytes, whose last bits else differ.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
BANDS = 80
WINDOW_SAMPLES = 400
HOP_SAMPLES = 160
FRAME_MS = 10

Spectra = NDArray[np.float32]


def log_mel(samples: NDArray[np.int16], rate_hz: int) -> Spectra:
    """Frames by bands, log10 of the power, at most 8 below the loudest, then (x + 4) / 4 as Whisper scales it.

    Frame n is centred on n times 10 ms. Other rates are brought to 16 kHz by linear interpolation.
    """
    audio = samples.astype(np.float64) / 32768
    if rate_hz != RATE_HZ:
        places = np.arange(0, len(audio), rate_hz / RATE_HZ)
        audio = np.interp(places, np.arange(len(audio)), audio)
    padded = np.pad(audio, WINDOW_SAMPLES // 2, mode="reflect" if len(audio) > WINDOW_SAMPLES // 2 else "constant")
    count = len(audio) // HOP_SAMPLES
    if not count:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[: count * HOP_SAMPLES : HOP_SAMPLES]
    window = np.hanning(WINDOW_SAMPLES + 1)[:-1]
    power = np.square(np.abs(np.fft.rfft(frames * window, axis=1)))
    levels = np.log10(np.maximum(power @ _filters().T, 1e-10))
    levels = (np.maximum(levels, levels.max() - 8.0) + 4.0) / 4.0
    rounded: Spectra = np.round(levels, 2).astype(np.float32)
    return rounded


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """Triangles on Slaney's mel scale (linear below 1 kHz), each of area 1: bands by bins of the spectrum."""
    edges = _hertz(np.linspace(0, _mel(RATE_HZ / 2), BANDS + 2))
    bins = np.fft.rfftfreq(WINDOW_SAMPLES, 1 / RATE_HZ)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling))
    return triangles * (2 / (edges[2:] - edges[:-2]))[:, None]


def _mel(hertz: float) -> float:
    return hertz / (200 / 3) if hertz < 1000 else 15 + float(np.log(hertz / 1000)) / (np.log(6.4) / 27)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above: NDArray[np.float64] = 1000 * np.exp((np.log(6.4) / 27) * (mels - 15))
    return np.where(mels < 15, mels * (200 / 3), above)
