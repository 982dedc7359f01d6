"""Two datasets side by side: what they were asked to be, who and which rows came and went. Reads no log."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from replay.datasets.folders import DatasetFolder
from replay.datasets.manifest import Manifest, read_manifest
from replay.datasets.plan import SHARDS
from replay.datasets.tracing import lineage_in

EXAMPLES = 5


class Difference(Struct, frozen=True, kw_only=True):
    """From one dataset to another.

    ``asked`` are fields of spec, position and code with both values. ``changed`` rows have another lineage, ``moved``
    learners another split (there should be none); ``forgotten`` are those who are gone because they were forgotten.
    """

    same: bool
    asked: dict[str, tuple[Any, Any]]
    rows: tuple[int, int]
    added: int
    removed: int
    changed: int
    examples: dict[str, tuple[str, ...]]
    learners_added: tuple[str, ...]
    learners_removed: tuple[str, ...]
    forgotten: tuple[str, ...]
    moved: tuple[str, ...]


def compared(one: Path, other: Path) -> Difference:
    """What differs. Raises `DatasetUnreadable`. Holds one shard's row ids at a time."""
    first, second = read_manifest(one), read_manifest(other)
    counts = {"added": 0, "removed": 0, "changed": 0}
    examples: dict[str, list[str]] = {name: [] for name in counts}
    splits: tuple[dict[str, str], dict[str, str]] = {}, {}
    for shard in range(SHARDS):
        found: list[dict[str, object]] = []
        for folder, held in zip((one, other), splits, strict=True):
            lines = list(lineage_in(DatasetFolder(folder), shard))
            held.update((line.learner, line.split) for line in lines)
            found.append({line.id: line.lineage for line in lines})
        before, after = found
        differing = {
            "added": sorted(after.keys() - before.keys()),
            "removed": sorted(before.keys() - after.keys()),
            "changed": sorted(row for row in before.keys() & after.keys() if before[row] != after[row]),
        }
        for name, rows in differing.items():
            counts[name] += len(rows)
            examples[name] += rows[: EXAMPLES - len(examples[name])]
    gone = set(first.learners) - set(second.learners)
    return Difference(
        same=first.sha256 == second.sha256,
        asked=_asked(first, second),
        rows=(first.rows, second.rows),
        **counts,
        examples={name: tuple(rows) for name, rows in examples.items() if rows},
        learners_added=tuple(sorted(set(second.learners) - set(first.learners))),
        learners_removed=tuple(sorted(gone)),
        forgotten=tuple(sorted(gone.intersection(second.forgotten))),
        moved=tuple(sorted(each for each in splits[0].keys() & splits[1].keys() if splits[0][each] != splits[1][each])),
    )


def _asked(first: Manifest, second: Manifest) -> dict[str, tuple[Any, Any]]:
    """The fields with other values, ``spec.`` before those of the spec."""
    found: dict[str, tuple[Any, Any]] = {}
    for prefix, one, other in (("", first, second), ("spec.", first.spec, second.spec)):
        names = ("position", "code") if not prefix else type(one).__struct_fields__
        for name in names:
            pair = msgspec.to_builtins((getattr(one, name), getattr(other, name)))
            if pair[0] != pair[1]:
                found[prefix + name] = (pair[0], pair[1])
    return found
