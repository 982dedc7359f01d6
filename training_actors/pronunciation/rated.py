"""Rated recordings out of a dataset of kind "pronunciation", as `python -m replay dataset` makes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

COLUMNS = (
    "id", "learner", "age_group", "text", "audio", "words", "accuracy", "fluency", "prosodic", "completeness", "total",
    "accuracy_each", "fluency_each", "prosodic_each", "total_each",
)  # fmt: skip
SPLITS = ("train", "validation", "test")
BATCH = 50


class RatedPhone(Struct, frozen=True, kw_only=True):
    """A phone of the text (ARPAbet, perhaps with a stress digit) and its accuracy 0..2, None where experts differ."""

    phone: str
    accuracy: float | None = None


class RatedWord(Struct, frozen=True, kw_only=True):
    """A word with its ratings 0..10."""

    text: str
    phones: tuple[RatedPhone, ...]
    accuracy: float | None = None
    stress: float | None = None
    total: float | None = None


class RatedUtterance(Struct, frozen=True, kw_only=True):
    """A recording (the file as it was stored), its text, and the ratings: 0..10, ``completeness`` 0..1.

    ``*_each`` are every rater's own, () where they are not known.
    """

    id: str
    learner: str
    age_group: str
    text: str
    words: tuple[RatedWord, ...]
    recording: bytes
    accuracy: float | None
    fluency: float | None
    prosodic: float | None
    completeness: float | None
    total: float | None
    accuracy_each: tuple[float, ...] = ()
    fluency_each: tuple[float, ...] = ()
    prosodic_each: tuple[float, ...] = ()
    total_each: tuple[float, ...] = ()


def unrated(utterance: RatedUtterance) -> RatedUtterance:
    """Without the ratings of the whole; words and phones keep theirs."""
    nothing: dict[str, Any] = dict.fromkeys(("accuracy", "fluency", "prosodic", "completeness", "total"))
    each: dict[str, Any] = dict.fromkeys(("accuracy_each", "fluency_each", "prosodic_each", "total_each"), ())
    return structs.replace(utterance, **nothing, **each)


def rated_utterances(dataset: Path) -> Iterator[RatedUtterance]:
    """All rows of the dataset, whatever its splits: folds are made anew. Utterances without words are left out."""
    import pyarrow.parquet as parquet

    for split in SPLITS:
        for file in sorted((dataset / "huggingface").glob(f"{split}-*.parquet")):
            for batch in parquet.ParquetFile(file).iter_batches(BATCH, columns=list(COLUMNS)):
                for row in batch.to_pylist():
                    if row["words"]:
                        yield _utterance(row)


def _utterance(row: dict[str, Any]) -> RatedUtterance:
    return msgspec.convert({**row, "recording": row["audio"]["bytes"]}, RatedUtterance)
