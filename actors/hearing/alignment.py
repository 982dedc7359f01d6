"""Word times out of Whisper's cross-attention. Chooses no text.

CTranslate2 gives the dynamic-time-warping path between text tokens and encoder frames (20 ms each, the method of
openai/whisper's timing.py) and every token's probability; here they become words.
"""

import itertools
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from msgspec import Struct

from actors.hearing.windows import Probabilities, trimmed
from events.values import Word

ENCODER_FRAMES_PER_SECOND = 50
SHORTEST_MS = 20
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"


class Attention(Protocol):
    """What CTranslate2's ``align`` gives: pairs (text token, encoder frame) along the path, and token probabilities."""

    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


class _Timed(Struct, frozen=True):
    text: str
    start_s: float
    end_s: float
    probability: float


def aligned_words(
    result: Attention,
    tokens: Sequence[int],
    tokenizer: Tokenizer,
    probabilities: Probabilities,
    offset_ms: int,
) -> tuple[Word, ...]:
    """Words in order, without overlap, at least 20 ms long; ``offset_ms`` is where the piece starts in the recording
    (below 0 if silence was put before it).

    A word's confidence is the mean probability of its tokens; ``probabilities`` are the piece's speech probabilities.
    """
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    bounds = [0, *itertools.accumulate(len(group) for group in groups[:-1])]
    times = _token_times(result)
    timed = [
        _Timed(text, times[first], times[last], float(np.mean(result.text_token_probs[first:last])))
        for text, (first, last) in zip(texts[:-1], itertools.pairwise(bounds), strict=True)
        if last < len(times)
    ]
    words: list[Word] = []
    for word in _with_punctuation(timed):
        start_s, end_s = trimmed(word.start_s, word.end_s, probabilities)
        start_ms = max(offset_ms + round(start_s * 1000), words[-1].end_ms if words else 0)
        end_ms = max(offset_ms + round(end_s * 1000), start_ms + SHORTEST_MS)
        words.append(Word(text=word.text.strip(), start_ms=start_ms, end_ms=end_ms, confidence=word.probability))
    return tuple(words)


def _token_times(result: Attention) -> list[float]:
    """Second at which the path enters each token; the last entry is the end-of-text token's."""
    path = np.array(result.alignments, dtype=np.int64).reshape(-1, 2)
    enters = np.diff(path[:, 0], prepend=-1) > 0
    return [float(frame) / ENCODER_FRAMES_PER_SECOND for frame in path[enters, 1]]


def _with_punctuation(words: Sequence[_Timed]) -> list[_Timed]:
    """Punctuation joined to the word that it belongs to; it lends that word no time and no confidence."""
    joined: list[_Timed] = []
    opening = ""
    for word in words:
        bare = word.text.strip()
        if not bare:
            continue
        if joined and not opening and bare in _APPENDED and not word.text.startswith(" "):
            before = joined[-1]
            joined[-1] = _Timed(before.text + bare, before.start_s, before.end_s, before.probability)
        elif bare in _PREPENDED:
            opening += bare
        else:
            joined.append(_Timed(opening + bare, word.start_s, word.end_s, word.probability))
            opening = ""
    return joined
