"""An utterance as the scoring network learns it: inputs, ratings, and which words and texts were said at all."""

from collections.abc import Sequence

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

from actors.pronunciation.inputs import ScoringInputs
from training_actors.pronunciation.networks import Batch, Scored
from training_actors.pronunciation.rated import RatedUtterance

Values = NDArray[np.float32]


class Targets(Struct, frozen=True, kw_only=True):
    """Ratings, NaN where there is none: phones (n,) 0..2, words (w, 3) and utterance (4,) 0..10.

    ``said`` (w,) is 1 for words of the text that was really read, 0 for those put in its place; ``matches`` likewise
    for the whole text.
    """

    phones: Values
    words: Values
    utterance: Values
    said: Values
    matches: float


class Example(Struct, frozen=True, kw_only=True):
    """Inputs and targets of one utterance."""

    inputs: ScoringInputs
    targets: Targets


def rated_targets(utterance: RatedUtterance) -> Targets:
    """Those of an utterance with its own text."""
    words = utterance.words
    whole = (
        (utterance.accuracy, utterance.accuracy_each),
        (utterance.fluency, utterance.fluency_each),
        (utterance.prosodic, utterance.prosodic_each),
        (utterance.total, utterance.total_each),
    )
    return Targets(
        phones=_known([phone.accuracy for word in words for phone in word.phones]),
        words=_known([rating for word in words for rating in (word.accuracy, word.stress, word.total)]).reshape(-1, 3),
        utterance=_known([_taught(rating, each) for rating, each in whole]),
        said=np.ones(len(words), np.float32),
        matches=1.0,
    )


def _taught(rating: float | None, each: Sequence[float]) -> float | None:
    """The raters' mean: surer than their median, which agreement is judged by; the rating where that is all."""
    return sum(each) / len(each) if each else rating


def foreign_targets(said: Sequence[bool], phones: int) -> Targets:
    """Those of an utterance with another's text: nothing is rated, and only words that both texts share were said."""
    return Targets(
        phones=np.full(phones, np.nan, np.float32),
        words=np.full((len(said), 3), np.nan, np.float32),
        utterance=np.full(4, np.nan, np.float32),
        said=np.where(said, np.nan, 0.0).astype(np.float32),
        matches=0.0,
    )


def batch(inputs: Sequence[ScoringInputs]) -> Batch:
    """Utterances side by side."""
    count, words = len(inputs), max(len(one.word_figures) for one in inputs)
    phones, frames = max(len(one.phones) for one in inputs), max(len(one.frames) for one in inputs)
    framed, there = np.zeros((count, frames), np.float32), np.zeros((count, phones), np.float32)
    pooling = np.zeros((count, phones, frames), np.float32)
    word_pooling = np.zeros((count, words, phones), np.float32)
    for row, one in enumerate(inputs):
        framed[row, : len(one.frames)] = 1
        there[row, : len(one.phones)] = 1
        lengths = np.bincount(one.words, minlength=words)
        word_pooling[row, one.words, np.arange(len(one.words))] = 1 / lengths[one.words]
        for phone, (start, end) in enumerate(one.spans):
            pooling[row, phone, start:end] = 1 / (end - start)
    return Batch(
        frames=_padded([one.frames for one in inputs], frames),
        log_posteriors=_padded([one.log_posteriors for one in inputs], frames),
        framed=torch.from_numpy(framed),
        pooling=torch.from_numpy(pooling),
        word_pooling=torch.from_numpy(word_pooling),
        phones=_padded([one.phones for one in inputs], phones),
        words=_padded([one.words for one in inputs], phones),
        there=torch.from_numpy(there),
        place_in_word=_padded([one.place_in_word for one in inputs], phones),
        word_length=_padded([one.word_length for one in inputs], phones),
        phone_figures=_padded([one.phone_figures for one in inputs], phones),
        word_figures=_padded([one.word_figures for one in inputs], words),
        utterance_figures=torch.from_numpy(np.stack([one.utterance_figures for one in inputs])),
        sound=_padded([one.sound for one in inputs], phones),
        whole_sound=torch.from_numpy(np.stack([one.whole_sound for one in inputs])),
        around_sound=torch.from_numpy(np.stack([one.around_sound for one in inputs])),
    )


def wanted(targets: Sequence[Targets], shape: Scored) -> Scored:
    """The targets in the shape of what the network gives, NaN where nothing is known."""
    phones, words = shape.phones.shape[1], shape.words.shape[1]
    return Scored(
        phones=_padded([one.phones for one in targets], phones, np.nan),
        words=_padded([one.words for one in targets], words, np.nan),
        utterance=torch.from_numpy(np.stack([one.utterance for one in targets])),
        said=_padded([one.said for one in targets], words, np.nan),
        matches=torch.tensor([one.matches for one in targets]),
    )


def _known(ratings: Sequence[float | None]) -> Values:
    return np.array([np.nan if rating is None else rating for rating in ratings], np.float32)


def _padded(arrays: Sequence[NDArray[np.float32] | NDArray[np.int64]], length: int, filler: float = 0) -> Tensor:
    first = arrays[0]
    padded = np.full((len(arrays), length, *first.shape[1:]), filler, first.dtype)
    for row, array in enumerate(arrays):
        padded[row, : len(array)] = array
    return torch.from_numpy(padded)
