"""A finished run as a model's folder: the networks, what is to be known of them, and a card for people."""

import hashlib
from pathlib import Path

import msgspec

from actors.pronunciation.model import CARD_FILE, MODEL_FILE, ModelFacts
from actors.pronunciation.network import ACOUSTIC_FILE, SCORING_FILE
from training_actors.pronunciation.added import fitted
from training_actors.pronunciation.card import card
from training_actors.pronunciation.export import acoustic_onnx, scoring_onnx
from training_actors.pronunciation.outcome import Outcome
from training_actors.pronunciation.plan import Plan
from training_actors.pronunciation.work import ALL, Trainer

EVALUATION_FILE = "evaluation.json"


def ship(trainer: Trainer, plan: Plan, outcome: Outcome, version: str, dataset: str, out: Path) -> ModelFacts:
    """Write the folder; the networks are those that have heard everybody."""
    out.mkdir(parents=True, exist_ok=True)
    example = max((one.inputs for one in trainer.rated[:50]), key=lambda one: len(one.word_figures))
    files = {
        ACOUSTIC_FILE: acoustic_onnx(trainer.acoustics()),
        SCORING_FILE: scoring_onnx(trainer.committee(ALL), example),
    }
    facts = ModelFacts(
        version=version,
        digest=hashlib.sha256(b"".join(files.values())).hexdigest(),
        encoder=trainer.encoder,
        poor_below=round(outcome.poor_below, 3),
        said_from=round(outcome.said_from, 6),
        matches_from=round(outcome.matches_from, 6),
        read=fitted(*trainer.read_or_added()),
    )
    for name, content in files.items():
        (out / name).write_bytes(content)
    (out / MODEL_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(facts)) + b"\n")
    told = {"dataset": dataset, "plan": plan, "outcome": outcome}
    (out / EVALUATION_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    (out / CARD_FILE).write_text(card(plan, outcome, facts, dataset, len(trainer.utterances)), "utf-8")
    return facts
