"""What every voice activity detector keeps to: Silero and the energy gate."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.hearing.energy import WINDOW_SAMPLES, EnergyDetector
from actors.hearing.errors import ModelNotLoaded, VadStateError
from actors.hearing.silero import SileroDetector
from actors.ports import SAMPLE_RATE_HZ, Audio, VoiceActivityDetector
from tests.actors.conftest import Said


@pytest.fixture(params=["silero", "energy"])
def detector(request: pytest.FixtureRequest) -> VoiceActivityDetector:
    return request.getfixturevalue("silero") if request.param == "silero" else EnergyDetector()


@pytest.fixture(scope="module")
def sentence(say: Callable[[str], Said]) -> Said:
    return say("The small garden is behind the house.")


def test_a_window_of_32_ms_gives_one_probability(detector: VoiceActivityDetector) -> None:
    found = detector.detect(np.zeros(10 * WINDOW_SAMPLES, np.float32), b"")
    assert len(found.probabilities) == 10
    assert all(0.0 <= probability <= 1.0 for probability in found.probabilities)


def test_the_cut_of_the_stream_into_calls_does_not_matter(detector: VoiceActivityDetector, sentence: Said) -> None:
    whole = detector.detect(sentence.audio, b"").probabilities
    state, pieces = b"", []
    for start in range(0, len(sentence.audio), 1_601):
        found = detector.detect(sentence.audio[start : start + 1_601], state)
        state = found.state
        pieces.extend(found.probabilities)
    assert pieces == pytest.approx(whole, abs=1e-5)


def test_samples_that_fill_no_window_wait(detector: VoiceActivityDetector) -> None:
    found = detector.detect(np.zeros(WINDOW_SAMPLES - 1, np.float32), b"")
    assert found.probabilities == ()
    assert len(detector.detect(np.zeros(1, np.float32), found.state).probabilities) == 1


def test_speech_is_found_where_it_is(detector: VoiceActivityDetector, sentence: Said) -> None:
    speaking = np.flatnonzero(np.array(detector.detect(sentence.audio, b"").probabilities) > 0.5) * 32
    assert abs(speaking[0] - sentence.start_ms) <= 100
    assert abs(speaking[-1] + 32 - sentence.end_ms) <= 200


def test_silence_is_not_speech(detector: VoiceActivityDetector) -> None:
    found = detector.detect(np.zeros(2 * SAMPLE_RATE_HZ, np.float32), b"")
    assert max(found.probabilities) < 0.1


def test_a_steady_hiss_is_not_speech_for_long(detector: VoiceActivityDetector) -> None:
    hiss: Audio = np.random.default_rng(3).normal(0.0, 0.01, 20 * SAMPLE_RATE_HZ).astype(np.float32)
    probabilities = detector.detect(hiss, b"").probabilities
    assert max(probabilities[-100:]) < 0.5


@pytest.mark.parametrize("state", [b"x", b"abcd" * 2_000, b"abc"])
def test_a_foreign_state_is_refused(detector: VoiceActivityDetector, state: bytes) -> None:
    with pytest.raises(VadStateError, match="start the stream with b''") as refused:
        detector.detect(np.zeros(WINDOW_SAMPLES, np.float32), state)
    assert refused.value.code == "bad_vad_state"


@pytest.mark.parametrize("content", [None, b"no ONNX graph"])
def test_a_file_that_is_no_model_is_named_in_the_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "silero_vad_v6.onnx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelNotLoaded, match=str(file)):
        SileroDetector(file)


def test_silero_agrees_with_the_reference_code_of_faster_whisper(silero: SileroDetector, sentence: Said) -> None:
    from faster_whisper.vad import get_vad_model

    count = len(sentence.audio) // WINDOW_SAMPLES
    # A copy, and its last window left out: the reference code zeroes the end of what it is given.
    theirs = get_vad_model()(sentence.audio[: count * WINDOW_SAMPLES].copy()).ravel()[:-1]
    ours = silero.detect(sentence.audio, b"").probabilities[: count - 1]
    assert ours == pytest.approx(theirs, abs=1e-4)
