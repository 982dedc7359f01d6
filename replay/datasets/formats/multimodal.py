"""Text, sound as features, and timing in one row: Parquet, for models that read and listen at once.

Columns: id, learner, text, ``log_mel`` (frames of 10 ms by 80 bands), ``timing`` (tier, label, start_ms, end_ms: words,
phones and pauses as far as the row tells them), and the whole row as JSON. `datasets.load_dataset(FOLDER)` opens it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from replay.datasets.formats.arrow_types import library
from replay.datasets.formats.huggingface import write_readme
from replay.datasets.formats.log_mel import BANDS, Spectra, log_mel
from replay.datasets.formats.sound import samples_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row

GROUP_ROWS = 50
"""Rows in memory at a time: three seconds are 96 kB of features."""

_TIERS = (("words", "word", "text"), ("phonemes", "phone", "ipa"), ("pauses", "pause", ""))
"""Column, tier, and the field that labels its stretches."""


class MultiModal:
    """Writes ``SPLIT-…-of-….parquet`` and a README that names the splits."""

    parted = True

    def __init__(self) -> None:
        self._datasets = library()

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        from pyarrow.parquet import ParquetWriter

        heard = (row for row in rows if row.audio is not None)
        schema = self._features().arrow_schema
        writer: Any = None
        try:
            while group := list(islice(heard, GROUP_ROWS)):
                writer = writer or ParquetWriter(folder / f"{part.stem}.parquet", schema, compression="zstd")
                writer.write_table(_table(group, sounds, schema))
        finally:
            if writer is not None:
                writer.close()

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """The README."""
        write_readme(parts, folder, about)

    def _features(self) -> Any:
        datasets = self._datasets
        text, whole = datasets.Value("string"), datasets.Value("int32")
        return datasets.Features(
            {
                "id": text,
                "learner": text,
                "text": text,
                "log_mel": datasets.List(datasets.List(datasets.Value("float32"), length=BANDS)),
                "timing": datasets.List({"tier": text, "label": text, "start_ms": whole, "end_ms": whole}),
                "row": text,
            }
        )


def _table(rows: Sequence[Row], sounds: Sounds, schema: Any) -> Any:
    import pyarrow

    spectra = [log_mel(*samples_of(row.audio, sounds)) for row in rows if row.audio is not None]
    columns = {
        "id": [row.id for row in rows],
        "learner": [row.learner for row in rows],
        "text": [str(row.columns.get("text", row.columns.get("said", ""))) for row in rows],
        "log_mel": _nested(spectra),
        "timing": [_timing(row) for row in rows],
        "row": [msgspec.json.encode(row).decode() for row in rows],
    }
    arrays = [pyarrow.array(columns[field.name], type=field.type) for field in schema if field.name != "log_mel"]
    arrays.insert(schema.get_field_index("log_mel"), columns["log_mel"])
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _nested(spectra: Sequence[Spectra]) -> Any:
    """Lists of frames of 80, without a Python object for each number."""
    import pyarrow

    values = pyarrow.array(np.concatenate(spectra).ravel())
    offsets = np.concatenate(([0], np.cumsum([len(each) for each in spectra]))).astype(np.int32)
    return pyarrow.ListArray.from_arrays(offsets, pyarrow.FixedSizeListArray.from_arrays(values, BANDS))


def _timing(row: Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for column, tier, label in _TIERS:
        for each in row.columns.get(column) or ():
            if "start_ms" in each:  # rated words have no times
                found.append(_stretch(tier, each.get(label, ""), each))
            found += [
                _stretch("phone", phone["phone"], phone) for phone in each.get("phones", ()) if "start_ms" in phone
            ]
    return found


def _stretch(tier: str, label: str, times: dict[str, Any]) -> dict[str, Any]:
    return {"tier": tier, "label": label, "start_ms": times["start_ms"], "end_ms": times["end_ms"]}
