"""One Whisper on CTranslate2 in memory: pieces of a recording, their encoding, tokenizers. Decodes nothing.

faster-whisper pads every recording to 30 s. Here the encoder sees the shortest of a few windows that holds the
recording. The encoder is most of the cost of an utterance, and more than one engine wants what it gives; so the last
encodings are remembered, and engines of one process share one model.
"""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.utils import get_assets_path
from msgspec import Struct
from numpy.typing import NDArray
from tokenizers import Tokenizer as TextTokenizer

from actors.hearing.energy import WINDOW_SAMPLES
from actors.hearing.errors import ModelNotLoaded, UnknownLanguage
from actors.hearing.silero import SileroDetector
from actors.hearing.windows import SPEECH_AT_LEAST, WINDOW_S, Probabilities, cuts, speech_probabilities
from actors.ports import SAMPLE_RATE_HZ, Audio, VoiceActivityDetector

FRAMES_PER_SECOND = 100
"""Of the log-mel features; the encoder gives half as many."""
FRAME_SAMPLES = 320
"""Samples that one frame of the encoder's output stands for: 20 ms."""
WINDOWS_S = (10, 15, 20, 25, 30)
"""Trained on 30 s, the model loops on much less: WER .52 with 8 s against .45 with 10 s and .44 with 30 s."""
MARGIN_S = 0.5
"""Silence that a window keeps after the recording, for the model to see that it is over."""
LONGEST_PIECE_S = 28.0
LEAD_S = 0.6
"""Silence before the first word, made up where a recording has less: without it the first word is often lost."""
REMEMBERED = 4
"""Encodings that are kept, of 1 to 3 MB each: those of the utterances that are being worked on."""


class Piece(Struct, frozen=True, kw_only=True):
    """A stretch of a recording that holds speech, its made-up lead before it.

    ``probabilities`` of speech are those of its 32 ms windows; its first sample lies ``offset_samples`` after the
    recording's (before it, with a lead).
    """

    samples: Audio
    probabilities: Probabilities
    offset_samples: int

    @property
    def offset_ms(self) -> int:
        return self.offset_samples * 1000 // SAMPLE_RATE_HZ


class LoadedWhisper:
    """A folder with model.bin, config.json, tokenizer.json and vocabulary.txt. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        *,
        detector: VoiceActivityDetector | None = None,
        device: str = "cpu",
        threads: int = 0,
        remembered: int = REMEMBERED,
    ) -> None:
        """Open the model; ``threads`` 0 takes what CTranslate2 thinks right. ``remembered``: encodings that are kept.

        Without a ``detector`` the Silero VAD inside faster-whisper is taken. Raises `ModelNotLoaded`.
        """
        self.version = f"ctranslate2 {ctranslate2.__version__}"
        try:
            self.network = ctranslate2.models.Whisper(
                str(folder), device=device, compute_type="int8", intra_threads=threads
            )
            self._text = TextTokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelNotLoaded(f"Whisper cannot be loaded from {folder}: {error}") from error
        self._detector = detector or SileroDetector(Path(get_assets_path()) / "silero_vad_v6.onnx")
        self._features = FeatureExtractor(feature_size=self.network.n_mels)
        self._languages = tuple(
            token[2:-2] for token in self._text.get_vocab() if token.startswith("<|") and 6 <= len(token) <= 7
        )
        self._tokenizers: dict[str, Tokenizer] = {}
        self._remembered = remembered
        self._encoded: OrderedDict[bytes, ctranslate2.StorageView] = OrderedDict()
        self._remembering = threading.Lock()

    def speech(self, audio: Audio) -> Probabilities:
        """How probably each 32 ms of the recording hold speech."""
        return speech_probabilities(audio, self._detector)

    def pieces(self, audio: Audio) -> tuple[Piece, ...]:
        """The stretches of at most 28 s that hold speech, in order; none for silence."""
        probabilities = self.speech(audio)
        found = []
        for start, end in cuts(probabilities, len(audio), LONGEST_PIECE_S):
            window = probabilities[start // WINDOW_SAMPLES : -(-end // WINDOW_SAMPLES)]
            if np.max(window, initial=0.0) >= SPEECH_AT_LEAST:
                lead = int(max(0.0, LEAD_S - float(np.argmax(window >= SPEECH_AT_LEAST)) * WINDOW_S) / WINDOW_S)
                found.append(
                    Piece(
                        samples=np.pad(audio[start:end], (lead * WINDOW_SAMPLES, 0)),
                        probabilities=np.pad(window, (lead, 0)),
                        offset_samples=start - lead * WINDOW_SAMPLES,
                    )
                )
        return tuple(found)

    def encode(self, samples: Audio) -> ctranslate2.StorageView:
        """The encoder's output, (1, frames, width), padding after the samples included; of up to 29.5 s."""
        key = hashlib.blake2b(np.ascontiguousarray(samples).data, digest_size=16).digest()
        with self._remembering:
            if key in self._encoded:
                self._encoded.move_to_end(key)
                return self._encoded[key]
        encoded = self._encode(samples)
        with self._remembering:
            self._encoded[key] = encoded
            while len(self._encoded) > self._remembered:
                self._encoded.popitem(last=False)
        return encoded

    def frames(self, samples: Audio) -> NDArray[np.float32]:
        """The encoder's output for the samples alone, (ceil(samples / 320), width)."""
        encoded = np.array(self.encode(samples).to_device(ctranslate2.Device.cpu), np.float32)
        return encoded[0, : -(-len(samples) // FRAME_SAMPLES)]

    def tokenizer(self, language: str) -> Tokenizer:
        """Raises `UnknownLanguage`."""
        if language not in self._tokenizers:
            known = self._languages if self.network.is_multilingual else ("en",)
            if language not in known:
                raise UnknownLanguage(language, ", ".join(sorted(known)))
            self._tokenizers[language] = Tokenizer(
                self._text, self.network.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _encode(self, samples: Audio) -> ctranslate2.StorageView:
        seconds = len(samples) / SAMPLE_RATE_HZ + MARGIN_S
        size = next((window for window in WINDOWS_S if window >= seconds), WINDOWS_S[-1]) * FRAMES_PER_SECOND
        features = self._features(samples)[:, :size]
        # Zeros are what Whisper was trained to see as padding: the floor of its own scale is not.
        padded = np.pad(features, ((0, 0), (0, size - features.shape[1])))[np.newaxis]
        return self.network.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(padded, np.float32)))
