"""Plain JSON lines: every row as it is, with lineage and measures; for looking at, and for programs of one's own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row


class JsonLines:
    """Writes ``SPLIT-….jsonl``; sounds are named by their blobs, not copied."""

    parted = True

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        encoder = msgspec.json.Encoder()
        with open(folder / f"{part.stem}.jsonl", "wb") as file:
            for row in rows:
                file.write(encoder.encode(row) + b"\n")

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Nothing is common to all parts."""
