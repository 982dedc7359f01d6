"""What Whisper makes of a recording and of a text that it should say: encoder frames and how likely each word is.

The frames are those of the transcript, computed once for both. That a text is read to the decoder and each of its
tokens gets a probability is what `align` of CTranslate2 gives beside its times; the same with silence instead of the
recording tells how likely the words are by themselves.
"""

import math
from collections.abc import Sequence
from functools import cached_property

import ctranslate2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.hearing.whisper_model import FRAME_SAMPLES, FRAMES_PER_SECOND, LoadedWhisper, Piece
from actors.ports import SAMPLE_RATE_HZ, Audio

Frames = NDArray[np.float32]

SILENCE_S = 3
LEAST_LOG_PROBABILITY = -18.0
"""Of a token; below this nothing is worse."""
LONGEST_TEXT = 200
"""Tokens that the decoder is given at once, of the 448 that it has room for."""


class Listened(Struct, frozen=True, kw_only=True):
    """Encoder frames of 20 ms, (frames, width), and for each the sample of the recording at which it starts.

    Frames of a made-up lead start before 0. ``pieces`` are the stretches of speech that they were made of.
    """

    frames: Frames
    starts: NDArray[np.int64]
    pieces: tuple[Piece, ...] = ()

    @property
    def silent(self) -> bool:
        return not len(self.frames)


class WordProbability(Struct, frozen=True, kw_only=True):
    """Log probabilities (natural) of a word's tokens given the recording and the words before it.

    ``alone`` is the sum that they have without the recording.
    """

    total: float
    worst: float
    alone: float
    tokens: int


class WhisperListener:
    """Listens with a Whisper that the recogniser of this process may use too."""

    def __init__(self, model: LoadedWhisper) -> None:
        self._model = model

    def listen(self, audio: Audio) -> Listened:
        """The frames of all stretches that hold speech."""
        frames, starts = [], []
        pieces = self._model.pieces(audio)
        for piece in pieces:
            encoded = self._model.frames(piece.samples)
            frames.append(encoded)
            starts.append(piece.offset_samples + FRAME_SAMPLES * np.arange(len(encoded)))
        if not frames:
            return Listened(frames=np.zeros((0, 0), np.float32), starts=np.zeros(0, np.int64))
        # The lead that is made up for a later piece lies in the end of the one before.
        ordered = np.maximum.accumulate(np.concatenate(starts))
        return Listened(frames=np.concatenate(frames), starts=ordered, pieces=pieces)

    def probabilities(self, listened: Listened, words: Sequence[str]) -> tuple[WordProbability, ...]:
        """How likely each word of a text is, in order.

        Of silence, of more than 28 s, or of a text too long nothing is known: ().
        """
        tokens, owners = self._tokens(words)
        if len(listened.pieces) != 1 or not tokens or len(tokens) > LONGEST_TEXT:
            return ()
        samples = listened.pieces[0].samples
        given = self._log_probabilities(self._model.encode(samples), len(samples), tokens)
        alone = self._log_probabilities(self._silence, SILENCE_S * SAMPLE_RATE_HZ, tokens)
        return tuple(
            WordProbability(
                total=float(given[owners == word].sum()),
                worst=float(given[owners == word].min()),
                alone=float(alone[owners == word].sum()),
                tokens=int((owners == word).sum()),
            )
            for word in range(len(words))
        )

    @cached_property
    def _silence(self) -> ctranslate2.StorageView:
        return self._model.encode(np.zeros(SILENCE_S * SAMPLE_RATE_HZ, np.float32))

    def _log_probabilities(
        self, encoded: ctranslate2.StorageView, samples: int, tokens: list[int]
    ) -> NDArray[np.float64]:
        tokenizer = self._model.tokenizer("en")
        frames = math.ceil(samples / SAMPLE_RATE_HZ * FRAMES_PER_SECOND)
        (result,) = self._model.network.align(encoded, tokenizer.sot_sequence, [tokens], frames)
        found = np.array(result.text_token_probs[: len(tokens)], np.float64)
        return np.log(np.maximum(found, math.exp(LEAST_LOG_PROBABILITY)))

    def _tokens(self, words: Sequence[str]) -> tuple[list[int], NDArray[np.int64]]:
        """Tokens of a text in sentence case and the word of each; none goes across words."""
        tokenizer = self._model.tokenizer("en")
        tokens: list[int] = []
        owners: list[int] = []
        for index, word in enumerate(words):
            encoded = tokenizer.encode(f" {_sentence_case(word, first=index == 0)}")
            tokens += encoded
            owners += [index] * len(encoded)
        return tokens, np.array(owners, np.int64)


def _sentence_case(word: str, *, first: bool) -> str:
    """As Whisper writes: a text in capitals would seem unlikely to it."""
    lower = word.lower()
    return lower.capitalize() if first or lower == "i" or lower.startswith("i'") else lower
