"""Writes views to files, as Parquet or CSV, in constant memory."""

import csv
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from projections.catalogue import PROJECTIONS, view_named
from projections.errors import AnalyticsMissing, ExportUnwritable
from projections.projection import relations
from projections.tables import Column, Relation, Values
from projections.views import Cursor, ViewStore
from projections.wording import counted

FORMATS = ("parquet", "csv")
ORDERED_BY = 4
"""No view has more columns in its key, so that equal views give equal files."""
GROUP = 10_000
"""Rows of a Parquet row group."""


def export(store: ViewStore, name: str, form: str, out: Path) -> int:
    """Write a view to the file ``out``, or all views (``name`` is "") to files of their names in the folder ``out``.

    All show one moment, and none is there before all are whole. Raises `ViewUnknown`, `ExportUnwritable`, and
    `AnalyticsMissing` where Parquet cannot be written.
    """
    try:
        files = _files(name, form, out)
        counts = _write_all(store, files, form)
    except OSError as error:
        raise ExportUnwritable(str(out), error.strerror or str(error)) from error
    for (relation, file), count in zip(files.items(), counts, strict=True):
        print(f"{relation.name}: {counted(count, 'row')} in {file}")
    return 0


def _write_all(store: ViewStore, files: dict[Relation, Path], form: str) -> list[int]:
    """Write each view beside its file, then put all in their places; how many rows each has."""
    partial = {file: file.with_name(f".{file.name}.{os.getpid()}") for file in files.values()}
    try:
        with store.reading() as cursor:
            counts = [_write(cursor, relation, form, partial[file]) for relation, file in files.items()]
        for file, whole in partial.items():
            whole.replace(file)
    finally:
        for unfinished in partial.values():
            unfinished.unlink(missing_ok=True)
    return counts


def _files(name: str, form: str, out: Path) -> dict[Relation, Path]:
    if name:
        _, relation = view_named(name)
        return {relation: out / f"{name}.{form}" if out.is_dir() else out}
    out.mkdir(parents=True, exist_ok=True)
    return {each: out / f"{each.name}.{form}" for projection in PROJECTIONS for each in relations(projection)}


def _write(cursor: Cursor, relation: Relation, form: str, out: Path) -> int:
    """Write the rows, ordered by their first columns; how many there were."""
    columns = ", ".join(column.name for column in relation.columns)
    order = ", ".join(str(place) for place in range(1, min(len(relation.columns), ORDERED_BY) + 1))
    converters = _converters(relation.columns)
    rows = (
        tuple(convert(value) for convert, value in zip(converters, row, strict=True))
        for row in cursor.each(f"SELECT {columns} FROM {relation.name} ORDER BY {order}")
    )
    return _write_csv(relation, rows, out) if form == "csv" else _write_parquet(relation, rows, out)


def _write_csv(relation: Relation, rows: Iterator[Values], out: Path) -> int:
    count = 0
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in relation.columns])
        for row in rows:
            writer.writerow([value.isoformat() if isinstance(value, date) else value for value in row])
            count += 1
    return count


def _write_parquet(relation: Relation, rows: Iterator[Values], out: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise AnalyticsMissing from error
    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "real": pa.float64(),
        "day": pa.date32(),
        "time": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema(
        [pa.field(each.name, types[each.kind], metadata={"about": each.about}) for each in relation.columns],
        metadata={"about": relation.about},
    )
    count = 0
    with pq.ParquetWriter(out, schema) as writer:
        while group := list(islice(rows, GROUP)):
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))
            count += len(group)
    return count


def _converters(columns: tuple[Column, ...]) -> list[Callable[[Any], Any]]:
    """SQLite gives days and moments as text, PostgreSQL as themselves."""
    ways: dict[str, Callable[[Any], Any]] = {"day": _day, "time": _moment}
    return [ways.get(column.kind, _as_it_is) for column in columns]


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _as_it_is(value: Any) -> Any:
    return value
