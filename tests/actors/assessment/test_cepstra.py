"""The front end gives the frames that PocketSphinx itself computes."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.assessment.cepstra import cepstra, with_differences

RNG = np.random.default_rng(11)


def speechlike(seconds: float) -> NDArray[np.float32]:
    """Harmonics under a 4 Hz envelope over noise, so that the noise removal has something to remove."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    voiced = sum(np.sin(2 * np.pi * 180 * k * time) / k for k in range(1, 20))
    sound = 0.1 * voiced * np.clip(np.sin(2 * np.pi * 2 * time), 0, 1) + RNG.normal(0, 0.003, len(time))
    return np.asarray(sound, np.float32)


def test_cepstra_equal_those_that_pocketsphinx_writes(tmp_path: Path) -> None:
    from pocketsphinx import Decoder

    audio = speechlike(2.0)
    pcm = np.round(audio * 32768).clip(-32768, 32767).astype(np.int16)
    decoder = Decoder(mfclogdir=str(tmp_path), lm=None, loglevel="FATAL")
    decoder.set_align_text("hello")
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    del decoder
    (log,) = tmp_path.glob("*.mfc")
    data = log.read_bytes()
    theirs = np.frombuffer(data[4 : 4 + (len(data) - 4) // 52 * 52], ">f4").reshape(-1, 13)
    ours = cepstra(pcm.astype(np.float32) / 32768)
    frames = min(len(ours), len(theirs))
    assert frames >= 196
    np.testing.assert_allclose(ours[:frames], theirs[:frames], atol=2e-3)


def test_differences_are_those_of_frames_two_apart_and_their_differences() -> None:
    ramp = np.arange(20, dtype=np.float32)[:, None] * np.ones((1, 13), np.float32)
    features = with_differences(ramp)
    # c[t+2] - c[t-2] of a ramp is 4, and the difference of a constant is 0
    np.testing.assert_allclose(features[5:-5, 13:26], 4)
    np.testing.assert_allclose(features[5:-5, 26:], 0, atol=1e-6)
    np.testing.assert_allclose(features[:, :13].mean(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("samples", [0, 1, 409])
def test_audio_shorter_than_a_frame_gives_none(samples: int) -> None:
    assert cepstra(np.zeros(samples, np.float32)).shape == (0, 13)


def test_digital_silence_gives_finite_frames() -> None:
    assert np.isfinite(cepstra(np.zeros(16_000, np.float32))).all()
