"""Recordings that sound the same, whatever their coding, loudness and start, by an audio fingerprint.

Haitsma & Kalker, "A highly robust audio fingerprinting system", ISMIR 2002: each 16 ms a word of 32 bits tells where
the energy of 33 bands, 300 to 2000 Hz, rises faster than its neighbour's. Chromaprint is the maintained program for
this, but no package carries its C library, and FFmpeg's wheels are built without it.
"""

import numpy as np
from numpy.typing import NDArray

from actors.ports import SAMPLE_RATE_HZ, Audio

WINDOW_SAMPLES = 6144
"""384 ms; the paper's 370."""
HOP_SAMPLES = 256
BANDS = 33
LOWEST_HZ, HIGHEST_HZ = 300.0, 2000.0
MOST_ERRORS = 0.3
"""Share of different bits up to which two recordings are one (the paper's is .35). Of 600 utterances of learners, two
different ones had .41 and more whatever the shift, a copy in Opus at 16 kbit/s .17, with noise 20 dB below it .25."""
SHORTEST_OVERLAP = 0.8
"""Of the longer recording: one that holds another and more is no copy of it."""
_SAMPLED = 2
"""One word in so many leads to a recording: which, its value tells, so that both copies choose the same."""

Fingerprint = NDArray[np.uint32]


def fingerprint(audio: Audio) -> Fingerprint:
    """A word for each 16 ms after the first 400 ms; none of a shorter recording, or of silence."""
    if len(audio) < WINDOW_SAMPLES + HOP_SAMPLES:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(audio, WINDOW_SAMPLES)[::HOP_SAMPLES]
    window = np.hanning(WINDOW_SAMPLES).astype(np.float32)
    # A hundred frames at a time: a long recording would need hundreds of megabytes for its spectra.
    bands = [_energies(frames[start : start + 100] * window) for start in range(0, len(frames), 100)]
    energies = np.concatenate(bands)
    across = energies[:, :-1] - energies[:, 1:]
    bits = across[1:] - across[:-1] > 0
    return np.packbits(bits, axis=1, bitorder="little").view("<u4").ravel().astype(np.uint32)


def _energies(frames: Audio) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(frames, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    edges_hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)
    edges = np.rint(edges_hz * WINDOW_SAMPLES / SAMPLE_RATE_HZ).astype(int)
    return np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1).astype(np.float64)


class NearAudio:
    """Finds a recording that sounds like an earlier one. Keeps about 6 kB for each second of what is no copy."""

    def __init__(self, most_errors: float = MOST_ERRORS) -> None:
        self._most_errors = most_errors
        self._kept: list[tuple[str, Fingerprint]] = []
        self._index: dict[int, list[tuple[int, int]]] = {}

    def add(self, key: str, words: Fingerprint) -> str | None:
        """The key of the earliest recording that this one is a copy of, else None; then it is one to compare with."""
        places = [(at, int(words[at])) for at in np.flatnonzero(_sampled(words))]
        tried: set[tuple[int, int]] = set()
        for at, word in places:
            tried.update((other, place - int(at)) for other, place in self._index.get(word, ()))
        for other, offset in sorted(tried):
            if self._same(words, self._kept[other][1], offset):
                return self._kept[other][0]
        for at, word in places:
            self._index.setdefault(word, []).append((len(self._kept), int(at)))
        self._kept.append((key, words))
        return None

    def _same(self, words: Fingerprint, other: Fingerprint, offset: int) -> bool:
        """Whether two recordings agree where they overlap, the other shifted by ``offset`` words."""
        start, end = max(0, -offset), min(len(words), len(other) - offset)
        if end - start < SHORTEST_OVERLAP * max(len(words), len(other)):
            return False
        different = np.bitwise_count(words[start:end] ^ other[start + offset : end + offset]).sum()
        return bool(different <= self._most_errors * 32 * (end - start))


def _sampled(words: Fingerprint) -> NDArray[np.bool_]:
    """Which words lead to a recording. Digital silence has the word 0, which leads everywhere and so nowhere."""
    spread = words.astype(np.uint64) * np.uint64(0x9E3779B1) & np.uint64(0xFFFFFFFF)
    sampled: NDArray[np.bool_] = ((spread >> np.uint64(16)) % np.uint64(_SAMPLED) == 0) & (words != 0)
    return sampled
