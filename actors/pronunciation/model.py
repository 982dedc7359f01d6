"""A trained model's folder: two networks, and what is to be known of them to turn their figures into scores."""

from pathlib import Path

import msgspec
from msgspec import Struct

from actors.pronunciation.network import PronunciationNetwork
from actors.voice.runtime import ModelUnusable, read_model

MODEL_FILE = "model.json"
CARD_FILE = "card.md"
SHIPPED = Path(__file__).with_name("trained")
"""The model that comes with the program."""


class ModelFacts(Struct, frozen=True, kw_only=True):
    """``version`` names the training run, ``digest`` is the SHA-256 over both networks' files.

    ``poor_below``: the phone score (0..2) below which experts' mean is most often below 1 (best F1 on the folds).
    ``said_from``, ``matches_from``: the probabilities from which a word, and a text, count as said. ``encoder``: the
    digest of the Whisper whose frames the networks know.
    """

    version: str
    digest: str
    encoder: str
    poor_below: float
    said_from: float
    matches_from: float


class PronunciationModel(Struct, frozen=True, kw_only=True):
    """The networks with their facts."""

    facts: ModelFacts
    network: PronunciationNetwork


def open_model(folder: Path, *, threads: int = 1) -> PronunciationModel:
    """Raises `ModelUnusable` when a file is missing or is not what it should be."""
    try:
        facts = msgspec.json.decode(read_model(folder / MODEL_FILE), type=ModelFacts)
    except msgspec.DecodeError as error:
        raise ModelUnusable(f"{folder / MODEL_FILE} is not a model's description: {error}") from error
    return PronunciationModel(facts=facts, network=PronunciationNetwork(folder, threads=threads))
