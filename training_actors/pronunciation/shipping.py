"""A finished run as a model's folder: the networks, what is to be known of them, and a card for people."""

from itertools import chain
from pathlib import Path

import msgspec

from actors.pronunciation.model import CARD_FILE, MODEL_FILE, ModelFacts, digest_of
from actors.pronunciation.network import ACOUSTIC_FILE, SCORING_FILE
from training_actors.pronunciation.card import card
from training_actors.pronunciation.export import scoring_onnx
from training_actors.pronunciation.held_out import held_out, ratings
from training_actors.pronunciation.judging import Folds
from training_actors.pronunciation.margins import margins
from training_actors.pronunciation.outcome import Outcome
from training_actors.pronunciation.plan import Provenance
from training_actors.pronunciation.report import report
from training_actors.pronunciation.work import ALL, Trainer
from training_actors.registry.held_out import HELD_OUT_FILE, RATINGS_FILE, write_lines

EVALUATION_FILE, REPORT_FILE = "evaluation.json", "report.html"
DIGITS = 6
"""Of the digest, in a version's name."""


def ship(trainer: Trainer, outcome: Outcome, folds: Folds, made_from: Provenance, out: Path) -> ModelFacts:
    """Write the folder; the networks are those that have heard everybody.

    The version is the run's name and the beginning of the networks' digest: other code makes another version.
    """
    out.mkdir(parents=True, exist_ok=True)
    shown = chain(trainer.rated, trainer.added)  # where every text is a single word, one with another put in
    example = max((one.inputs for one in shown), key=lambda one: len(one.word_figures))
    (out / ACOUSTIC_FILE).write_bytes(trainer.acoustic_onnx())
    (out / SCORING_FILE).write_bytes(scoring_onnx(trainer.committee(ALL), example))
    digest = digest_of(out)
    facts = ModelFacts(
        version=f"{made_from.run}-{digest[:DIGITS]}",
        digest=digest,
        encoder=trainer.encoder,
        poor_below=round(outcome.poor_below, 3),
        said_from=round(outcome.said_from, 6),
        matches_from=round(outcome.matches_from, 6),
        margins=margins(folds.utterances, folds.own),
    )
    told = {"made_from": made_from, "plan": trainer.plan, "outcome": outcome}
    for name, value in ((MODEL_FILE, facts), (EVALUATION_FILE, told)):
        (out / name).write_bytes(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
    (out / REPORT_FILE).write_bytes(report(facts, outcome, folds, trainer.curves()))
    write_lines(out / HELD_OUT_FILE, held_out(folds.utterances, folds.own))
    write_lines(out / RATINGS_FILE, ratings(folds.utterances))
    (out / CARD_FILE).write_text(
        card(trainer.plan, outcome, facts, made_from.dataset, len(trainer.utterances)), "utf-8"
    )
    return facts
