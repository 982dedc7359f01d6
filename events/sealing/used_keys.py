"""What a log knows of the learners' keys: of each learner the newest that its events are sealed with.

It lies beside the events, apart from the key store. So a store that comes from an older backup is found out before a
new key takes the number of a lost one. A key is noted when it is in the store, and before it seals anything: whatever
is noted was in the store once.

A log from before this was kept is looked through when the first key is noted: the last event of each session, which is
sealed if any is, and all of the learners' own streams.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from events.errors import LogUnavailable
from events.learner import stream_of
from events.sealing.errors import KeysUnavailable
from events.sealing.key_store import Cursor, Database

PAGE = 500
OWN = stream_of("")
"""How the names of the learners' own streams begin."""
TABLES = (
    "CREATE TABLE IF NOT EXISTS keys_used (learner TEXT NOT NULL PRIMARY KEY, generation INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS last_key_used (id INTEGER PRIMARY KEY CHECK (id = 1), learner TEXT NOT NULL,"
    " generation INTEGER NOT NULL)",
)
"""The row of ``last_key_used`` is there when ``keys_used`` is complete."""
LAST_TABLE = "last_key_used"
"""The last that is made of what is kept beside the events: if it is there, all are."""
_NOTE = (
    "INSERT INTO keys_used VALUES (?,?) ON CONFLICT (learner) DO UPDATE SET generation=excluded.generation"
    " WHERE keys_used.generation < excluded.generation"
)
_LAST = (
    "INSERT INTO last_key_used VALUES (1,?,?)"
    " ON CONFLICT (id) DO UPDATE SET learner=excluded.learner, generation=excluded.generation"
)
_LAST_OF_STREAMS = """
WITH RECURSIVE names (name, number) AS (
    SELECT MIN(originator_id), 1 FROM events WHERE originator_id > ?
    UNION ALL
    SELECT (SELECT MIN(originator_id) FROM events WHERE originator_id > name), number + 1
    FROM names WHERE name IS NOT NULL AND number < ?
)
SELECT originator_id, state FROM names JOIN events ON originator_id = name
    AND originator_version = (SELECT MAX(each.originator_version) FROM events AS each WHERE each.originator_id = name)
ORDER BY originator_id
"""
_STREAM = "SELECT state FROM events WHERE originator_id=?"


class UsedKeys(Protocol):
    """What a log knows of the keys. Every method raises `LogUnavailable`."""

    def newest(self, learner: str) -> int:
        """The number of the newest key that events of the learner may be sealed with, 0 for none."""
        ...

    def last(self) -> tuple[str, int]:
        """Learner and number of the key that came into use last; a number of 0 for none."""
        ...

    def note(self, learner: str, generation: int) -> bool:
        """Keep that events may be sealed with a key from now on; False, and nothing done, where there is no log yet."""
        ...


class NoLog:
    """`UsedKeys` of keys without a log beside them."""

    def newest(self, learner: str) -> int:
        """See `UsedKeys.newest`."""
        return 0

    def last(self) -> tuple[str, int]:
        """See `UsedKeys.last`."""
        return "", 0

    def note(self, learner: str, generation: int) -> bool:
        """See `UsedKeys.note`."""
        return True


class SqlUsedKeys:
    """`UsedKeys` in the log's own SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._complete = False

    def newest(self, learner: str) -> int:
        """See `UsedKeys.newest`."""
        rows = self._read("SELECT generation FROM keys_used WHERE learner=?", learner)
        return int(rows[0][0]) if rows else 0

    def last(self) -> tuple[str, int]:
        """See `UsedKeys.last`."""
        rows = self._read("SELECT learner, generation FROM last_key_used")
        return (rows[0][0], int(rows[0][1])) if rows else ("", 0)

    def note(self, learner: str, generation: int) -> bool:
        """See `UsedKeys.note`."""
        with _errors_of_the_log():
            if not self._completed():
                return False
            with self._database.writing() as cursor:
                if cursor.run(_NOTE, learner, generation).changed:
                    cursor.run(_LAST, learner, generation)
        return True

    def _read(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        with _errors_of_the_log():
            if not self._completed():
                return ()
            with self._database.reading() as cursor:
                return cursor.run(statement, *parameters).rows if cursor is not None else ()

    def _completed(self) -> bool:
        """Look through a log from before this was kept, if nobody has; False where there is no log."""
        if self._complete:
            return True
        with self._database.reading() as cursor:
            if cursor is None or not cursor.run(self._database.table_named, "events").rows:
                return False
            if cursor.run("SELECT 1 FROM last_key_used").rows:
                self._complete = True
                return True
            newest, last = _looked_through(cursor)
        with self._database.writing() as cursor:
            for key in newest.items():
                cursor.run(_NOTE, *key)
            cursor.run("INSERT INTO last_key_used VALUES (1,?,?) ON CONFLICT DO NOTHING", *last)
        self._complete = True
        return True


class _Sealed(Struct, frozen=True):
    learner_key: int = 0


class _Stored(Struct, frozen=True):
    """What is read of a stored event: see `events.codec` and `events.sealing.codec`."""

    time: datetime
    learner: str
    data: _Sealed


def _looked_through(cursor: Cursor) -> tuple[dict[str, int], tuple[str, int]]:
    """The newest key of each learner that the log holds events of, and the key that came into use last."""
    newest: dict[str, int] = {}
    begun: dict[tuple[str, int], datetime] = {}
    for stored in _sealed_events(cursor):
        learner, generation = key = stored.learner, stored.data.learner_key
        newest[learner] = max(newest.get(learner, 0), generation)
        begun[key] = min(begun.get(key, stored.time), stored.time)
    return newest, max(begun, key=begun.__getitem__, default=("", 0))


def _sealed_events(cursor: Cursor) -> Iterator[_Stored]:
    """Of each stream at least one event that is sealed, if any is; those that are damaged are passed over."""
    decoder, after = msgspec.json.Decoder(_Stored), ""
    while page := cursor.run(_LAST_OF_STREAMS, after, PAGE).rows:
        after = page[-1][0]
        for stream, last in page:
            own = cursor.run(_STREAM, stream).rows if stream.startswith(OWN) else ()
            for state in (last, *(each for (each,) in own)):
                with suppress(msgspec.DecodeError, UnicodeDecodeError, TypeError):
                    stored = decoder.decode(state)
                    if stored.learner and stored.data.learner_key > 0:
                        yield stored


@contextmanager
def _errors_of_the_log() -> Iterator[None]:
    """What is kept beside the events cannot be used when the log cannot."""
    try:
        yield
    except KeysUnavailable as error:
        raise LogUnavailable(error.reason, error.detail, error.way_out) from error.__cause__
