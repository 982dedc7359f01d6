"""The two networks as ONNX Runtime runs them: phones from frames, and scores from what is known of an utterance."""

from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.pronunciation.inputs import ScoringInputs
from actors.voice.runtime import open_session, read_model

Values = NDArray[np.float32]

ACOUSTIC_FILE, SCORING_FILE = "acoustic.onnx", "scoring.onnx"
ACOUSTIC_INPUTS = {"frames": ("t", "")}
ACOUSTIC_OUTPUTS = ("log_posteriors",)
SCORING_INPUTS: dict[str, tuple[str, ...]] = {
    "frames": ("t", ""),
    "log_posteriors": ("t", ""),
    "pooling": ("n", "t"),
    "word_pooling": ("w", "n"),
    "phones": ("n",),
    "words": ("n",),
    "place_in_word": ("n",),
    "word_length": ("n",),
    "phone_figures": ("n", ""),
    "word_figures": ("w", ""),
    "utterance_figures": ("",),
    "sound": ("n", ""),
    "whole_sound": ("",),
    "around_sound": ("",),
}
"""Each input with its dimensions that differ between utterances: frames t, phones n, words w."""
SCORING_OUTPUTS = ("phone_scores", "word_scores", "utterance_scores", "said", "matches")


class Verdict(Struct, frozen=True, kw_only=True):
    """Scores as experts give them: phones (n,) 0..2, words (w, 3: accuracy, stress, total), utterance (4: accuracy,
    fluency, prosodic, total) 0..10; probabilities that each word (w,), and that the text at all, was said.
    """

    phones: Values
    words: Values
    utterance: Values
    said: Values
    matches: float


class PhoneNetwork:
    """A folder with acoustic.onnx. Raises `actors.voice.runtime.ModelUnusable` when it is none."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._acoustic = open_session(read_model(folder / ACOUSTIC_FILE), threads=threads)

    def log_posteriors(self, frames: NDArray[np.floating[Any]]) -> Values:
        """(t, width) to (t, phones), natural logarithms."""
        (found,) = self._acoustic.run(list(ACOUSTIC_OUTPUTS), {"frames": frames.astype(np.float32)})
        return np.asarray(found, np.float32)


class PronunciationNetwork(PhoneNetwork):
    """A folder with acoustic.onnx and scoring.onnx. Raises `actors.voice.runtime.ModelUnusable` when they are none."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        super().__init__(folder, threads=threads)
        self._scoring = open_session(read_model(folder / SCORING_FILE), threads=threads)
        self._asked = {one.name for one in self._scoring.get_inputs()}  # models from before ask for fewer

    def verdict(self, inputs: ScoringInputs) -> Verdict:
        """Scores within their ranges."""
        asked = {name: value for name, value in feeds(inputs).items() if name in self._asked}
        phones, words, utterance, said, matches = self._scoring.run(list(SCORING_OUTPUTS), asked)
        return Verdict(
            phones=np.clip(phones, 0, 2),
            words=np.clip(words, 0, 10),
            utterance=np.clip(utterance, 0, 10),
            said=_probability(said),
            matches=float(_probability(matches)),
        )


def feeds(inputs: ScoringInputs) -> dict[str, NDArray[np.float32] | NDArray[np.int64]]:
    """The network's inputs by name."""
    phones, words = len(inputs.phones), len(inputs.word_figures)
    pooling = np.zeros((phones, len(inputs.frames)), np.float32)
    for phone, (start, end) in enumerate(inputs.spans):
        pooling[phone, start:end] = 1 / (end - start)
    word_pooling = np.zeros((words, phones), np.float32)
    word_pooling[inputs.words, np.arange(phones)] = 1 / np.bincount(inputs.words)[inputs.words]
    return {
        "frames": inputs.frames,
        "log_posteriors": inputs.log_posteriors,
        "pooling": pooling,
        "word_pooling": word_pooling,
        "phones": inputs.phones,
        "words": inputs.words,
        "place_in_word": inputs.place_in_word,
        "word_length": inputs.word_length,
        "phone_figures": inputs.phone_figures,
        "word_figures": inputs.word_figures,
        "utterance_figures": inputs.utterance_figures,
        "sound": inputs.sound,
        "whole_sound": inputs.whole_sound,
        "around_sound": inputs.around_sound,
    }


def _probability(odds: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)
