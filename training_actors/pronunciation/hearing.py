"""What Whisper makes of each rated recording, computed once and kept in a folder: the slowest step of training."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.hearing.decode import MAX_AUDIO_SECONDS
from actors.hearing.files import Decoders
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.ports import Audio
from actors.pronunciation.features import Recognised
from actors.pronunciation.listening import WhisperListener, WordProbability
from actors.pronunciation.recognition import recognised
from training_actors.pronunciation.rated import RatedUtterance

FORMAT = 1
"""Part of the name of what is kept: a change of what is computed here must change it."""


class Told(Struct, frozen=True, kw_only=True):
    """What Whisper says of a text when it hears a recording."""

    probabilities: tuple[WordProbability, ...]
    recognised: Recognised


class Heard(Struct, frozen=True, kw_only=True):
    """Encoder frames of a recording, (t, width) as float16, and what Whisper says of each text."""

    frames: NDArray[np.float16]
    told: tuple[Told, ...]


class Hearer:
    """Whisper and the folder of what it has heard. ``digest`` identifies its weights."""

    def __init__(self, whisper: Path, digest: str, cache: Path, *, threads: int = 1) -> None:
        self._whisper, self._threads = whisper, threads
        self.digest = digest
        self._cache = cache
        self._model: LoadedWhisper | None = None
        self._decoders = Decoders()
        cache.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """End the process that decodes; another starts when it is needed again."""
        self._decoders.__exit__()

    def heard(self, utterance: RatedUtterance, texts: Sequence[Sequence[str]]) -> Heard:
        """What is heard when the utterance should say each of the texts (words)."""
        file = self._cache / f"{self._key(utterance.recording, texts)}.npz"
        if not file.exists():
            self._listen(utterance, texts, file)
        with np.load(file) as kept:
            told = msgspec.json.decode(kept["told"].tobytes(), type=tuple[Told, ...])
            return Heard(frames=kept["frames"], told=told)

    def _listen(self, utterance: RatedUtterance, texts: Sequence[Sequence[str]], file: Path) -> None:
        model = self._loaded()
        audio = self._decoded(utterance.recording)
        listener = WhisperListener(model)
        words = WhisperRecogniser(model).transcribe(audio).words
        listened = listener.listen(audio)
        told = [
            Told(probabilities=listener.probabilities(listened, text), recognised=recognised(text, words))
            for text in texts
        ]
        partial = file.with_suffix(".part")
        with partial.open("wb") as kept:
            np.savez(
                kept, frames=listened.frames.astype(np.float16), told=np.frombuffer(msgspec.json.encode(told), np.uint8)
            )
        partial.replace(file)

    def _decoded(self, recording: bytes) -> Audio:
        with NamedTemporaryFile() as file:
            file.write(recording)
            file.flush()
            return self._decoders.decode(Path(file.name), MAX_AUDIO_SECONDS)

    def _loaded(self) -> LoadedWhisper:
        if self._model is None:
            self._model = LoadedWhisper(self._whisper, threads=self._threads)
        return self._model

    def _key(self, recording: bytes, texts: Sequence[Sequence[str]]) -> str:
        said = msgspec.json.encode([FORMAT, self.digest, texts])
        return hashlib.blake2b(recording + said, digest_size=16).hexdigest()

    def encoded(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float16], int]:
        """Frames of synthetic speech, and the samples of made-up lead before it."""
        listened = WhisperListener(self._loaded()).listen(samples)
        return listened.frames.astype(np.float16), -int(listened.starts[0]) if len(listened.starts) else 0
