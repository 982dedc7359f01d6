"""What is known of each phone, word and utterance once the phones lie in the frames: plain figures for the network.

Goodness of pronunciation in several forms (Witt & Young 2000; Hu et al. 2015 for the margins), durations and pauses,
and how likely Whisper finds each word. Frames are 20 ms; log posteriors are natural.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.pronunciation.listening import WordProbability
from actors.pronunciation.phones import NUMBER, SILENCE

Values = NDArray[np.float32]

FRAMES_PER_SECOND = 50
LEAST_POSTERIOR = -10.0
SHORT_PAUSE_FRAMES, LONG_PAUSE_FRAMES, LONGEST_PAUSE_FRAMES = 2, 10, 50
LONGEST_EDGE_FRAMES = 100
LEAST_PROBABILITY = -8.0
HEARD_FIGURE = 5
"""Of a word's figures: how alike to it is what the recogniser heard."""


class Placed(Struct, frozen=True, kw_only=True):
    """The phones of a text as they lie in the frames.

    ``phones``: their numbers, (n,). ``words``: the word of each, growing from 0. ``spans``: first frame and the one
    after the last, (n, 2), in order and none empty.
    """

    phones: NDArray[np.int64]
    words: NDArray[np.int64]
    spans: NDArray[np.int64]

    @property
    def word_count(self) -> int:
        return int(self.words[-1]) + 1 if len(self.words) else 0

    @property
    def pauses(self) -> NDArray[np.int64]:
        """Frames between each phone and the next, (n - 1,)."""
        gaps: NDArray[np.int64] = np.maximum(0, self.spans[1:, 0] - self.spans[:-1, 1])
        return gaps


class Recognised(Struct, frozen=True, kw_only=True):
    """What the recogniser says of a text: for each word how alike to it is what was heard (0..1), and of the whole.

    ``log_confidence`` is the mean log probability of the transcript's words, ``length`` their number over the text's.
    """

    heard: tuple[float, ...]
    log_confidence: float
    length: float


def phone_features(log_posteriors: Values, placed: Placed) -> Values:
    """(n, 15 + phones): goodness, margins, length, pauses beside it, and the mean log posterior of every phone."""
    lengths = (placed.spans[:, 1] - placed.spans[:, 0]).astype(np.float64)
    typical = float(np.median(lengths))
    pauses = placed.pauses
    frames = len(log_posteriors)
    before = np.array([placed.spans[0, 0], *pauses], np.float64)
    after = np.array([*pauses, frames - placed.spans[-1, 1]], np.float64)
    rows = []
    for phone, (start, end) in zip(placed.phones, placed.spans, strict=True):
        inside = log_posteriors[start:end]
        own, others, mean = inside[:, phone], np.delete(inside, phone, axis=1), inside.mean(axis=0)
        margins = own - others.max(axis=1)
        rows.append(
            [
                own.mean(),
                own.max(),
                own.min(),
                mean[phone] - np.delete(mean, phone).max(),
                margins.mean(),
                margins.max(),
                mean[NUMBER[SILENCE]],
                np.exp(own).mean(),
                np.exp(inside[:, NUMBER[SILENCE]]).mean(),
                *np.maximum(inside, LEAST_POSTERIOR).mean(axis=0),
            ]
        )
    timing = np.column_stack(
        [
            np.log(lengths),
            np.log(lengths / typical),
            before > SHORT_PAUSE_FRAMES,
            np.minimum(before, LONGEST_PAUSE_FRAMES) / 10,
            after > SHORT_PAUSE_FRAMES,
            np.minimum(after, LONGEST_PAUSE_FRAMES) / 10,
        ]
    )
    return np.column_stack([np.array(rows), timing]).astype(np.float32)


def word_features(probabilities: Sequence[WordProbability], recognised: Recognised, words: int) -> Values:
    """(words, 6): how likely Whisper finds each word, with and without the recording, and whether it heard it.

    Zeros where there is no probability, which stands for "likely".
    """
    found = np.zeros((words, 6), np.float32)
    for index, one in enumerate(probabilities):
        found[index, :5] = [
            np.log1p(-min(one.total, 0.0)),
            np.log1p(-min(one.total / one.tokens, 0.0)),
            np.log1p(-min(one.worst, 0.0)),
            one.total - one.alone,
            one.tokens,
        ]
    found[: len(recognised.heard), HEARD_FIGURE] = recognised.heard
    return found


def utterance_features(
    log_posteriors: Values, placed: Placed, probabilities: Sequence[WordProbability], recognised: Recognised
) -> Values:
    """(20,): rates, pauses, spread of lengths, goodness over the whole, and how well Whisper understood it."""
    spans = placed.spans
    lengths, pauses = spans[:, 1] - spans[:, 0], placed.pauses
    first, last, frames = int(spans[0, 0]), int(spans[-1, 1]), len(log_posteriors)
    whole = max(1, last - first)
    means = [log_posteriors[start:end].mean(axis=0) for start, end in spans]
    own = np.array([mean[phone] for mean, phone in zip(means, placed.phones, strict=True)])
    margins = np.array(
        [mean[phone] - np.delete(mean, phone).max() for mean, phone in zip(means, placed.phones, strict=True)]
    )
    per_token = np.array([one.total / one.tokens for one in probabilities] or [0.0])
    gained = np.array([(one.total - one.alone) / one.tokens for one in probabilities] or [0.0])
    heard = np.array(recognised.heard or (0.0,))
    return np.array(
        [
            len(lengths) / whole * FRAMES_PER_SECOND,
            len(lengths) / max(1, lengths.sum()) * FRAMES_PER_SECOND,
            pauses.sum() / whole,
            (pauses > LONG_PAUSE_FRAMES).sum() / placed.word_count,
            np.log(len(lengths)),
            np.log(lengths).std(),
            own.mean(),
            np.percentile(own, 20),
            margins.mean(),
            (margins < 0).mean(),
            pauses.max(initial=0) / 10,
            min(first, LONGEST_EDGE_FRAMES) / FRAMES_PER_SECOND,
            min(frames - last, LONGEST_EDGE_FRAMES) / FRAMES_PER_SECOND,
            max(per_token.mean(), LEAST_PROBABILITY),
            max(per_token.min(), LEAST_PROBABILITY),
            max(gained.mean(), LEAST_PROBABILITY),
            max(recognised.log_confidence, LEAST_PROBABILITY),
            heard.mean(),
            heard.min(),
            min(recognised.length, 2.0),
        ],
        np.float32,
    )
