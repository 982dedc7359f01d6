"""Whisper on CTranslate2, decoded for the latency of a conversation.

faster-whisper falls back through six temperatures. Here the decoder searches once without timestamps, and once more
only when it has looped. Word times come from the cross-attention (`align`), trimmed to the speech that the detector
found.

A recording without speech gives an empty text: the detector decides first, then Whisper's own rule (no-speech
probability and mean log probability, Radford et al. 2022, section 4.5), then a look at what it writes over sounds that
it does not understand: the last words of videos.
"""

import math
import re
import zlib

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from msgspec import Struct

from actors.hearing.alignment import aligned_words
from actors.hearing.whisper_model import FRAMES_PER_SECOND, LoadedWhisper, Piece
from actors.ports import SAMPLE_RATE_HZ, Audio, Transcript
from events.values import Word

NO_SPEECH_ABOVE = 0.6
LOG_PROBABILITY_BELOW = -1.0
COMPRESSION_ABOVE = 2.4
SURE_ABOVE = -0.3
REPEATED_WORDS_PER_SECOND = 3.5
"""Mean log probability above which a repeated phrase is believed: a learner may well say a sentence four times."""
_CREDITS = re.compile(
    r"thanks?( you)?( so much| very much)? for (watching|listening|your attention)|subscribe to|subtitles by|"
    r"(like|share) (this|the) video|see you (in the )?next (time|video)",
    re.IGNORECASE,
)
CREDITS_BELOW = -0.5
"""Mean log probability below which such words are taken for invented."""
_SPACELESS = ("zh", "ja", "th", "lo", "my", "yue")


class _Decoded(Struct, frozen=True, kw_only=True):
    tokens: tuple[int, ...]
    text: str
    log_probability: float
    no_speech: float
    looped: bool


class _Heard(Struct, frozen=True, kw_only=True):
    """What one piece of a recording says."""

    text: str = ""
    words: tuple[Word, ...] = ()
    language: str = ""
    confidence: float = 0.0


class WhisperRecogniser:
    """`actors.ports.SpeechRecogniser` on a Whisper in memory."""

    name = "whisper-base"

    def __init__(self, model: LoadedWhisper, *, name: str = "whisper-base", digest: str = "") -> None:
        self.name = name
        self.version = model.version
        self.digest = digest
        self._model = model

    def warm_up(self) -> None:
        """Decode a second of silence: the first call allocates what later ones use again."""
        silence = np.zeros(SAMPLE_RATE_HZ, np.float32)
        self._decode(self._model.encode(silence), self._model.tokenizer("en"), 1.0, beam_size=5)

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        """Transcribe up to 60 s; "auto" detects the language. A partial result has no words and costs least.

        Raises `UnknownLanguage`.
        """
        if language != "auto":
            self._model.tokenizer(language)
        pieces = [self._heard(piece, language, partial) for piece in self._model.pieces(audio)]
        return _joined([piece for piece in pieces if piece.text], language)

    def _heard(self, piece: Piece, language: str, partial: bool) -> _Heard:
        seconds = len(piece.samples) / SAMPLE_RATE_HZ
        network, encoded = self._model.network, self._model.encode(piece.samples)
        if language == "auto":
            language = network.detect_language(encoded)[0][0][0][2:-2] if network.is_multilingual else "en"
        tokenizer = self._model.tokenizer(language)
        decoded = self._decode(encoded, tokenizer, seconds, beam_size=1 if partial else 5)
        if decoded.looped and not partial:
            decoded = self._decode(encoded, tokenizer, seconds, beam_size=5, no_repeat=3)
        if not decoded.text or _invented(decoded):
            return _Heard(language=language)
        if partial:
            return _Heard(text=decoded.text, language=language, confidence=math.exp(decoded.log_probability))
        frames = math.ceil(seconds * FRAMES_PER_SECOND)
        result = network.align(encoded, tokenizer.sot_sequence, [list(decoded.tokens)], frames)[0]
        words = aligned_words(result, decoded.tokens, tokenizer, piece.probabilities, piece.offset_ms)
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        return _Heard(text=decoded.text, words=words, language=language, confidence=confidence)

    def _decode(
        self,
        encoded: ctranslate2.StorageView,
        tokenizer: Tokenizer,
        seconds: float,
        *,
        beam_size: int,
        no_repeat: int = 0,
    ) -> _Decoded:
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        # English has at most 7 tokens a second; scripts that Whisper spells in bytes need many more.
        longest = int(seconds * (7 if tokenizer.language_code == "en" else 20)) + 12
        result = self._model.network.generate(
            encoded,
            [prompt],
            beam_size=beam_size,
            no_repeat_ngram_size=no_repeat,
            max_length=min(len(prompt) + longest, 448),
            suppress_tokens=self._suppressed(tokenizer),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
        text = tokenizer.decode(list(tokens)).strip()
        log_probability = result.scores[0] * len(tokens) / (len(tokens) + 1)
        return _Decoded(
            tokens=tokens,
            text=text,
            log_probability=log_probability,
            no_speech=result.no_speech_prob,
            looped=len(tokens) >= longest
            or (log_probability < SURE_ABOVE and _repeats(tokens, text))
            or _thrice_too_fast(text, seconds),
        )

    def _suppressed(self, tokenizer: Tokenizer) -> list[int]:
        return list(get_suppressed_tokens(tokenizer, [-1]))


def _repeats(tokens: tuple[int, ...], text: str) -> bool:
    """Whether a text goes round: it compresses too well, or its last eight tokens or more are one phrase four times.

    Shorter rounds may stand: "9 9 9 9" is said by those who read numbers.
    """
    spoken = text.encode()
    if len(spoken) > COMPRESSION_ABOVE * len(zlib.compress(spoken)):
        return True
    return any(tokens[-size:] * 4 == tokens[-4 * size :] for size in range(2, len(tokens) // 4 + 1))


def _thrice_too_fast(text: str, seconds: float) -> bool:
    """Whether a phrase of three words or more is said three times over, faster than learners repeat themselves.

    A fourth round may have begun.
    """
    words = re.findall(r"[\w']+", text.lower())
    if len(words) / seconds <= REPEATED_WORDS_PER_SECOND:
        return False
    return any(
        all(word == words[place % size] for place, word in enumerate(words)) for size in range(3, len(words) // 3 + 1)
    )


def _invented(decoded: _Decoded) -> bool:
    if decoded.no_speech > NO_SPEECH_ABOVE and decoded.log_probability < LOG_PROBABILITY_BELOW:
        return True
    return decoded.log_probability < CREDITS_BELOW and _CREDITS.search(decoded.text) is not None


def _joined(pieces: list[_Heard], language: str) -> Transcript:
    if not pieces:
        return Transcript(text="", language="en" if language == "auto" else language)
    space = "" if pieces[0].language in _SPACELESS else " "
    return Transcript(
        text=space.join(piece.text for piece in pieces),
        words=tuple(word for piece in pieces for word in piece.words),
        language=pieces[0].language,
        confidence=float(np.mean([piece.confidence for piece in pieces])),
    )
