"""Compares two generations of a projection: by a checksum, and key by key."""

import hashlib

from projections.projection import AnyProjection, Projection
from projections.schema import own_name, state_name
from projections.views import Cursor

MOST_KEYS = 1_000
"""Differing keys that are named."""


def checksum(cursor: Cursor, projection: AnyProjection, generation: int) -> str:
    """SHA-256 over all rows of all its tables in the order of their keys, as Python writes them.

    Bytes, which only the last column may hold, go as they are, preceded by their length.
    """
    digest = hashlib.sha256()
    for own, columns, keys in _contents(projection, generation):
        for row in cursor.each(f"SELECT {columns} FROM {own} ORDER BY {keys}"):
            if isinstance(row[-1], bytes):
                digest.update(b"%b%d:" % (repr(row[:-1]).encode(), len(row[-1])) + row[-1])
            else:
                digest.update(repr(row).encode())
    return digest.hexdigest()


def differing_keys(cursor: Cursor, projection: AnyProjection, one: int, other: int) -> tuple[str, ...]:
    """The first columns of rows that only one of the generations has, or has otherwise; of parked keys too."""
    found: set[str] = set()
    for (ours, columns, _), (theirs, _, _) in zip(
        _contents(projection, one), _contents(projection, other), strict=True
    ):
        first = columns.split(",")[0]
        left, right = f"SELECT {columns} FROM {ours}", f"SELECT {columns} FROM {theirs}"
        rows = cursor.all(
            f"SELECT DISTINCT CAST({first} AS TEXT) FROM (SELECT * FROM ({left} EXCEPT {right}) AS a"
            f" UNION ALL SELECT * FROM ({right} EXCEPT {left}) AS b) AS c ORDER BY 1 LIMIT {MOST_KEYS}"
        )
        found.update(row[0] for row in rows)
    return tuple(sorted(found)[:MOST_KEYS])


def key_count(cursor: Cursor, projection: AnyProjection, generation: int) -> int:
    """How many keys a generation holds, as `differing_keys` names them."""
    contents = _contents(projection, generation)
    if isinstance(projection, Projection):
        contents = contents[:1]  # a row for each key
    every = " UNION ".join(f"SELECT CAST({columns.split(',')[0]} AS TEXT) FROM {own}" for own, columns, _ in contents)
    ((count,),) = cursor.all(f"SELECT COUNT(*) FROM ({every}) AS keys")
    return int(count)


def _contents(projection: AnyProjection, generation: int) -> list[tuple[str, str, str]]:
    """Table, columns and keys of all that a generation holds."""
    found = []
    if isinstance(projection, Projection):
        found.append((state_name(projection.name, generation), "key, learner, position, view", "key"))
    for table in projection.tables:
        names = [column.name for column in table.columns]
        found.append((own_name(table.name, generation), ", ".join(names), ", ".join(names[: table.keys])))
    return found
