"""What some events touch: views as they are and as they are stored, and sums. Parks nothing, stores nothing."""

import operator
from collections.abc import Callable, Iterable
from typing import Any, Generic

import msgspec
from msgspec import Struct

from events.codec import not_finite
from events.envelope import Recorded
from projections.folded import Folded, Row
from projections.projection import Projection, Tally, View
from projections.tables import Table, Values

MAX_CACHED = 2_000
"""Views kept in memory; one of a busy learner takes some 50 KiB."""
MOST_SUMS = 50_000
"""Rows of sums kept in memory, of some 300 bytes."""

Load = Callable[[str], bytes | None]
"""Gives the stored JSON of a key's view."""


class Touch(Struct):
    """The events that touched a view: whose they are, the stream of the first, and the positions of all."""

    learner: str
    stream: str
    positions: list[int]


class Failed(Struct, frozen=True):
    """A key whose rows could not be made, and the events that touched it."""

    key: str
    touch: Touch
    error: str


def told(error: Exception) -> str:
    """An error in one line, storable."""
    return clean(f"{type(error).__name__}: {error}")


def clean(text: str) -> str:
    """Without the one character that PostgreSQL does not store."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


LARGEST = 2**53
"""Whole numbers up to which doubles are exact; sums of a thousand such still fit into 64 bits."""


def _check_rows(rows: Iterable[Values]) -> None:
    """Raise ValueError for what no database would store: one such event must not stop the transaction of all."""
    for row in rows:
        for value in row:
            kind = type(value)
            if (kind is int and not -LARGEST < value < LARGEST) or (kind is str and "\0" in value):
                raise ValueError(f"{value!r} cannot be stored")


class TouchedViews(Generic[View]):
    """The views of a projection that were touched lately. ``failed`` are keys without rows."""

    def __init__(self, projection: Projection[View], load: Load) -> None:
        self._projection = projection
        self._load = load
        self._views: dict[str, View] = {}
        self._stored: dict[str, View | None] = {}
        self._loaded: dict[str, bytes | None] = {}
        self._touched: dict[str, Touch] = {}
        self.failed: list[Failed] = []
        self._learners: dict[str, str] = {}
        self._decoder = msgspec.json.Decoder(projection.view)
        self._encoder = msgspec.json.Encoder()

    @property
    def full(self) -> bool:
        return len(self._touched) >= MAX_CACHED

    def begin(self) -> None:
        if len(self._views) > MAX_CACHED:
            self._views.clear()
            self._stored.clear()
            self._loaded.clear()
            self._learners.clear()
        self._touched = {}
        self.failed = []

    def prepare(self, key: str, *, new: bool) -> None:
        if key not in self._stored and key not in self._loaded:
            self._loaded[key] = None if new else self._load(key)

    def fold(self, key: str, recorded: Recorded) -> None:
        if key not in self._stored:
            data = self._loaded.pop(key)
            stored = None if data is None else self._decoder.decode(data)
            self._stored[key] = stored
            self._views[key] = self._projection.initial() if stored is None else stored
        self._views[key] = self._projection.evolve(self._views[key], recorded)
        touch = self._touched.get(key)
        if touch is None:
            self._touched[key] = touch = Touch("", recorded.stream, [])
        touch.learner = self._learners[key] = recorded.learner
        touch.positions.append(recorded.position or 0)

    def forget(self, learner: str) -> None:
        for key in [key for key, owner in self._learners.items() if owner == learner]:
            for known in (self._views, self._stored, self._loaded, self._touched, self._learners):
                known.pop(key, None)

    def changed(self, *, rows: bool) -> Folded:
        """What is to be stored. Rows are derived once, and only those written that are not stored yet."""
        views = []
        upserts: dict[str, list[Values]] = {table.name: [] for table in self._projection.tables}
        deletes: dict[str, list[Values]] = {table.name: [] for table in self._projection.tables}
        for key, touch in self._touched.items():
            view, stored = self._views[key], self._stored[key]
            try:
                row = Row(key, clean(touch.learner), touch.positions[-1], self._encoded(view))
                if view is stored:
                    pass
                elif rows:
                    self._compare(stored, view, upserts, deletes)
                else:
                    for derived in self._projection.rows(view).values():
                        _check_rows(derived)
            except Exception as error:  # a supervisor, as in `Fold`: rows that cannot be made stop their own key only
                self.failed.append(Failed(key, touch, told(error)))
                del self._views[key], self._stored[key]
            else:
                views.append(row)
                self._stored[key] = view
        return Folded(rows=tuple(views), upserts=upserts, deletes=deletes)

    def _encoded(self, view: View) -> bytes:
        """The view's JSON. Raises ValueError for a number that is not finite: it would be written as null."""
        encoded = self._encoder.encode(view)
        if b"null" in encoded:
            for path in not_finite(view):
                raise ValueError(f"{path} is not finite")
        return encoded

    def _compare(
        self, stored: View | None, view: View, upserts: dict[str, list[Values]], deletes: dict[str, list[Values]]
    ) -> None:
        after = self._projection.rows(view)
        before = {} if stored is None else self._projection.rows(stored)
        changes = []
        for table in self._projection.tables:
            old = set(before.get(table.name, ()))
            new = set(after.get(table.name, ()))
            if old != new:
                _check_rows(new - old)
                gone = {row[: table.keys] for row in old - new} - {row[: table.keys] for row in new}
                changes.append((table.name, new - old, gone))
        for name, added, gone in changes:
            upserts[name].extend(added)
            deletes[name].extend(gone)


class PageSums:
    """What some events add up to, so that each row is written once."""

    def __init__(self, tally: Tally) -> None:
        self._count = tally.count
        self._tables = {table.name: table for table in tally.tables}
        self._joins = {table.name: _joins(table) for table in tally.tables}
        self.failed: list[Failed] = []
        self.begin()

    @property
    def full(self) -> bool:
        return sum(map(len, self._added.values())) >= MOST_SUMS

    def begin(self) -> None:
        self._added: dict[str, dict[Values, Values]] = {name: {} for name in self._tables}

    def prepare(self, key: str, *, new: bool) -> None:
        """Nothing: sums are joined by the database."""

    def forget(self, learner: str) -> None:
        for name, added in self._added.items():
            names = [column.name for column in self._tables[name].columns]
            if "learner" in names:
                place = names.index("learner")
                for key in [key for key, rest in added.items() if (*key, *rest)[place] == learner]:
                    del added[key]

    def fold(self, key: str, recorded: Recorded) -> None:
        # All of an event's rows or none: the last to fail must not leave the first behind.
        rows = tuple(self._count(recorded))
        _check_rows(row for _, row in rows)
        for name, row in rows:
            keys = self._tables[name].keys
            added, place, rest = self._added[name], row[:keys], row[keys:]
            known = added.get(place)
            if known is None:
                added[place] = rest
            else:
                joins = self._joins[name]
                added[place] = tuple([join(one, other) for join, one, other in zip(joins, known, rest, strict=True)])

    def changed(self, *, rows: bool) -> Folded:
        """What is to be stored, always with ``rows``: they are all that there is."""
        upserts = {name: [(*key, *added[key]) for key in sorted(added)] for name, added in self._added.items()}
        return Folded(upserts=upserts)


def _joins(table: Table) -> tuple[Callable[[Any, Any], Any], ...]:
    ways: dict[str, Callable[[Any, Any], Any]] = {"sum": operator.add, "min": min, "max": max}
    return tuple(ways[column.merge] for column in table.columns[table.keys :])
