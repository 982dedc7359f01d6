"""What became of each forgetting since its key was destroyed, in an SQL database: the port `Aftermath`.

A destruction is told in the log, then all of the learner's events are gone through, then the files of log and keys and
those of the views are wiped. Each step has a mark of its own: what a kill or a full disk cut short is found by those.
"""

from collections.abc import Sequence
from typing import Any

from events.sealing.key_store import KEYS, TOLD, Database, Step, StoredKey, Telling, key_of

_FOLLOWED = (
    "EXISTS (SELECT 1 FROM destructions_followed AS followed WHERE followed.learner=learner_keys.learner"
    " AND followed.generation>=learner_keys.generation AND followed.{}=1)"
)
_SEARCHED = TOLD.format(" AND told.finished=1")
_LEFT: dict[Step, str] = {
    "search": f"NOT {_SEARCHED}",
    "log_files": f"{_SEARCHED} AND NOT {_FOLLOWED.format('log_files')}",
    "view_files": f"{TOLD.format('')} AND NOT {_FOLLOWED.format('view_files')}",
}
_NEWEST = (
    "SELECT told.learner, told.generation, COALESCE(place.position, 0) AS reached, COALESCE(place.event, '')"
    " FROM destructions_told AS told LEFT JOIN destructions_followed AS place"
    " ON place.learner=told.learner AND place.generation=told.generation"
    " ORDER BY CASE WHEN COALESCE(place.position, 0)=0 THEN 0 ELSE 1 END, reached DESC LIMIT 1"
)
_TELL = (
    "INSERT INTO destructions_followed VALUES (?,?,?,?,0,0)"
    " ON CONFLICT (learner, generation) DO UPDATE SET position=excluded.position, event=excluded.event"
)
_SEARCH = "INSERT INTO destructions_told VALUES (?,?,1) ON CONFLICT (learner, generation) DO UPDATE SET finished=1"


class SqlAftermath:
    """An `Aftermath` beside the keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, telling: Telling) -> None:
        """See `Aftermath.tell`."""
        place = (telling.learner, telling.generation)
        with self._database.writing() as cursor:
            cursor.run("INSERT INTO destructions_told VALUES (?,?,0) ON CONFLICT DO NOTHING", *place)
            cursor.run(_TELL, *place, telling.position, telling.event)

    def untell(self, telling: Telling) -> None:
        """See `Aftermath.untell`."""
        with self._database.writing() as cursor:
            for table in ("destructions_told", "destructions_followed"):
                statement = f"DELETE FROM {table} WHERE learner=? AND generation=?"
                cursor.run(statement, telling.learner, telling.generation)

    def newest(self) -> Telling | None:
        """See `Aftermath.newest`."""
        for learner, generation, position, event in self._read(_NEWEST):
            return Telling(learner=learner, generation=generation, position=position, event=event)
        return None

    def left(self, step: Step) -> tuple[StoredKey, ...]:
        """See `Aftermath.left`."""
        statement = f"{KEYS} WHERE destroyed IS NOT NULL AND {_LEFT[step]} ORDER BY learner, generation"
        return tuple({key.learner: key for key in map(key_of, self._read(statement))}.values())

    def done(self, keys: Sequence[StoredKey], step: Step) -> None:
        """See `Aftermath.done`."""
        statement = _SEARCH
        if step != "search":
            values = "?,?,0,'',1,0" if step == "log_files" else "?,?,0,'',0,1"
            statement = (
                f"INSERT INTO destructions_followed VALUES ({values})"
                f" ON CONFLICT (learner, generation) DO UPDATE SET {step}=1"
            )
        with self._database.writing() as cursor:
            for key in keys:
                cursor.run(statement, key.learner, key.generation)

    def _read(self, statement: str) -> Sequence[Sequence[Any]]:
        with self._database.reading() as cursor:
            return cursor.run(statement).rows if cursor is not None else ()
