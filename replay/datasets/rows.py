"""A row of a dataset, before any format gives it a shape on disk. Reads no log, writes no file."""

from typing import Any

from msgspec import Struct

from events.values import Blob

SPLITS = ("train", "validation", "test")

Value = str | int | float | bool | None | tuple["Value", ...] | dict[str, "Value"]
"""What a column may hold: JSON with tuples for lists (rows that were read back from a file may have lists)."""


class Lineage(Struct, frozen=True, kw_only=True):
    """What a row was made from.

    ``stream`` is the session's; what people compared of it lies beside it (`replay.datasets.logged.streams_of`).
    ``events`` are event ids in the order of the log, ``types`` their type tags with version, ``engines`` what answered
    ("asr whisper-base 1.2.1"), ``consent`` the id of the event by which the learner agreed to training.
    """

    stream: str
    events: tuple[str, ...]
    types: tuple[str, ...]
    engines: tuple[str, ...] = ()
    consent: str = ""


class Clip(Struct, frozen=True, kw_only=True):
    """A stretch of a recording: the blob that holds it, and where in it (ms; ``end_ms`` None for its end)."""

    blob: Blob
    learner: str
    sample_rate_hz: int
    start_ms: int = 0
    end_ms: int | None = None


class Row(Struct, frozen=True, kw_only=True):
    """One example.

    ``id`` is stable: kind, stream and turn (and what else tells it from its siblings), joined by "/". ``columns`` are
    the kind's own (each a `Value`), in the kind's order, the same in every row of a kind; ``quality`` holds what was
    measured for the filters. ``audio`` is the example's sound, if it has one; ``learner`` is a pseudonym.
    """

    id: str
    kind: str
    learner: str
    columns: dict[str, Any]
    lineage: Lineage
    audio: Clip | None = None
    quality: dict[str, float | None] = {}
    split: str = ""
