"""What a training run is asked to do. The same plan on the same dataset gives the same model."""

import hashlib

import msgspec
from msgspec import Struct

KIND = "pronunciation"
"""Of engine."""


class Plan(Struct, frozen=True, kw_only=True):
    """``sentences`` are spoken by Kokoro, each heard once as it is and once disturbed. ``folds`` judge; ``seeds`` are
    the networks whose mean is taken, in the folds and in the model. One in ``foreign_share`` utterances is also shown
    with another's text; ``added`` utterances are shown with a word that nobody said. ``planted`` sentences more are
    spoken with slips whose scores are known. ``acoustic`` is the version of the model whose acoustic network is taken;
    "": one is fitted to ``sentences``.
    """

    sentences: int = 1200
    acoustic_epochs: int = 12
    epochs: int = 16
    folds: int = 5
    fold_seed: int = 0
    seeds: tuple[int, ...] = (0, 1, 2, 3)
    foreign_share: int = 3
    added: int = 600
    planted: int = 400
    acoustic: str = ""


class Provenance(Struct, frozen=True, kw_only=True):
    """What a model is made from. ``run`` names plan, dataset and encoder (see `run_name`)."""

    run: str
    dataset: str
    dataset_sha256: str


def run_name(plan: Plan, dataset_sha256: str, encoder: str) -> str:
    """Names the run by everything that its outcome depends on, but for the code."""
    told = msgspec.json.encode([plan, dataset_sha256, encoder])
    return hashlib.sha256(told).hexdigest()[:12]
