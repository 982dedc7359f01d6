"""Whisper on CTranslate2, decoded for the latency of a conversation.

faster-whisper pads every recording to 30 s and falls back through six temperatures. Here the encoder sees the shortest
of a few windows that holds the recording, the decoder searches once without timestamps, and once more only when it has
looped. Word times come from the cross-attention (`align`), trimmed to the speech that the detector found.

A recording without speech gives an empty text: the detector decides first, then Whisper's own rule (no-speech
probability and mean log probability, Radford et al. 2022, section 4.5), then a look at what it writes over sounds that
it does not understand: the last words of videos.
"""

import math
import re
import zlib
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from faster_whisper.utils import get_assets_path
from msgspec import Struct
from tokenizers import Tokenizer as TextTokenizer

from actors.hearing.alignment import aligned_words
from actors.hearing.energy import WINDOW_SAMPLES
from actors.hearing.errors import ModelNotLoaded, UnknownLanguage
from actors.hearing.silero import SileroDetector
from actors.hearing.windows import SPEECH_AT_LEAST, WINDOW_S, Probabilities, cuts, speech_probabilities
from actors.ports import SAMPLE_RATE_HZ, Audio, Transcript, VoiceActivityDetector
from events.values import Word

FRAMES_PER_SECOND = 100
WINDOWS_S = (10, 15, 20, 25, 30)
"""Trained on 30 s, the model loops on much less: WER .52 with 8 s against .45 with 10 s and .44 with 30 s."""
MARGIN_S = 0.5
"""Silence that a window keeps after the recording, for the model to see that it is over."""
LONGEST_PIECE_S = 28.0
LEAD_S = 0.6
"""Silence before the first word, made up where a recording has less: without it the first word is often lost."""
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
    """`actors.ports.SpeechRecogniser` on a folder with model.bin, config.json, tokenizer.json and vocabulary.txt."""

    name = "whisper-base"

    def __init__(
        self,
        model: Path,
        *,
        detector: VoiceActivityDetector | None = None,
        name: str = "whisper-base",
        digest: str = "",
        device: str = "cpu",
        threads: int = 0,
    ) -> None:
        """Open the model; ``threads`` 0 takes what CTranslate2 thinks right.

        Without a ``detector`` the Silero VAD inside faster-whisper is taken. Raises `ModelNotLoaded`.
        """
        self.name = name
        self.version = f"ctranslate2 {ctranslate2.__version__}"
        self.digest = digest
        try:
            self._model = ctranslate2.models.Whisper(
                str(model), device=device, compute_type="int8", intra_threads=threads
            )
            self._text = TextTokenizer.from_str((model / "tokenizer.json").read_text("utf-8"))
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelNotLoaded(f"Whisper cannot be loaded from {model}: {error}") from error
        self._detector = detector or SileroDetector(Path(get_assets_path()) / "silero_vad_v6.onnx")
        self._features = FeatureExtractor(feature_size=self._model.n_mels)
        self._languages = tuple(
            token[2:-2] for token in self._text.get_vocab() if token.startswith("<|") and 6 <= len(token) <= 7
        )
        self._tokenizers: dict[str, Tokenizer] = {}

    def warm_up(self) -> None:
        """Decode a second of silence: the first call allocates what later ones use again."""
        self._decode(self._encode(np.zeros(SAMPLE_RATE_HZ, np.float32)), self._tokenizer("en"), 1.0, beam_size=5)

    def transcribe(self, audio: Audio, *, language: str = "en", partial: bool = False) -> Transcript:
        """Transcribe up to 60 s; "auto" detects the language. A partial result has no words and costs least.

        Raises `UnknownLanguage`.
        """
        if language != "auto":
            self._tokenizer(language)
        probabilities = speech_probabilities(audio, self._detector)
        pieces = []
        for start, end in cuts(probabilities, len(audio), LONGEST_PIECE_S):
            window = probabilities[start // WINDOW_SAMPLES : -(-end // WINDOW_SAMPLES)]
            if np.max(window, initial=0.0) >= SPEECH_AT_LEAST:
                lead = int(max(0.0, LEAD_S - float(np.argmax(window >= SPEECH_AT_LEAST)) * WINDOW_S) / WINDOW_S)
                samples = np.pad(audio[start:end], (lead * WINDOW_SAMPLES, 0))
                offset_ms = (start - lead * WINDOW_SAMPLES) * 1000 // SAMPLE_RATE_HZ
                pieces.append(self._piece(samples, np.pad(window, (lead, 0)), offset_ms, language, partial))
        return _joined([piece for piece in pieces if piece.text], language)

    def _piece(
        self, audio: Audio, probabilities: Probabilities, offset_ms: int, language: str, partial: bool
    ) -> _Heard:
        seconds = len(audio) / SAMPLE_RATE_HZ
        encoded = self._encode(audio)
        if language == "auto":
            language = self._model.detect_language(encoded)[0][0][0][2:-2] if self._model.is_multilingual else "en"
        tokenizer = self._tokenizer(language)
        decoded = self._decode(encoded, tokenizer, seconds, beam_size=1 if partial else 5)
        if decoded.looped and not partial:
            decoded = self._decode(encoded, tokenizer, seconds, beam_size=5, no_repeat=3)
        if not decoded.text or _invented(decoded):
            return _Heard(language=language)
        if partial:
            return _Heard(text=decoded.text, language=language, confidence=math.exp(decoded.log_probability))
        frames = math.ceil(seconds * FRAMES_PER_SECOND)
        result = self._model.align(encoded, tokenizer.sot_sequence, [list(decoded.tokens)], frames)[0]
        words = aligned_words(result, decoded.tokens, tokenizer, probabilities, offset_ms)
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        return _Heard(text=decoded.text, words=words, language=language, confidence=confidence)

    def _encode(self, audio: Audio) -> ctranslate2.StorageView:
        seconds = len(audio) / SAMPLE_RATE_HZ + MARGIN_S
        size = next((window for window in WINDOWS_S if window >= seconds), WINDOWS_S[-1]) * FRAMES_PER_SECOND
        features = self._features(audio)[:, :size]
        # Zeros are what Whisper was trained to see as padding: the floor of its own scale is not.
        padded = np.pad(features, ((0, 0), (0, size - features.shape[1])))[np.newaxis]
        return self._model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(padded, np.float32)))

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
        result = self._model.generate(
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

    def _tokenizer(self, language: str) -> Tokenizer:
        if language not in self._tokenizers:
            known = self._languages if self._model.is_multilingual else ("en",)
            if language not in known:
                raise UnknownLanguage(language, ", ".join(sorted(known)))
            self._tokenizers[language] = Tokenizer(
                self._text, self._model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]


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
