"""Makes the tables of the views and puts generations in service. Folds nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from projections.prices import COLUMNS as PRICE_COLUMNS
from projections.prices import LOCAL
from projections.projection import PARTS, AnyProjection, Projection, part_of_learner, relations
from projections.tables import Relation, Table
from projections.views import Cursor, Dialect, placeholders

# Whoever changes these tables counts `projections.layout.LAYOUT` on and adds the step from the one before.
_TABLES = (
    """CREATE TABLE IF NOT EXISTS projections (
    name TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL, building INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS positions (
    name TEXT NOT NULL, generation INTEGER NOT NULL, part INTEGER NOT NULL, position BIGINT NOT NULL DEFAULT 0,
    folded BIGINT NOT NULL DEFAULT 0, parked BIGINT NOT NULL DEFAULT 0, skipped BIGINT NOT NULL DEFAULT 0,
    event TEXT NOT NULL DEFAULT '', PRIMARY KEY (name, generation, part))""",
    """CREATE TABLE IF NOT EXISTS parked (
    name TEXT NOT NULL, generation INTEGER NOT NULL, key TEXT NOT NULL, position BIGINT NOT NULL, error TEXT NOT NULL,
    learner TEXT NOT NULL, PRIMARY KEY (name, generation, key))""",
    """CREATE TABLE IF NOT EXISTS waiting (
    name TEXT NOT NULL, generation INTEGER NOT NULL, key TEXT NOT NULL, position BIGINT NOT NULL,
    PRIMARY KEY (name, generation, key, position))""",
    """CREATE TABLE IF NOT EXISTS left_out (
    name TEXT NOT NULL, position BIGINT NOT NULL, key TEXT NOT NULL, error TEXT NOT NULL, learner TEXT NOT NULL,
    PRIMARY KEY (name, position))""",
    """CREATE TABLE IF NOT EXISTS made (
    name TEXT NOT NULL, generation INTEGER NOT NULL, kind TEXT NOT NULL, made TEXT NOT NULL, learner INTEGER NOT NULL,
    PRIMARY KEY (name, generation, kind, made))""",
    """CREATE TABLE IF NOT EXISTS leases (
    part INTEGER PRIMARY KEY, owner TEXT NOT NULL, epoch BIGINT NOT NULL, lease_until DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS view_columns (
    view_name TEXT NOT NULL, place INTEGER NOT NULL, column_name TEXT NOT NULL, type TEXT NOT NULL,
    about TEXT NOT NULL, PRIMARY KEY (view_name, place))""",
)


def prepare(cursor: Cursor, dialect: Dialect, projections: Sequence[AnyProjection]) -> None:
    """Make what is not there yet."""
    for statement in _TABLES:
        cursor.execute(statement)
    cursor.executemany(
        "INSERT INTO leases VALUES (?,'',0,0) ON CONFLICT (part) DO NOTHING", [(part,) for part in range(PARTS)]
    )
    columns = ", ".join(f"{column.name} {dialect.types[column.kind]} NOT NULL" for column in PRICE_COLUMNS)
    cursor.execute(f"CREATE TABLE IF NOT EXISTS prices ({columns}, PRIMARY KEY (kind, engine))")
    cursor.executemany(
        f"INSERT INTO prices VALUES ({placeholders(PRICE_COLUMNS)}) ON CONFLICT (kind, engine) DO NOTHING", LOCAL
    )
    for projection in projections:
        added = cursor.execute(
            "INSERT INTO projections (name, version, generation) VALUES (?,?,1) ON CONFLICT (name) DO NOTHING",
            (projection.name, projection.version),
        )
        if added:
            make_generation(cursor, dialect, projection, 1)
            put_in_service(cursor, dialect, projection, 1)
        else:
            _document_anew(cursor, dialect, projection)


def own_name(name: str, generation: int) -> str:
    """The SQL name of a generation's table."""
    return f"{name}_{generation}"


def state_name(projection: str, generation: int) -> str:
    """The SQL name of the table that holds a fold's own views."""
    return f"views_of_{projection}_{generation}"


def make_generation(cursor: Cursor, dialect: Dialect, projection: AnyProjection, generation: int) -> None:
    """Empty tables for a generation, each part at position 0."""
    for table in projection.tables:
        _make_table(cursor, dialect, table, generation)
    made = [(own_name(table.name, generation), int(table.has_learner)) for table in projection.tables]
    if isinstance(projection, Projection):
        made.append((state_name(projection.name, generation), 1))
        own = state_name(projection.name, generation)
        cursor.execute(
            f"CREATE TABLE {own} (key TEXT PRIMARY KEY, learner TEXT NOT NULL, position BIGINT NOT NULL,"
            f" view {dialect.types['bytes']} NOT NULL)"
        )
        cursor.execute(f"CREATE INDEX {own}_by_learner ON {own} (learner, position)")
        _keep_no_samples(cursor, dialect, own, ("view",))
    cursor.executemany(
        "INSERT INTO positions (name, generation, part) VALUES (?,?,?)",
        [(projection.name, generation, part) for part in range(PARTS)],
    )
    cursor.executemany(
        "INSERT INTO made VALUES (?,?,'TABLE',?,?)", [(projection.name, generation, *each) for each in made]
    )


def _make_table(cursor: Cursor, dialect: Dialect, table: Table, generation: int) -> None:
    own = own_name(table.name, generation)
    keys = [column.name for column in table.columns[: table.keys]]
    columns = ", ".join(
        f"{column.name} {dialect.types[column.kind]}{' NOT NULL' if column.name in keys or column.merge else ''}"
        for column in table.columns
    )
    cursor.execute(f"CREATE TABLE {own} ({columns}, PRIMARY KEY ({', '.join(keys)}))")
    if table.has_learner and keys[0] != "learner":
        cursor.execute(f"CREATE INDEX {own}_by_learner ON {own} (learner)")
    _keep_no_samples(cursor, dialect, own, [column.name for column in table.columns if column.kind == "text"])


def _keep_no_samples(cursor: Cursor, dialect: Dialect, table: str, columns: Iterable[str]) -> None:
    """Values of these columns go with their rows: a learner's words must not outlive the learner in statistics."""
    if dialect.samples:
        for column in columns:
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def drop_generation(cursor: Cursor, name: str, generation: int) -> None:
    """Remove a generation that is not in service, whatever version of the fold made it."""
    made_here = "name=? AND generation=? AND kind='TABLE'"
    for (made,) in cursor.all(f"SELECT made FROM made WHERE {made_here}", (name, generation)):
        cursor.execute(f"DROP TABLE IF EXISTS {made}")
    cursor.execute(f"DELETE FROM made WHERE {made_here}", (name, generation))
    for table_name in ("positions", "parked", "waiting"):
        cursor.execute(f"DELETE FROM {table_name} WHERE name=? AND generation=?", (name, generation))


def forget(cursor: Cursor, name: str, learner: str, generations: Sequence[int]) -> None:
    """Delete what these generations of a projection hold of a learner."""
    for generation in generations:
        for (made,) in cursor.all(
            "SELECT made FROM made WHERE name=? AND generation=? AND kind='TABLE' AND learner=1", (name, generation)
        ):
            cursor.execute(f"DELETE FROM {made} WHERE learner=?", (learner,))
        keys = "SELECT key FROM parked WHERE parked.name=waiting.name AND parked.generation=waiting.generation"
        of_learner = f"name=? AND generation=? AND key IN ({keys} AND parked.learner=?)"
        waiting = cursor.execute(f"DELETE FROM waiting WHERE {of_learner}", (name, generation, learner))
        cursor.execute(
            "UPDATE positions SET parked=parked-?, skipped=skipped+? WHERE name=? AND generation=? AND part=?",
            (waiting, waiting, name, generation, part_of_learner(learner)),
        )
        cursor.execute("DELETE FROM parked WHERE name=? AND generation=? AND learner=?", (name, generation, learner))


def put_in_service(cursor: Cursor, dialect: Dialect, projection: AnyProjection, generation: int) -> None:
    """Let the names that analysts read show this generation, and document their columns.

    A view that keeps its columns is replaced in place, where the database can: grants and views upon it live on.
    """
    own = {table.name: own_name(table.name, generation) for table in projection.tables}
    shown = {relation.name: relation for relation in relations(projection)}
    for (name,) in cursor.all("SELECT made FROM made WHERE name=? AND kind='VIEW'", (projection.name,)):
        if not (dialect.replaces_views and name in shown and _has_columns(cursor, shown[name])):
            cursor.execute(f"DROP VIEW IF EXISTS {name}")
    cursor.execute("DELETE FROM made WHERE name=? AND kind='VIEW'", (projection.name,))
    create = "CREATE OR REPLACE VIEW" if dialect.replaces_views else "CREATE VIEW"
    for relation in shown.values():
        columns = ", ".join(column.name for column in relation.columns)
        if isinstance(relation, Table):
            select = f"SELECT {columns} FROM {own[relation.name]}"
        else:
            select = f"SELECT {columns} FROM ({relation.select.format(**own)}) AS summary"
        cursor.execute("INSERT INTO made VALUES (?,?,'VIEW',?,0)", (projection.name, generation, relation.name))
        cursor.execute(f"{create} {relation.name} AS {select}")
        _document(cursor, dialect, relation)


def _has_columns(cursor: Cursor, relation: Relation) -> bool:
    rows = cursor.all("SELECT column_name, type FROM view_columns WHERE view_name=? ORDER BY place", (relation.name,))
    return rows == [(column.name, column.kind) for column in relation.columns]


def _document_anew(cursor: Cursor, dialect: Dialect, projection: AnyProjection) -> None:
    """Bring the words about columns up to date where only they have changed since the views were made."""
    stored = cursor.all("SELECT view_name, column_name, type, about FROM view_columns ORDER BY view_name, place")
    for relation in relations(projection):
        found = [row[1:] for row in stored if row[0] == relation.name]
        wanted = [(column.name, column.kind, column.about) for column in relation.columns]
        if found != wanted and [row[:2] for row in found] == [row[:2] for row in wanted]:
            _document(cursor, dialect, relation)


def _document(cursor: Cursor, dialect: Dialect, relation: Relation) -> None:
    cursor.execute("DELETE FROM view_columns WHERE view_name=?", (relation.name,))
    cursor.executemany(
        "INSERT INTO view_columns VALUES (?,?,?,?,?)",
        [(relation.name, n, each.name, each.kind, each.about) for n, each in enumerate(relation.columns, 1)],
    )
    if dialect.comments:
        cursor.execute(f"COMMENT ON VIEW {relation.name} IS {_quoted(relation.about)}")
        for column in relation.columns:
            cursor.execute(f"COMMENT ON COLUMN {relation.name}.{column.name} IS {_quoted(column.about)}")


def _quoted(words: Any) -> str:
    return "'" + str(words).replace("'", "''") + "'"
