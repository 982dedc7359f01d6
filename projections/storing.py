"""Reads and writes views, positions and parked keys in a transaction, the same way in every database."""

from collections.abc import Mapping
from typing import Any

from projections.folded import Count, Folded, Parked
from projections.projection import AnyProjection, Projection
from projections.schema import forget, own_name, state_name
from projections.tables import Column, Table
from projections.views import Cursor, Dialect, Standing, placeholders

_STANDING = (
    "SELECT name, version, generation, building, kept, revision,"
    " (SELECT MIN(position) FROM positions WHERE positions.name=projections.name"
    " AND positions.generation=projections.generation) FROM projections"
)


def standing_of(cursor: Cursor, name: str, lock: str = "") -> Standing | None:
    """How far a projection is; ``lock`` is one of the dialect's."""
    for row in cursor.all(f"{_STANDING} WHERE name=?{lock}", (name,)):
        return _standing(row)
    return None


def all_standings(cursor: Cursor, lock: str = "") -> dict[str, Standing]:
    """How far each projection is, by name."""
    return {row[0]: _standing(row) for row in cursor.all(f"{_STANDING} ORDER BY name{lock}")}


def _standing(row: tuple[Any, ...]) -> Standing:
    name, version, generation, building, kept, revision, position = row
    return Standing(
        name=name,
        version=version,
        generation=generation,
        position=position or 0,
        building=building,
        kept=kept,
        revision=revision,
    )


def positions_of(cursor: Cursor, name: str, generation: int) -> dict[int, int]:
    """How far each part is."""
    rows = cursor.all("SELECT part, position FROM positions WHERE name=? AND generation=?", (name, generation))
    return {row[0]: row[1] for row in rows}


def parked_keys(cursor: Cursor, name: str, generation: int) -> tuple[Parked, ...]:
    """The keys that are folded no further."""
    statement = "SELECT key, position, error, learner FROM parked WHERE name=? AND generation=? ORDER BY position, key"
    return tuple(Parked(*row) for row in cursor.all(statement, (name, generation)))


def waiting_in_service(cursor: Cursor, name: str) -> list[int]:
    """Positions of the events that wait for parked keys, in their order."""
    rows = cursor.all(
        "SELECT position FROM waiting JOIN projections ON projections.name=waiting.name"
        " AND projections.generation=waiting.generation WHERE waiting.name=? ORDER BY position",
        (name,),
    )
    return [row[0] for row in rows]


def left_out(cursor: Cursor, name: str) -> frozenset[int]:
    """Positions of events that somebody decided to leave out of a projection."""
    return frozenset(row[0] for row in cursor.all("SELECT position FROM left_out WHERE name=?", (name,)))


def stored_view(cursor: Cursor, name: str, generation: int, key: str) -> bytes | None:
    """The JSON of a key's view."""
    for row in cursor.all(f"SELECT view FROM {state_name(name, generation)} WHERE key=?", (key,)):
        return bytes(row[0])
    return None


def stored_views(cursor: Cursor, name: str, generation: int, after: str | None, limit: int) -> list[tuple[str, bytes]]:
    """Up to ``limit`` keys and the JSON of their views, in the order of the keys, behind the key ``after`` if given."""
    behind, parameters = ("", ()) if after is None else (" WHERE key>?", (after,))
    rows = cursor.all(
        f"SELECT key, view FROM {state_name(name, generation)}{behind} ORDER BY key LIMIT {limit}", parameters
    )
    return [(key, bytes(view)) for key, view in rows]


def forget_everywhere(cursor: Cursor, name: str, folded: Folded) -> None:
    """Delete what any generation holds of forgotten learners, the one in service and those beside it."""
    for learner in folded.forgotten:
        generations = [row[0] for row in cursor.all("SELECT DISTINCT generation FROM made WHERE name=?", (name,))]
        forget(cursor, name, learner, generations)
        cursor.execute("UPDATE left_out SET key='', error='', learner='' WHERE name=? AND learner=?", (name, learner))


def write_folded(cursor: Cursor, dialect: Dialect, projection: AnyProjection, generation: int, folded: Folded) -> None:
    """Store what some events changed in a generation; the positions are written apart."""
    name = projection.name
    for learner in folded.forgotten:
        forget(cursor, name, learner, [generation])
    for table in projection.tables:
        own = own_name(table.name, generation)
        if deleted := folded.deletes.get(table.name):
            where = " AND ".join(f"{column.name}=?" for column in table.columns[: table.keys])
            cursor.executemany(f"DELETE FROM {own} WHERE {where}", deleted)
        if changed := folded.upserts.get(table.name):
            cursor.executemany(_upsert(own, table, dialect), changed)
    if folded.rows and isinstance(projection, Projection):
        cursor.executemany(
            f"INSERT INTO {state_name(name, generation)} VALUES (?,?,?,?) ON CONFLICT (key) DO UPDATE SET"
            " learner=excluded.learner, position=excluded.position, view=excluded.view",
            [(row.key, row.learner, row.position, row.view) for row in folded.rows],
        )
    if folded.parked:
        cursor.executemany(
            "INSERT INTO parked VALUES (?,?,?,?,?,?) ON CONFLICT (name, generation, key) DO UPDATE SET"
            " position=excluded.position, error=excluded.error, learner=excluded.learner",
            [(name, generation, each.key, each.position, each.error, each.learner) for each in folded.parked],
        )
    if folded.waiting:
        cursor.executemany(
            "INSERT INTO waiting VALUES (?,?,?,?)",
            [(name, generation, each.key, each.position) for each in folded.waiting],
        )


def _upsert(own: str, table: Table, dialect: Dialect) -> str:
    keys = ", ".join(column.name for column in table.columns[: table.keys])
    changes = ", ".join(f"{column.name}={_joined(own, column, dialect)}" for column in table.columns[table.keys :])
    return f"INSERT INTO {own} VALUES ({placeholders(table.columns)}) ON CONFLICT ({keys}) DO " + (
        f"UPDATE SET {changes}" if changes else "NOTHING"
    )


def _joined(own: str, column: Column, dialect: Dialect) -> str:
    stored, new = f"{own}.{column.name}", f"excluded.{column.name}"
    match column.merge:
        case "sum":
            return f"{stored}+{new}"
        case "min":
            return f"{dialect.least}({stored},{new})"
        case "max":
            return f"{dialect.greatest}({stored},{new})"
        case _:
            return new


def move_positions(
    cursor: Cursor,
    name: str,
    generation: int,
    moves: Mapping[int, tuple[int, int]],
    counts: Mapping[int, Count],
    event: str = "",
) -> bool:
    """Move parts from a position to another and add to their counts; False if one was not where it should be.

    ``event`` is the id of the event that they are moved to (see `projections.origin`).
    """
    nothing = Count()
    rows = []
    for part, (before, after) in moves.items():
        count = counts.get(part, nothing)
        figures = (count.folded, count.parked, count.skipped)
        rows.append((after, *figures, after, event, name, generation, part, before))
    moved = cursor.executemany(
        "UPDATE positions SET position=?, folded=folded+?, parked=parked+?, skipped=skipped+?,"
        " event=CASE WHEN position=? THEN event ELSE ? END"
        " WHERE name=? AND generation=? AND part=? AND position=?",
        rows,
    )
    return moved == len(rows)
