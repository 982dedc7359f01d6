"""The manifest of a dataset: what it is, what it was made from, what is not in it, and the hash of every file."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from replay.datasets.drops import in_words
from replay.datasets.errors import DatasetUnreadable
from replay.datasets.folders import BUILDING, CARD, MANIFEST, REPORT, DatasetFolder
from replay.datasets.formats.writer import Part
from replay.datasets.shard import Made
from replay.datasets.spec import Spec
from replay.datasets.tally import Tally

ABOUT = (MANIFEST, CARD, REPORT)
VERSION_LENGTH = 12
"""Hexadecimal digits of its hash that name a version of a dataset."""


class File(Struct, frozen=True, kw_only=True):
    """A file of the dataset; ``path`` is relative to its folder."""

    path: str
    size_bytes: int
    sha256: str


class Left(Struct, frozen=True, kw_only=True):
    """How many were left out for one reason."""

    reason: str
    count: int
    meaning: str


class SplitCount(Struct, frozen=True, kw_only=True):
    """What a split holds; ``hours`` of sound."""

    rows: int
    learners: int
    hours: float


class Manifest(Struct, frozen=True, kw_only=True):
    """A finished dataset.

    ``position`` is the log's position up to which it was read, ``created`` the time of the event there: no clock of the
    machine comes in. ``sha256`` is over the paths and hashes of ``files`` without card and report. ``learners`` and
    ``forgotten`` are pseudonyms; the forgotten ones would have been in it. ``unended`` counts sessions that had no end
    yet, ``scrubbed`` rows from which something personal was taken out.
    """

    name: str
    version: str
    sha256: str
    spec: Spec
    position: int
    created: datetime
    code: str
    rows: int
    splits: dict[str, SplitCount]
    sessions: int
    unended: int
    scrubbed: int
    sessions_dropped: tuple[Left, ...]
    rows_dropped: tuple[Left, ...]
    learners: tuple[str, ...]
    forgotten: tuple[str, ...]
    files: tuple[File, ...]


def file_of(root: Path, path: Path) -> File:
    """A file with its hash."""
    whole = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return File(path=path.relative_to(root).as_posix(), size_bytes=path.stat().st_size, sha256=whole.hexdigest())


def files_in(root: Path) -> tuple[File, ...]:
    """The data of a dataset: every file but manifest, card and report, by path."""
    paths = (path for path in root.rglob("*") if path.is_file())
    relative = sorted(path.relative_to(root).as_posix() for path in paths)
    return tuple(file_of(root, root / each) for each in relative if each not in ABOUT and not each.startswith(BUILDING))


def digest_of(files: Iterable[File]) -> str:
    """The hash of a dataset: over the paths and hashes of its files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.sha256}  {file.path}\n".encode())
    return whole.hexdigest()


def left_out(counts: Mapping[str, int]) -> tuple[Left, ...]:
    """Counts by reason, in words, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Left(reason=reason, count=count, meaning=in_words(reason)) for reason, count in ordered)


def summed(made: Iterable[Made]) -> Made:
    """All shards together."""
    whole = Made()
    sessions_dropped, rows_dropped = Counter[str](), Counter[str]()
    for each in made:
        whole.sessions += each.sessions
        whole.unended += each.unended
        whole.scrubbed += each.scrubbed
        whole.forgotten |= each.forgotten
        whole.tally.merge(each.tally)
        sessions_dropped.update(each.sessions_dropped)
        rows_dropped.update(each.rows_dropped)
    whole.sessions_dropped, whole.rows_dropped = dict(sessions_dropped), dict(rows_dropped)
    return whole


def split_counts(tally: Tally, splits: Sequence[str]) -> dict[str, SplitCount]:
    """What each split holds."""
    learners = Counter(tally.learners.values())
    return {
        split: SplitCount(
            rows=tally.rows.get(split, 0),
            learners=learners[split],
            hours=round(tally.seconds.get(split, 0.0) / 3600, 4),
        )
        for split in splits
    }


def parts_of(split: str, rows: int, rows_a_part: int, shards: int) -> tuple[Part, ...]:
    """The parts of a split; their number hangs on its rows alone. The rows of each are not told yet."""
    count = min(shards, max(1, -(-rows // rows_a_part)))
    return tuple(Part(split=split, number=number, count=count) for number in range(count))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished dataset. Raises `DatasetUnreadable`."""
    try:
        data = DatasetFolder(folder).manifest.read_bytes()
    except OSError as error:
        raise DatasetUnreadable(folder, "there is no manifest.json") from error
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise DatasetUnreadable(folder, f"its manifest.json cannot be read: {error}") from error


def encoded(value: Any) -> bytes:
    """JSON for people and programs: indented, ended by a line feed."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"
