"""What words that were not said take from the scores of the whole. What counts as said is `judgement`'s."""

import numpy as np
from numpy.typing import NDArray

ENOUGH = 1 / 3
"""The share of words from which a text that matches is judged as one that was read. Experts rate half of the recordings
with less (a dozen of 2,500) like any other."""
ROOT = 0.25
"""Of the share, for accuracy and total. Experts rate recordings in which words seem to be missing (136 of 2,500, a
quarter of their words) .6 lower in total than the networks do and .35 in accuracy, but only .1 in fluency and prosody:
most such words are said, but badly. With all four times the share, fluency agreed with them at .86 instead of .88."""


def lowered(figures: NDArray[np.float64], share: float, *, read: bool) -> NDArray[np.float64]:
    """Accuracy, fluency, prosodic and total (4,), of which a ``share`` of the words was said.

    ``read`` says that the recording holds this text; of another's nothing but the share of its words is worth anything.
    """
    if not read:
        return figures * share
    root = max(share, ENOUGH) ** ROOT
    left: NDArray[np.float64] = figures * np.array([root, 1.0, 1.0, root]) * min(1.0, share / ENOUGH)
    return left
