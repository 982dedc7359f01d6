"""Silero and Whisper on their real weights, loaded once, and a speaker whose words and times are known."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec import Struct

from actors.hearing.silero import SileroDetector
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.voice.piper import Piper


class Said(Struct, frozen=True):
    """A sentence as Piper says it, 16 kHz; ``starts_ms`` and ``ends_ms`` bound its sound as the voice's graph tells."""

    text: str
    audio: Audio
    start_ms: int
    end_ms: int


@pytest.fixture(scope="session")
def silero(models: ModelStore) -> SileroDetector:
    return SileroDetector(models.weights("silero-vad"))


@pytest.fixture(scope="session")
def loaded_whisper(models: ModelStore, silero: SileroDetector) -> LoadedWhisper:
    return LoadedWhisper(models.path("whisper-base"), detector=silero)


@pytest.fixture(scope="session")
def whisper(loaded_whisper: LoadedWhisper) -> WhisperRecogniser:
    return WhisperRecogniser(loaded_whisper)


@pytest.fixture(scope="session")
def say(models: ModelStore) -> Callable[[str], Said]:
    """Say a sentence; half a second of silence comes before and after it."""
    voice = Piper(models.path("piper-joe"))

    def said(text: str) -> Said:
        parts = list(voice.speak(text, tutor="joe"))
        sound = np.concatenate([part.samples for part in parts]).astype(np.float32) / 32768
        times = np.arange(0, len(sound), parts[0].sample_rate_hz / SAMPLE_RATE_HZ)
        at_16k = np.interp(times, np.arange(len(sound)), sound).astype(np.float32)
        silence = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
        offsets = np.cumsum([0] + [part.duration_ms for part in parts])
        spans = [
            (500 + int(offset) + phoneme.start_ms, 500 + int(offset) + phoneme.end_ms)
            for part, offset in zip(parts, offsets, strict=False)
            for phoneme in part.phonemes
            if phoneme.ipa
        ]
        return Said(text, np.concatenate((silence, at_16k, silence)), spans[0][0], spans[-1][1])

    return said
