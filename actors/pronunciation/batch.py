"""A manifest assessed line by line into a file, in its order, in constant memory; what an earlier run wrote is kept.

Who computes is handed in: see `Assessors`.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from actors.pronunciation.assessor import Assessed, Assessor
from actors.pronunciation.manifest import Ask, Failed, Id, read_manifest

RESULT = b'{"id":'
"""How a line of results begins."""


class Assessors(Protocol):
    """One or more `Assessor`s."""

    def assess(self, asks: Iterable[Ask]) -> Iterator[Assessed | Failed]:
        """Of each its answer, in order, each as soon as it and all before it are there."""
        ...


class InProcess:
    """One assessor, in this process."""

    def __init__(self, assessor: Assessor) -> None:
        self._assessor = assessor

    def assess(self, asks: Iterable[Ask]) -> Iterator[Assessed | Failed]:
        return map(self._assessor.assess, asks)


class Nobody:
    """For when nothing is left to assess."""

    def assess(self, asks: Iterable[Ask]) -> Iterator[Assessed | Failed]:
        return iter(())


class Tally(Struct, frozen=True, kw_only=True):
    """Lines that were assessed, and that failed."""

    assessed: int = 0
    failed: int = 0

    @property
    def lines(self) -> int:
        return self.assessed + self.failed

    def with_line(self, *, failed: bool) -> "Tally":
        return Tally(assessed=self.assessed + (not failed), failed=self.failed + failed)


class NotResults(Exception):
    """The file holds something else than the first results of this manifest: name another, or give --replace."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.file = file

    def __str__(self) -> str:
        return f"{self.file} holds no results of this manifest: name another file, or --replace what is in it"


class _Told(Struct, frozen=True, kw_only=True):
    """What is read of a line that is there already; a result has one of the last two."""

    id: Id
    scores: dict[str, float] | None = None
    failed: str | None = None


def kept(manifest: Path, out: Path) -> tuple[Tally, int]:
    """The lines at the front of OUT that have the ids of the manifest's, in order, and the bytes that they take.

    A line that a killed run did not finish is not kept. Raises `NotResults`, OSError.
    """
    if not out.exists():
        return Tally(), 0
    tally, size = Tally(), 0
    with out.open("rb") as lines:
        for data, asked in zip(lines, read_manifest(manifest), strict=False):
            told = _told(data)
            if told is None or told.id != asked.id:
                if not size and not _cut_off(data):  # nothing of it is ours
                    raise NotResults(out)
                break
            tally, size = tally.with_line(failed=told.failed is not None), size + len(data)
    return tally, size


def run(
    manifest: Path, out: Path, assessors: Assessors, begun: tuple[Tally, int], show: Callable[[int], None]
) -> Tally:
    """Write what is not there yet, a line at a time; ``begun`` is as `kept` gives it, ``show`` is told the lines there.

    Raises OSError.
    """
    tally, size = begun
    with out.open("ab") as file:
        file.truncate(size)
        for answer in _answers(islice(read_manifest(manifest), tally.lines, None), assessors):
            file.write(msgspec.json.encode(answer) + b"\n")
            file.flush()
            tally = tally.with_line(failed=isinstance(answer, Failed))
            show(tally.lines)
    return tally


def _answers(lines: Iterable[Ask | Failed], assessors: Assessors) -> Iterator[Assessed | Failed]:
    """What failed before it was asked stands where it was."""
    for failed, group in groupby(lines, lambda line: isinstance(line, Failed)):
        if failed:
            yield from (line for line in group if isinstance(line, Failed))
        else:
            yield from assessors.assess(line for line in group if isinstance(line, Ask))


def _cut_off(data: bytes) -> bool:
    """Whether it can be the beginning of a line that a killed run wrote."""
    return not data.endswith(b"\n") and (data.startswith(RESULT) or RESULT.startswith(data))


def _told(data: bytes) -> _Told | None:
    if not data.endswith(b"\n"):
        return None
    try:
        told = msgspec.json.decode(data, type=_Told)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return told if told.scores is not None or told.failed is not None else None
