"""A model with random weights: it scores at random, and shows that what is asked for comes out whole and in order."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from actors.assessment.lexicon import Lexicon, bundled_dictionary
from actors.hearing.decode import encode_flac
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.pronunciation.features import Placed, Recognised
from actors.pronunciation.inputs import scoring_inputs
from actors.pronunciation.listening import WhisperListener, WordProbability
from actors.pronunciation.model import MODEL_FILE, ModelFacts
from actors.pronunciation.network import ACOUSTIC_FILE, SCORING_FILE
from actors.pronunciation.phones import PHONES
from tests.actors.conftest import Said
from training_actors.pronunciation.export import acoustic_onnx, scoring_onnx
from training_actors.pronunciation.networks import (
    FRAME_WIDTH,
    AcousticNetwork,
    Committee,
    ScoringNetwork,
    Widths,
)
from training_actors.pronunciation.regressions import KernelRegression, LinearRegression

CORPUS = Path(__file__).parents[4] / "shared/data/speechocean762-train"
WIDTHS = Widths(phone=55, word=6, utterance=20)

ModelFolder = Callable[..., Path]
"""Makes a model's folder; keyword arguments replace what `ModelFacts` says of it."""


@pytest.fixture(scope="session")
def networks() -> tuple[bytes, bytes]:
    torch.manual_seed(6)
    example = scoring_inputs(
        np.random.default_rng(6).normal(size=(30, FRAME_WIDTH)).astype(np.float32),
        np.full((30, len(PHONES)), -np.log(len(PHONES)), np.float32),
        Placed(phones=np.array([1, 2, 3]), words=np.array([0, 0, 1]), spans=np.array([[0, 9], [9, 20], [20, 30]])),
        [WordProbability(total=-1.0, worst=-1.0, alone=-3.0, tokens=1)] * 2,
        Recognised(heard=(1.0, 1.0), log_confidence=-0.1, length=1.0),
    )
    scoring = ScoringNetwork(WIDTHS)
    for principal in (scoring.sound, scoring.whole_sound):
        torch.nn.init.normal_(principal.components, 0, 0.05)
    sound = 3 * FRAME_WIDTH
    regressions = [LinearRegression(sound, WIDTHS.utterance), KernelRegression(sound, WIDTHS.utterance)]
    committee = Committee([scoring], regressions)
    return acoustic_onnx(AcousticNetwork()), scoring_onnx(committee, example)


@pytest.fixture(scope="session")
def model_folder(
    networks: tuple[bytes, bytes], models: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> ModelFolder:
    return partial(_model_folder, networks, models.digest("whisper-base"), tmp_path_factory)


def _model_folder(
    networks: tuple[bytes, bytes], whisper: str, folders: pytest.TempPathFactory, **facts: float | str
) -> Path:
    folder = folders.mktemp("model")
    digest = hashlib.sha256(b"".join(networks)).hexdigest()
    known = {"version": "random", "digest": digest, "encoder": whisper, "poor_below": 1.0, "said_from": 0.0}
    told = msgspec.convert({**known, "matches_from": 0.0, **facts}, ModelFacts)
    (folder / MODEL_FILE).write_bytes(msgspec.json.encode(told))
    for name, content in zip((ACOUSTIC_FILE, SCORING_FILE), networks, strict=True):
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def random_model(model_folder: ModelFolder) -> Path:
    """A model to which every word was said."""
    return model_folder()


@pytest.fixture(scope="session")
def listener(loaded_whisper: LoadedWhisper) -> WhisperListener:
    return WhisperListener(loaded_whisper)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon(bundled_dictionary())


@pytest.fixture(scope="session")
def sentence(say: Callable[[str], Said]) -> Said:
    return say("My sister reads old books.")


@pytest.fixture(scope="session")
def recording(sentence: Said, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sentence as a file."""
    file = tmp_path_factory.mktemp("recordings") / "sister.flac"
    file.write_bytes(encode_flac(sentence.audio))
    return file
