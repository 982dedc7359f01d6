"""The three voices on their real models, loaded once, and an ear that is not ours."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.models import ModelStore
from actors.ports import Speech
from actors.voice.espeak import EspeakVoice
from actors.voice.kokoro import Kokoro
from actors.voice.piper import Piper


@pytest.fixture(scope="session")
def kokoro(models: ModelStore) -> Kokoro:
    return Kokoro(models.path("kokoro-82m-int8"), models.path("kokoro-voices") / "voices")


@pytest.fixture(scope="session")
def piper(models: ModelStore) -> Piper:
    return Piper(models.path("piper-joe"))


@pytest.fixture(scope="session")
def espeak_voice() -> EspeakVoice:
    return EspeakVoice()


def sound(parts: Sequence[Speech]) -> NDArray[np.float32]:
    """The parts one after the other, in -1..1."""
    return np.concatenate([part.samples for part in parts]).astype(np.float32) / 32768


@pytest.fixture(scope="session")
def hear(models: ModelStore) -> Callable[[Sequence[Speech]], str]:
    """What Whisper base understands of some speech."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(models.path("whisper-base")), device="cpu", compute_type="int8")

    def understood(parts: Sequence[Speech]) -> str:
        audio, rate = sound(parts), parts[0].sample_rate_hz
        times = np.arange(0, len(audio), rate / 16_000)
        segments, _ = whisper.transcribe(
            np.interp(times, np.arange(len(audio)), audio).astype(np.float32), language="en", beam_size=5
        )
        return " ".join(segment.text.strip() for segment in segments)

    return understood
