"""Lines that each part writes apart and that in the end make one file a split, in order or sorted.

Parts come in any order, from several processes, so each keeps its lines in files of its own until all are there.
"""

import heapq
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from replay.datasets.formats.writer import Part

_PARTS = ".parts"
_DONE = ".parts-gathered"


def keep_lines(folder: Path, part: Part, name: str, lines: Iterable[str]) -> None:
    """Keep a part's lines (without line feeds) for the file ``name`` of its split."""
    file = folder / _PARTS / f"{part.stem}.{name}"
    file.parent.mkdir(exist_ok=True)
    with open(file, "w", encoding="utf-8", newline="\n") as kept:
        kept.writelines(f"{line}\n" for line in lines)


def gather(folder: Path, parts: Sequence[Part], name: str, path: Path, *, merged: bool = False) -> None:
    """Make one split's file from what its parts kept; ``merged`` when each has sorted lines and the whole is to.

    Sorted by code points, which is the order of bytes in UTF-8 (LC_ALL=C). Does nothing after `gathered`.
    """
    if not (folder / _PARTS).exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    coming = path.with_name(f".{path.name}.coming")
    with ExitStack() as stack:
        found = [folder / _PARTS / f"{part.stem}.{name}" for part in parts]
        files = [stack.enter_context(open(each, encoding="utf-8", newline="\n")) for each in found if each.exists()]
        whole = stack.enter_context(open(coming, "w", encoding="utf-8", newline="\n"))
        whole.writelines(heapq.merge(*files) if merged else (line for file in files for line in file))
    coming.replace(path)


def gathered(folder: Path) -> None:
    """All files of all splits are there: what the parts kept goes."""
    if (folder / _PARTS).exists():
        # Renamed first: were it killed half-way, the next run would gather from what is left.
        shutil.rmtree(folder / _DONE, ignore_errors=True)
        (folder / _PARTS).rename(folder / _DONE)
    shutil.rmtree(folder / _DONE, ignore_errors=True)


def splits_of(parts: Sequence[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Each split with its parts, in order."""
    for split in dict.fromkeys(part.split for part in parts):
        yield split, sorted((part for part in parts if part.split == split), key=lambda part: part.number)
