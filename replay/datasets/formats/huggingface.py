"""Hugging Face datasets: Parquet files that `datasets.load_dataset(FOLDER)` opens with splits and an Audio column."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay.datasets.formats.arrow_types import features_of, library
from replay.datasets.formats.sound import file_id, sound_file
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.manifest import VERSION_LENGTH, digest_of, files_in
from replay.datasets.row_files import next_rows
from replay.datasets.rows import Row

TEXT_ROWS, SOUND_ROWS = 2_000, 100
"""Rows of a group, the unit that is held in memory: a hundred utterances are about 10 MB."""
LONGEST_NAME = 60
"""Characters of a dataset's name in that of its configuration, which becomes a folder of the cache."""


class HuggingFace:
    """Writes ``SPLIT-…-of-….parquet`` and a README that names the splits.

    Columns: id, learner, audio where the rows have sound, the kind's own, then lineage and measures.
    """

    parted = True

    def __init__(self) -> None:
        self._datasets = library()

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        from pyarrow import Table
        from pyarrow.parquet import ParquetWriter

        schema: Any = None
        writer: Any = None
        file = folder / f"{part.stem}.parquet"
        try:
            while group := next_rows(rows, SOUND_ROWS if about.audio else TEXT_ROWS):
                if writer is None:
                    schema = self._features(about).arrow_schema
                    writer = ParquetWriter(file, schema, compression="zstd")
                cells = [_cells(row, sounds, audio=about.audio) for row in group]
                writer.write_table(Table.from_pylist(cells, schema=schema))
        finally:
            if writer is not None:
                writer.close()

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """The README."""
        write_readme(parts, folder, about)

    def _features(self, about: About) -> Any:
        datasets = self._datasets
        text, texts = datasets.Value("string"), datasets.List(datasets.Value("string"))
        figures = {name: datasets.Value("float64") for name in sorted(about.measures)}
        return datasets.Features(
            {"id": text, "learner": text}
            | ({"audio": datasets.Audio()} if about.audio else {})
            | features_of(about.columns)
            | {"lineage": {"stream": text, "events": texts, "types": texts, "engines": texts, "consent": text}}
            | ({"quality": figures} if figures else {})
        )


def write_readme(parts: Sequence[Part], folder: Path, about: About) -> None:
    """Name the splits: without it they would be guessed from the files' names.

    The configuration is named after the folder's data, for the dataset's own version hangs on this file too.
    """
    digest = digest_of(files_in(folder))[:VERSION_LENGTH]
    splits = dict.fromkeys(part.split for part in parts)
    lines = ["---", *configuration(about.name, digest, {split: f"{split}-*.parquet" for split in splits})]
    lines += ["---", "", f"# {about.name}", "", f"{about.kind}; `datasets.load_dataset` of this folder opens it.", ""]
    (folder / "README.md").write_text("\n".join(lines), "utf-8")


def configuration(name: str, version: str, paths: Mapping[str, str]) -> list[str]:
    """The lines of a card's header that tell `load_dataset` where each split lies.

    Hugging Face knows rows in its cache by the folder's last name, the configuration's name and the patterns, not by
    what is in the files: of two datasets with a configuration "default" it would give the rows of the first for both.
    """
    named = json.dumps(f"{name[:LONGEST_NAME]}-{version}", ensure_ascii=False)
    lines = ["configs:", f"- config_name: {named}", "  default: true", "  data_files:"]
    for split, path in paths.items():
        lines += [f"  - split: {split}", f"    path: {path}"]
    return lines


def _cells(row: Row, sounds: Sounds, *, audio: bool) -> dict[str, Any]:
    cells: dict[str, Any] = {"id": row.id, "learner": row.learner, **row.columns}
    if audio and row.audio is not None:
        sound = sound_file(row.audio, sounds)
        cells["audio"] = {"bytes": sound.data, "path": f"{file_id(row.id)}.{sound.suffix}"}
    return cells | {"lineage": msgspec.to_builtins(row.lineage), "quality": row.quality}
