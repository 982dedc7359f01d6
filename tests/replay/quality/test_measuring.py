"""All measures of a row at once, on the real detector and the real DNSMOS."""

import pickle

import numpy as np
import pytest

from actors.hearing.errors import ModelNotLoaded
from actors.models import ModelError, ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.voice.piper import Piper
from replay.quality.catalogue import MEASURES
from replay.quality.dnsmos import MODEL, Dnsmos
from replay.quality.errors import UnknownMeasure
from replay.quality.measuring import Measurer


@pytest.fixture(scope="module")
def judge(models: ModelStore) -> Dnsmos:
    try:
        models.fetch(MODEL)
    except ModelError as error:
        pytest.skip(f"no DNSMOS: run python -m actors models fetch {MODEL}. {error}")
    return Dnsmos(models.weights(MODEL))


@pytest.fixture(scope="module")
def speech(models: ModelStore) -> Audio:
    """A sentence of Piper's between two half seconds of silence, 16 kHz."""
    parts = list(Piper(models.path("piper-joe")).speak("Yesterday I went to the market with my mother.", tutor="joe"))
    sound = np.concatenate([part.samples for part in parts]).astype(np.float32) / 32768
    times = np.arange(0, len(sound), parts[0].sample_rate_hz / SAMPLE_RATE_HZ)
    silence = np.zeros(SAMPLE_RATE_HZ // 2, np.float32)
    return np.concatenate((silence, np.interp(times, np.arange(len(sound)), sound).astype(np.float32), silence))


def test_dnsmos_prefers_a_clean_voice_to_a_noisy_one(judge: Dnsmos, speech: Audio) -> None:
    hiss = np.random.default_rng(1).normal(0, 0.05, len(speech)).astype(np.float32)
    clean, noisy = judge.judge(speech), judge.judge(speech + hiss)
    assert clean is not None
    assert noisy is not None
    assert clean.background > noisy.background + 0.5
    assert clean.overall > noisy.overall + 0.5
    assert 1 <= noisy.overall < clean.overall <= 5


def test_dnsmos_of_a_repeated_recording_is_that_of_one(judge: Dnsmos, speech: Audio) -> None:
    """What is shorter than the network's window is repeated to fill it, so the doubled recording is the same to it."""
    assert 2 * len(speech) < 9.01 * SAMPLE_RATE_HZ
    assert judge.judge(np.concatenate((speech, speech))) == judge.judge(speech)
    assert judge.judge(speech[:0]) is None


def test_a_file_that_is_no_model_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    wrong = tmp_path_factory.mktemp("model") / "wrong.onnx"
    wrong.write_bytes(b"no model")
    with pytest.raises(ModelNotLoaded, match=r"wrong\.onnx"):
        Dnsmos(wrong)


def test_every_measure_of_audio_and_text_is_taken(judge: Dnsmos, models: ModelStore, speech: Audio) -> None:
    measurer = Measurer(models)
    heard, read = measurer.of_audio(speech), measurer.of_text("Yesterday, um, I went to the market")
    assert list(heard) == [measure.name for measure in MEASURES if measure.subject == "audio"]
    assert list(read) == [measure.name for measure in MEASURES if measure.subject == "text"]
    assert heard["duration_s"] == pytest.approx(len(speech) / 16_000)
    assert heard["lead_ms"] == pytest.approx(500, abs=100)
    assert 450 < (heard["tail_ms"] or 0) < 900  # the voice itself ends in some silence
    assert heard["snr_db"] == 100  # digital silence around it
    assert read["filler_ratio"] == pytest.approx(1 / 7)
    assert read["words"] == 7
    assert read["truncated"] == 1
    assert read["mtld"] is None


def test_only_what_is_wanted_is_taken(models: ModelStore, speech: Audio) -> None:
    measurer = Measurer(models, ("clipped_ratio", "words"))
    assert measurer.of_audio(speech) == {"clipped_ratio": 0.0}
    assert measurer.of_text("one two") == {"words": 2.0}


def test_silence_has_no_figures_of_speech(models: ModelStore) -> None:
    figures = Measurer(models, ("snr_db", "lead_ms", "loudness_lufs", "speech_ratio")).of_audio(
        np.zeros(SAMPLE_RATE_HZ, np.float32)
    )
    assert figures == {"speech_ratio": 0.0, "snr_db": None, "loudness_lufs": None, "lead_ms": None}


def test_an_unknown_measure_is_refused(models: ModelStore) -> None:
    with pytest.raises(UnknownMeasure, match="did you mean 'snr_db'") as caught:
        Measurer(models, ("snr",))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
