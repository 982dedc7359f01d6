"""Writes a view to a file, as Parquet or CSV, in constant memory."""

import csv
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from projections.catalogue import view_named
from projections.errors import AnalyticsMissing
from projections.tables import Column, Relation, Values
from projections.views import ViewStore

FORMATS = ("parquet", "csv")
GROUP = 10_000
"""Rows of a Parquet row group."""


def export(store: ViewStore, name: str, form: str, out: Path) -> int:
    """Write a view to ``out``, whole or not at all. Raises `AnalyticsMissing` where Parquet cannot be written."""
    _, relation = view_named(name)
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        count = write(store, relation, form, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    print(f"{name}: {count} rows in {out}")
    return 0


def write(store: ViewStore, relation: Relation, form: str, out: Path) -> int:
    """Write the rows, ordered by their first columns; how many there were."""
    columns = ", ".join(column.name for column in relation.columns)
    with store.reading() as cursor:
        rows = (
            tuple(convert(value) for convert, value in zip(_converters(relation.columns), row, strict=True))
            for row in cursor.each(f"SELECT {columns} FROM {relation.name} ORDER BY 1, 2")
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
