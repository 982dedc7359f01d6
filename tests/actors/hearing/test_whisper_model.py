from collections.abc import Callable

import numpy as np
import pytest

from actors.hearing.silero import SileroDetector
from actors.hearing.whisper_model import FRAME_SAMPLES, REMEMBERED, LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ
from tests.actors.conftest import Said


@pytest.fixture(scope="module")
def sentence(say: Callable[[str], Said]) -> Said:
    return say("She reads old books.")


def test_a_recording_is_encoded_once_for_all_who_ask(loaded_whisper: LoadedWhisper, sentence: Said) -> None:
    first = loaded_whisper.encode(sentence.audio)
    assert loaded_whisper.encode(sentence.audio.copy()) is first
    for number in range(REMEMBERED):
        loaded_whisper.encode(np.full(SAMPLE_RATE_HZ, number * 1e-3, np.float32))
    assert loaded_whisper.encode(sentence.audio) is not first


def test_a_model_told_to_remember_nothing_encodes_anew(models: ModelStore, silero: SileroDetector) -> None:
    model = LoadedWhisper(models.path("whisper-base"), detector=silero, remembered=0)
    silence = np.zeros(SAMPLE_RATE_HZ, np.float32)
    assert model.encode(silence) is not model.encode(silence)


def test_there_is_a_frame_for_every_20_ms_of_the_recording(loaded_whisper: LoadedWhisper, sentence: Said) -> None:
    frames = loaded_whisper.frames(sentence.audio)
    assert frames.shape == (-(-len(sentence.audio) // FRAME_SAMPLES), 512)
    assert np.isfinite(frames).all()


def test_a_recording_that_begins_with_speech_gets_a_lead_and_one_without_speech_has_no_piece(
    loaded_whisper: LoadedWhisper, sentence: Said
) -> None:
    close = sentence.audio[(sentence.start_ms - 32) * SAMPLE_RATE_HZ // 1000 :]
    (piece,) = loaded_whisper.pieces(close)
    lead = -piece.offset_samples
    assert 0.4 <= lead / SAMPLE_RATE_HZ <= 0.6
    assert np.array_equal(piece.samples[lead:], close)
    assert not piece.samples[:lead].any()
    assert loaded_whisper.pieces(np.zeros(SAMPLE_RATE_HZ, np.float32)) == ()
