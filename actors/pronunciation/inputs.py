"""What the scoring network is given for one utterance. Training and service make it here, and so alike."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.pronunciation.features import Placed, Recognised, phone_features, utterance_features, word_features
from actors.pronunciation.listening import WordProbability

Values = NDArray[np.float32]

LONGEST_WORD = 7
"""Phones from which words count as equally long."""
FIRST, INSIDE, LAST = 1, 2, 3


class ScoringInputs(Struct, frozen=True, kw_only=True):
    """An utterance of n phones in w words, from its first phone's first frame to its last one's last: t frames.

    ``frames``: the encoder's, normalised to mean 0 and deviation 1 each, (t, width). ``log_posteriors``: (t, phones).
    ``spans``: the frames of each phone, (n, 2). ``phones``, ``words``: number and word of each phone, (n,).
    ``place_in_word``: 1 first, 2 inside, 3 last, (n,). ``word_length``: phones of the phone's word, (n,).
    ``phone_figures`` (n, 55), ``word_figures`` (w, 6), ``utterance_figures`` (20,): see `features`.
    ``sound``: the mean raw frame of each phone, (n, width). ``whole_sound``: mean and deviation over t, (2 width,).
    ``around_sound``: the mean raw frame before the first phone and after the last one, (width,).
    """

    frames: Values
    log_posteriors: Values
    spans: NDArray[np.int64]
    phones: NDArray[np.int64]
    words: NDArray[np.int64]
    place_in_word: NDArray[np.int64]
    word_length: NDArray[np.int64]
    phone_figures: Values
    word_figures: Values
    utterance_figures: Values
    sound: Values
    whole_sound: Values
    around_sound: Values


def scoring_inputs(
    frames: Values,
    log_posteriors: Values,
    placed: Placed,
    probabilities: Sequence[WordProbability],
    recognised: Recognised,
) -> ScoringInputs:
    """From all frames of a recording, its lead included, and where the phones lie in them."""
    first, last = int(placed.spans[0, 0]), int(placed.spans[-1, 1])
    inside = frames[first:last]
    centred = inside - inside.mean(axis=1, keepdims=True)
    return ScoringInputs(
        frames=centred / (centred.std(axis=1, keepdims=True) + 1e-5),
        log_posteriors=log_posteriors[first:last],
        spans=placed.spans - first,
        phones=placed.phones,
        words=placed.words,
        place_in_word=_places(placed.words),
        word_length=np.minimum(np.bincount(placed.words), LONGEST_WORD)[placed.words],
        phone_figures=phone_features(log_posteriors, placed),
        word_figures=word_features(probabilities, recognised, placed.word_count),
        utterance_figures=utterance_features(log_posteriors, placed, probabilities, recognised),
        sound=np.stack([frames[start:end].mean(axis=0) for start, end in placed.spans]),
        whole_sound=np.concatenate([inside.mean(axis=0), inside.std(axis=0)]),
        around_sound=_around(frames, first, last).mean(axis=0),
    )


def _around(frames: Values, first: int, last: int) -> Values:
    """The frames outside; those at both edges where phones fill them all."""
    outside = np.concatenate([frames[:first], frames[last:]])
    return outside if len(outside) else frames[[0, -1]]


def _places(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first phone of a word of one is its first, not its last."""
    places = np.full(len(words), INSIDE)
    changes = np.flatnonzero(np.diff(words))
    places[[*changes, len(words) - 1]] = LAST
    places[[0, *(changes + 1)]] = FIRST
    return places
