"""What a model's folds say of recordings whose speakers they have not heard, kept so that two models can be compared.

A line of `HELD_OUT_FILE` is a recording, known by the hash of its sound, with the scores and no word of anybody. A line
of `RATINGS_FILE` is what people said of it; that file stays in the data folder and is not shipped with the program.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from training_actors.errors import JudgementsUnreadable

HELD_OUT_FILE, RATINGS_FILE = "held_out.jsonl", "ratings.jsonl"

Line = TypeVar("Line", bound=Struct)
FOUR = Meta(min_length=4, max_length=4)


class HeldOut(Struct, frozen=True, kw_only=True):
    """Scores of a recording: ``whole`` accuracy, fluency, prosodic and total of 0..10, ``phones`` of 0..2."""

    sound: str
    whole: Annotated[tuple[float, ...], FOUR]
    phones: tuple[float, ...]


class Rating(Struct, frozen=True, kw_only=True):
    """The same figures by people; None where there is none."""

    sound: str
    learner: str
    whole: Annotated[tuple[float | None, ...], FOUR]
    phones: tuple[float | None, ...]


def write_lines(file: Path, lines: Iterable[Struct]) -> None:
    """A JSON object a line."""
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def read_lines(file: Path, kind: type[Line]) -> list[Line]:
    """What `write_lines` wrote; nothing where there is no such file. Raises `JudgementsUnreadable`."""
    try:
        return msgspec.json.Decoder(kind).decode_lines(file.read_bytes()) if file.exists() else []
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise JudgementsUnreadable(file, str(error)) from error
