"""Rated and foreign texts laid into recordings: examples for the scoring network."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from actors.pronunciation.features import Placed
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.phones import NUMBER, plain
from actors.pronunciation.placing import place
from actors.pronunciation.recognition import spoken_forms
from training_actors.pronunciation.examples import Example, foreign_targets, rated_targets
from training_actors.pronunciation.hearing import Heard
from training_actors.pronunciation.rated import RatedUtterance


class Alignment(Struct, frozen=True, kw_only=True):
    """Where the phones of a text lie; ``failed`` when they found no place and were spread evenly instead."""

    placed: Placed
    failed: bool


def aligned(log_posteriors: NDArray[np.float32], text: RatedUtterance) -> Alignment:
    """The phones that the experts judged, in their order and number."""
    words = [tuple(plain(phone.phone) for phone in word.phones) for word in text.words]
    found = place(log_posteriors, [(word,) for word in words])
    if found is not None:
        return Alignment(placed=found, failed=False)
    return Alignment(placed=_spread(words, len(log_posteriors)), failed=True)


def rated_example(
    utterance: RatedUtterance, heard: Heard, log_posteriors: NDArray[np.float32], alignment: Alignment
) -> Example:
    """An utterance with its own text; ``heard.told[0]`` is of that."""
    told = heard.told[0]
    frames = heard.frames.astype(np.float32)
    return Example(
        inputs=scoring_inputs(frames, log_posteriors, alignment.placed, told.probabilities, told.recognised),
        targets=rated_targets(utterance),
    )


def added_example(
    text: RatedUtterance, said: Sequence[bool], heard: Heard, log_posteriors: NDArray[np.float32]
) -> Example:
    """An utterance with a word more or another (see `added`); ``heard.told[0]`` is of that text."""
    example = rated_example(text, heard, log_posteriors, aligned(log_posteriors, text))
    return structs.replace(example, targets=structs.replace(example.targets, said=np.array(said, np.float32)))


def foreign_example(
    utterance: RatedUtterance, stranger: RatedUtterance, heard: Heard, log_posteriors: NDArray[np.float32]
) -> Example:
    """An utterance with another's text; ``heard.told[1]`` is of that."""
    told = heard.told[1]
    placed = aligned(log_posteriors, stranger).placed
    own = {form for word in utterance.words for form in spoken_forms(word.text)}
    said = [bool(own.intersection(spoken_forms(word.text))) for word in stranger.words]
    frames = heard.frames.astype(np.float32)
    return Example(
        inputs=scoring_inputs(frames, log_posteriors, placed, told.probabilities, told.recognised),
        targets=foreign_targets(said, len(placed.phones)),
    )


def _spread(words: Sequence[Sequence[str]], frames: int) -> Placed:
    phones = [NUMBER[phone] for word in words for phone in word]
    edges = np.linspace(0, max(frames, 1), len(phones) + 1)
    starts = np.minimum(edges[:-1].astype(np.int64), max(frames - 1, 0))
    return Placed(
        phones=np.array(phones),
        words=np.array([number for number, word in enumerate(words) for _ in word]),
        spans=np.column_stack([starts, np.maximum(edges[1:].astype(np.int64), starts + 1)]),
    )
