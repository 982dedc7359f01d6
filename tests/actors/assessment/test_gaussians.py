"""The acoustic model is read as the formula of a Gaussian mixture says."""

from pathlib import Path

import numpy as np
import pocketsphinx
import pytest

from actors.assessment import gaussians
from actors.assessment.gaussians import AcousticModel
from actors.ports import EngineError

FOLDER = Path(str(pocketsphinx.get_model_path("en-us/en-us")))


@pytest.fixture(scope="module")
def model() -> AcousticModel:
    return AcousticModel(FOLDER)


def test_the_model_has_the_39_phones_of_english_silence_and_two_noises(model: AcousticModel) -> None:
    assert len(model.phones) == 42
    assert {"AA", "ZH", "NG", "SIL", "+NSN+", "+SPN+"} <= set(model.phones)


def test_mixture_weights_of_a_state_sum_to_one(model: AcousticModel) -> None:
    weights = gaussians._weights(FOLDER / "sendump")
    assert weights.shape[:2] == (3, 128)
    # stored with eight bits on a logarithmic scale, each is up to 10 % too small
    np.testing.assert_allclose(weights.sum(axis=1), 0.95, atol=0.05)


def test_a_likelihood_is_the_sum_over_weighted_gaussians_of_each_stream(model: AcousticModel) -> None:
    frame = np.random.default_rng(2).normal(0, 5, 39)
    means = gaussians._parameters(FOLDER / "means")
    variances = np.maximum(gaussians._parameters(FOLDER / "variances"), 1e-4)
    weights = gaussians._weights(FOLDER / "sendump")
    phone, state = model.phones.index("AE"), 1
    expected = 0.0
    for stream in range(3):
        x = frame[13 * stream : 13 * stream + 13]
        mean, variance = means[phone, stream], variances[phone, stream]
        logs = -0.5 * (np.log(2 * np.pi * variance) + (x - mean) ** 2 / variance).sum(axis=1)
        expected += np.logaddexp.reduce(logs + np.log(weights[stream, :, 3 * phone + state]))
    got = model.log_likelihoods(frame[None, :].astype(np.float32))[0, phone, state]
    assert got == pytest.approx(expected, rel=1e-3)


def test_more_frames_than_a_block_holds_give_the_same_as_one_by_one(model: AcousticModel) -> None:
    frames = np.random.default_rng(3).normal(0, 5, (gaussians.BLOCK + 7, 39)).astype(np.float32)
    together = model.log_likelihoods(frames)
    assert together.shape == (gaussians.BLOCK + 7, 42, 3)
    np.testing.assert_allclose(together[-1], model.log_likelihoods(frames[-1:])[0], rtol=1e-4, atol=1e-2)


def test_a_folder_without_a_model_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        AcousticModel(tmp_path)


def test_a_broken_file_is_an_engine_error(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "mdef").write_bytes(b"not a model definition")
    with pytest.raises(EngineError, match="mdef"):
        AcousticModel(tmp_path)
