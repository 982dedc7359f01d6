"""Clipped samples: how much of a recording went beyond full scale."""

import numpy as np

from actors.ports import Audio

FULL_SCALE = 0.999
SHORTEST_RUN = 3
"""A sample or two at full scale are a peak that just fits; three in a row are a peak cut off."""


def clipped_ratio(audio: Audio) -> float | None:
    """Share of samples in runs of three and more at full scale, 0..1; None of no samples."""
    if not len(audio):
        return None
    full = np.concatenate(([False], np.abs(audio) >= FULL_SCALE, [False]))
    edges = np.flatnonzero(full[1:] != full[:-1])
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= SHORTEST_RUN].sum() / len(audio))
