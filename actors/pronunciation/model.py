"""A trained model's folder: two networks, and what is to be known of them to turn their figures into scores."""

import hashlib
import logging
from bisect import bisect_right
from pathlib import Path

import msgspec
from msgspec import Struct

from actors.pronunciation.network import ACOUSTIC_FILE, SCORING_FILE, PronunciationNetwork
from actors.voice.runtime import ModelUnusable, read_model

log = logging.getLogger(__name__)

MODEL_FILE = "model.json"
CARD_FILE = "card.md"
POINTER_FILE = "in_service.json"
"""In the folder of a kind's models: the `InService` that was promoted; without it the shipped model serves."""
SHIPPED = Path(__file__).with_name("trained")
"""The model that comes with the program."""
SHIPPED_VERSION = "shipped"
"""What people call it; "" in events."""


class Margins(Struct, frozen=True, kw_only=True):
    """How far experts' ratings lie from a figure's scores: in four of five cases at most ``widths`` (points of ten).

    A width more than ``bounds``: the first is for scores below the first bound. They are quantiles of the errors on
    recordings of speakers that the network had not heard (split conformal prediction, Lei et al. 2018, JASA 113).
    """

    bounds: tuple[float, ...]
    widths: tuple[float, ...]

    def of(self, score: float) -> float:
        """At a score."""
        return self.widths[bisect_right(self.bounds, score)]


class ModelFacts(Struct, frozen=True, kw_only=True):
    """``version`` names the training run, ``digest`` is the SHA-256 over both networks' files.

    ``poor_below``: the phone score (0..2) below which experts' mean is most often below 1 (best F1 on the folds).
    ``said_from``, ``matches_from``: the probabilities from which a word, and a text, count as said. ``encoder``: the
    digest of the Whisper whose frames the networks know. ``margins`` are those of accuracy, fluency, prosodic and
    total; () in models from before there were any.
    """

    version: str
    digest: str
    encoder: str
    poor_below: float
    said_from: float
    matches_from: float
    margins: tuple[Margins, ...] = ()


class InService(Struct, frozen=True, kw_only=True):
    """Which trained version serves; ``digest`` as in its `ModelFacts`."""

    version: str
    digest: str


class PronunciationModel(Struct, frozen=True, kw_only=True):
    """The networks with their facts."""

    facts: ModelFacts
    network: PronunciationNetwork


def open_model(folder: Path, *, threads: int = 1) -> PronunciationModel:
    """Raises `ModelUnusable` when a file is missing or is not what it should be."""
    return PronunciationModel(facts=facts_of(folder), network=PronunciationNetwork(folder, threads=threads))


def facts_of(folder: Path) -> ModelFacts:
    """What is to be known of the model in a folder, without opening it. Raises `ModelUnusable`."""
    try:
        return msgspec.json.decode(read_model(folder / MODEL_FILE), type=ModelFacts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ModelUnusable(f"{folder / MODEL_FILE} is not a model's description: {error}") from error


def digest_of(folder: Path) -> str:
    """The SHA-256 over both networks' files, as `ModelFacts.digest` should be. Raises `ModelUnusable`."""
    return hashlib.sha256(b"".join(read_model(folder / name) for name in (ACOUSTIC_FILE, SCORING_FILE))).hexdigest()


def folder_of(models: Path, version: str) -> Path:
    """The folder of a version, `SHIPPED_VERSION` or "" being the one that comes with the program.

    Raises `ModelUnusable` for what is no name of a folder in ``models``.
    """
    if version in ("", SHIPPED_VERSION):
        return SHIPPED
    if version in (".", "..") or any(mark in version for mark in ("/", "\\", "\0")):
        raise ModelUnusable(f"{version!r} is no version of a model")
    return models / version


def edition(models: Path) -> bytes:
    """Changes whenever another model is put into service."""
    try:
        return (models / POINTER_FILE).read_bytes()
    except OSError:
        return b""


def put_in_service(models: Path, in_service: InService | None) -> None:
    """Servers use that model from their next utterance on; the shipped one for None."""
    pointer = models / POINTER_FILE
    if in_service is None:
        pointer.unlink(missing_ok=True)
        return
    models.mkdir(parents=True, exist_ok=True)
    partial = pointer.with_suffix(".part")
    partial.write_bytes(msgspec.json.encode(in_service))
    partial.replace(pointer)


def model_in_service(models: Path) -> Path:
    """The folder of the promoted model, the shipped one's when there is none or it is not as it was promoted."""
    try:
        pointer = msgspec.json.decode((models / POINTER_FILE).read_bytes(), type=InService)
        folder = folder_of(models, pointer.version)
        digests = {facts_of(folder).digest, digest_of(folder)}
    except FileNotFoundError:
        return SHIPPED
    except (msgspec.DecodeError, UnicodeDecodeError, OSError, ModelUnusable) as error:
        log.warning("the promoted model in %s cannot be used (%s): the shipped one serves", models, error)
        return SHIPPED
    if digests != {pointer.digest}:
        log.warning("the model %s is not the one that was promoted: the shipped one serves", folder)
        return SHIPPED
    return folder


def model_for(models: Path, encoder: str, *, version: str | None = None, threads: int = 1) -> PronunciationModel:
    """The model in service, or that ``version``, if it knows the frames of the Whisper with the digest ``encoder``.

    Where only the shipped one knows them, that serves. Raises `ModelUnusable`.
    """
    folder = model_in_service(models) if version is None else folder_of(models, version)
    if version is None and facts_of(folder).encoder != encoder == facts_of(SHIPPED).encoder:
        log.warning("the promoted model in %s was trained on another Whisper: the shipped one serves", folder)
        folder = SHIPPED
    model = open_model(folder, threads=threads)
    if version is not None and digest_of(folder) != model.facts.digest:
        raise ModelUnusable(f"the networks in {folder} are not those that were trained")
    if model.facts.encoder != encoder:
        raise ModelUnusable(f"the model in {folder} was trained on another Whisper: train it anew, or fetch that one")
    return model
