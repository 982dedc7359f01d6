"""A run's outcome as the figures of its event, under the names that people and the gate know them by."""

import math

from msgspec.structs import asdict

from events.training import Figure
from training_actors.pronunciation.outcome import Outcome
from training_actors.registry.gate import FAILED_ALIGNMENTS, FOREIGN_FLAGGED, OWN_FLAGGED

AGREEMENT = (
    ("utterance total", "total"),
    ("accuracy", "accuracy"),
    ("fluency", "fluency"),
    ("prosodic", "prosodic"),
    ("word total", "word_total"),
    ("word accuracy", "word_accuracy"),
    ("word stress", "word_stress"),
    ("phones", "phones"),
    ("phones < 1, AUC", "auc"),
    ("phones < 1, F1", "f1"),
)
"""Their names for people, and in `Agreement`."""
DIGITS = 4


def figures_of(outcome: Outcome) -> tuple[Figure, ...]:
    """Those that could be reckoned; shares are of 0..1."""
    everyone = outcome.groups[0]
    pooled, spread = asdict(everyone.pooled), asdict(everyone.spread)
    failed = outcome.failed_alignments / max(1, everyone.pooled.utterances)
    found = [
        *((name, pooled[field], spread[field]) for name, field in AGREEMENT),
        (FOREIGN_FLAGGED, outcome.texts.foreign_flagged, 0.0),
        (OWN_FLAGGED, outcome.texts.own_flagged, 0.0),
        (FAILED_ALIGNMENTS, failed, 0.0),
    ]
    return tuple(
        Figure(name=name, mean=round(mean, DIGITS), spread=round(deviation, DIGITS))
        for name, mean, deviation in found
        if math.isfinite(mean) and math.isfinite(deviation)
    )
