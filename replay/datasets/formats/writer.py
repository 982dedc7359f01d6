"""What every format fulfils: it writes the rows of one part of a split, then what the whole needs besides.

The same rows must give the same bytes wherever and whenever they are written: no clock, no random number, no path of
the machine, nothing that hangs on the order in which parts are written.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from replay.datasets.rows import Clip, Row


class Part(Struct, frozen=True, kw_only=True):
    """A stretch of a split, number ``number`` (from 0) of ``count``."""

    split: str
    number: int
    count: int

    @property
    def stem(self) -> str:
        """What its files are called, as at Hugging Face: ``train-00000-of-00004``."""
        return f"{self.split}-{self.number:05}-of-{self.count:05}"


class Sounds(Protocol):
    """Gives recordings."""

    def read(self, clip: Clip) -> bytes:
        """The whole recording that the clip lies in, as it was stored (FLAC, WAV, …).

        Raises `BlobMissing`, `BlobCorrupt` and the like; rows with such recordings have been left out already.
        """
        ...


class About(Struct, frozen=True, kw_only=True):
    """The dataset that is written: its name, kind, language (BCP 47), and the type of its columns.

    ``audio`` says that rows may have sound; ``measures`` are those that rows may have.
    """

    name: str
    kind: str
    language: str
    columns: type[Struct]
    audio: bool
    measures: tuple[str, ...] = ()


class Writer(Protocol):
    """One format.

    ``parted`` says whether the parts of a split may be separate files: then several processes write them at once, and
    a large split has many. Else a split is one part.
    """

    parted: bool

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """Write the files of one part into ``folder``, over those of an attempt that was cut short.

        Rows come in the order of the dataset and may be too many for the memory.
        """
        ...

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Write what belongs to all parts together, when all of them are there; a split without rows has no part."""
        ...
