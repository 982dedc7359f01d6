"""WebDataset: tar files whose entries of one name are one sample: its sound, and the rest as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from replay.datasets.formats.sound import file_id, sound_file
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row
from replay.errors import LibraryMissing


class WebDataset:
    """Writes ``SPLIT-…-of-….tar`` with the library's own writer; times, owners and rights in it are always the same."""

    parted = True

    def __init__(self) -> None:
        try:
            from webdataset.writer import TarWriter
        except ImportError as error:
            raise LibraryMissing("webdataset", "The WebDataset format") from error
        self._tar = TarWriter

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        with (
            open(folder / f"{part.stem}.tar", "wb") as file,
            self._tar(file, user="colloquy", group="colloquy", mtime=0, encoder=False) as tar,
        ):
            for row in rows:
                sample: dict[str, str | bytes] = {"__key__": file_id(row.id), "json": msgspec.json.encode(row)}
                if row.audio is not None:
                    sound = sound_file(row.audio, sounds)
                    sample[sound.suffix] = sound.data
                tar.write(sample)

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Nothing is common to all parts."""
