"""Folds a projection again from the first event, beside the one in service, and changes places with it if both agree.

Works while a runner folds into the same file: the new table is filled without holding anything up, and only the last
few events, the comparison and the change of places happen in one transaction.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from events.log import EventLog
from projections.errors import RebuildDiffers, RebuildOvertaken, ViewsUnavailable
from projections.fold import Fold
from projections.projection import Projection
from projections.views import ViewStore, make_table, put_in_service, table, write_rows

PAGE = 500

Step = Callable[[int, int], None]
"""Called with the position reached and the position to reach."""


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild gave: the checksum of the new views and of those that were in service, to the same position."""

    name: str
    position: int
    views: int
    checksum: str
    replaced: str


def rebuild(
    log: EventLog,
    store: ViewStore,
    projection: Projection[Any],
    *,
    accept: bool = False,
    step: Step = lambda reached, end: None,
) -> Rebuilt:
    """Rebuild and put in service. Raises `RebuildDiffers`, and changes nothing, when the views are not the same.

    ``accept`` puts them in service all the same: for a fold that was changed on purpose. Raises `RebuildOvertaken`
    when another rebuild of the same projection begins meanwhile.
    """
    building = _Building(log, store, projection)
    end = store.standing(projection.name).position
    while building.position < end:
        building.advance(end)
        step(building.position, end)
    return building.finish(accept=accept)


class _Building:
    """A generation that is being filled."""

    def __init__(self, log: EventLog, store: ViewStore, projection: Projection[Any]) -> None:
        self.position = 0
        self._log = log
        self._store = store
        self._projection = projection
        self._name = projection.name
        with store.transaction() as cursor:
            self._generation = self._begin(cursor)
        self._fold = Fold(projection, lambda key: store.stored(self._name, self._generation, key))

    def _begin(self, cursor: sqlite3.Cursor) -> int:
        """A new generation; what an earlier rebuild left behind is cleared away."""
        row = cursor.execute("SELECT generation, building FROM projections WHERE name=?", (self._name,)).fetchone()
        in_service, abandoned = row
        if abandoned:
            _drop(cursor, self._name, abandoned)
        generation = max(in_service, abandoned) + 1
        cursor.execute("UPDATE projections SET building=? WHERE name=?", (generation, self._name))
        make_table(cursor, self._name, generation)
        return int(generation)

    def advance(self, end: int) -> None:
        """Fold one page, not beyond ``end``, in a transaction of its own."""
        with self._store.transaction() as cursor:
            self._check_not_overtaken(cursor)
            self._fold_page(cursor, end)

    def _fold_page(self, cursor: sqlite3.Cursor, end: int) -> None:
        page = self._log.tail(self.position, limit=PAGE)
        if not page:
            raise ViewsUnavailable(f"they were folded to position {end}, but the log ends at {self.position}")
        page = tuple(recorded for recorded in page if (recorded.position or 0) <= end)
        folded = self._fold.apply(page)
        write_rows(cursor, self._name, self._generation, folded.rows, folded.parked, folded.forgotten)
        self.position = folded.position

    def finish(self, *, accept: bool) -> Rebuilt:
        """Fold what has come meanwhile, compare, change places."""
        with self._store.transaction() as cursor:
            self._check_not_overtaken(cursor)
            end, old = cursor.execute(
                "SELECT position, generation FROM projections WHERE name=?", (self._name,)
            ).fetchone()
            while self.position < end:
                self._fold_page(cursor, end)
            rebuilt = Rebuilt(
                name=self._name,
                position=self.position,
                views=cursor.execute(f"SELECT COUNT(*) FROM {table(self._name, self._generation)}").fetchone()[0],
                checksum=checksum(cursor, self._name, self._generation),
                replaced=checksum(cursor, self._name, old),
            )
            differing = () if rebuilt.checksum == rebuilt.replaced else self._differing(cursor, old)
            wanted = accept or not differing
            _drop(cursor, self._name, old if wanted else self._generation)
            if wanted:
                put_in_service(cursor, self._name, self._generation)
                cursor.execute(
                    "UPDATE projections SET generation=?, version=? WHERE name=?",
                    (self._generation, self._projection.version, self._name),
                )
            cursor.execute("UPDATE projections SET building=0 WHERE name=?", (self._name,))
        if not wanted:
            raise RebuildDiffers(self._name, rebuilt.position, differing)
        return rebuilt

    def _check_not_overtaken(self, cursor: sqlite3.Cursor) -> None:
        row = cursor.execute("SELECT building FROM projections WHERE name=?", (self._name,)).fetchone()
        if row[0] != self._generation:
            raise RebuildOvertaken(self._name)

    def _differing(self, cursor: sqlite3.Cursor, old: int) -> tuple[str, ...]:
        ours, theirs = table(self._name, self._generation), table(self._name, old)
        rows = cursor.execute(
            f"SELECT DISTINCT key FROM (SELECT * FROM (SELECT * FROM {ours} EXCEPT SELECT * FROM {theirs})"
            f" UNION ALL SELECT * FROM (SELECT * FROM {theirs} EXCEPT SELECT * FROM {ours})) ORDER BY key"
        )
        return tuple(row[0] for row in rows)


def checksum(cursor: sqlite3.Cursor, name: str, generation: int) -> str:
    """SHA-256 over all rows in the order of their keys; each field is preceded by its length."""
    digest = hashlib.sha256()
    # A hand that edits the file leaves text where there were bytes; that must be told, not stumbled over.
    statement = f"SELECT key, learner, position, CAST(view AS BLOB) FROM {table(name, generation)} ORDER BY key"
    for row in cursor.execute(statement):
        for field in (row[0].encode(), row[1].encode(), str(row[2]).encode(), bytes(row[3])):
            digest.update(b"%d:" % len(field) + field)
    return digest.hexdigest()


def _drop(cursor: sqlite3.Cursor, name: str, generation: int) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {table(name, generation)}")
    cursor.execute("DELETE FROM parked WHERE projection=? AND generation=?", (name, generation))
