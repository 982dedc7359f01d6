"""Applies projections to pages of events, key by key. Stores nothing; asks for stored views by a function."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Generic

import msgspec
from msgspec import Struct

from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload
from events.learner import LearnerForgotten
from projections.projection import AnyProjection, Projection, Tally, View, part_of, part_of_learner
from projections.tables import Table, Values

MAX_CACHED = 2_000
"""Views kept in memory; one of a busy learner takes some 50 KiB."""

Load = Callable[[str], bytes | None]
"""Gives the stored JSON of a key's view."""


class Row(Struct, frozen=True):
    """A view to store: ``position`` is that of the last event in it, ``view`` its JSON."""

    key: str
    learner: str
    position: int
    view: bytes


class Parked(Struct, frozen=True):
    """A key that is folded no further, the event that stopped it, and why."""

    key: str
    position: int
    error: str
    learner: str = ""


class Waiting(Struct, frozen=True):
    """An event of a parked key: the one that stopped it, or a later one."""

    key: str
    position: int


class Count(Struct):
    """What became of the events of a part: ``folded`` into a view, ``parked`` to wait, or ``skipped``: nobody's."""

    folded: int = 0
    parked: int = 0
    skipped: int = 0


class Folded(Struct, frozen=True, kw_only=True):
    """What some events changed. ``upserts`` and ``deletes`` (primary keys) are by table, ``counts`` by part.

    All that is stored of ``forgotten`` learners goes first.
    """

    rows: tuple[Row, ...] = ()
    upserts: dict[str, list[Values]] = {}
    deletes: dict[str, list[Values]] = {}
    parked: tuple[Parked, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    counts: dict[int, Count] = {}
    forgotten: tuple[str, ...] = ()


class Fold(Generic[View]):
    """A projection at work. What `apply` returns must be stored, or the object thrown away: it is then ahead.

    ``parked`` are keys that wait, ``skipped`` positions that somebody decided to leave out.
    """

    def __init__(
        self,
        projection: Projection[View] | Tally,
        load: Load,
        parked: Iterable[Parked] = (),
        skipped: Collection[int] = (),
    ) -> None:
        self._key = projection.key
        self._of_one_learner = projection.of_one_learner
        self._parked = {each.key: each.learner for each in parked}
        self._skipped = frozenset(skipped)
        self._work: _Views[Any] | _Sums = (
            _Views(projection, load) if isinstance(projection, Projection) else _Sums(projection)
        )

    def apply(self, events: Sequence[Recorded]) -> Folded:
        """Fold events in their order. One that cannot be folded parks its key; the others go on."""
        page = _Page()
        self._work.begin()
        for recorded in events:
            if self._of_one_learner and isinstance(recorded.event, LearnerForgotten):
                self._forget(recorded.learner, page)
            self._apply(recorded, page)
        return msgspec.structs.replace(
            self._work.changed(),
            parked=tuple(page.parked),
            waiting=tuple(page.waiting),
            counts=page.counts,
            forgotten=tuple(sorted(page.forgotten)),
        )

    def _apply(self, recorded: Recorded, page: "_Page") -> None:
        count, key, position = page.count_of(part_of(recorded)), self._key_of(recorded), recorded.position or 0
        if key is None or position in self._skipped:
            count.skipped += 1
            return
        if key not in self._parked:
            # Outside of the try: trouble with the store is not the event's fault.
            self._work.prepare(key, new=recorded.learner in page.forgotten)
            try:
                _check(recorded)
                self._work.fold(key, recorded)
            except Exception as error:  # a supervisor: whatever a fold raises must stop its own key only
                self._parked[key] = recorded.learner
                page.parked.append(Parked(key, position, f"{type(error).__name__}: {error}", recorded.learner))
            else:
                count.folded += 1
                return
        count.parked += 1
        page.waiting.append(Waiting(key, position))

    def _forget(self, learner: str, page: "_Page") -> None:
        page.forgotten.add(learner)
        self._work.forget(learner)
        keys = {key for key, owner in self._parked.items() if owner == learner}
        for key in keys:
            del self._parked[key]
        page.parked = [each for each in page.parked if each.key not in keys]
        gone = sum(each.key in keys for each in page.waiting)
        page.waiting = [each for each in page.waiting if each.key not in keys]
        count = page.count_of(part_of_learner(learner))
        count.parked -= gone
        count.skipped += gone

    def _key_of(self, recorded: Recorded) -> str | None:
        if self._of_one_learner and recorded.forgotten:
            return None
        if not recorded.learner and isinstance(recorded.event, Unknown) and recorded.event.fault:
            # An envelope beyond reading tells no learner: the event waits by itself, under its stream's name.
            return f"stream:{recorded.stream}"
        return self._key(recorded)


class _Page:
    """What became of a page's events so far."""

    def __init__(self) -> None:
        self.parked: list[Parked] = []
        self.waiting: list[Waiting] = []
        self.counts: dict[int, Count] = {}
        self.forgotten: set[str] = set()

    def count_of(self, part: int) -> Count:
        count = self.counts.get(part)
        if count is None:
            count = self.counts[part] = Count()
        return count


def _check(recorded: Recorded) -> None:
    if isinstance(recorded.event, Unknown) and recorded.event.fault:
        raise CorruptPayload(recorded.stream, recorded.version, "$", recorded.event.fault)


class _Views(Generic[View]):
    """The views of a projection that were touched lately: as they are, and as they are stored."""

    def __init__(self, projection: Projection[View], load: Load) -> None:
        self._projection = projection
        self._load = load
        self._views: dict[str, View] = {}
        self._stored: dict[str, View | None] = {}
        self._touched: dict[str, Recorded] = {}
        self._learners: dict[str, str] = {}
        self._decoder = msgspec.json.Decoder(projection.view)
        self._encoder = msgspec.json.Encoder()

    def begin(self) -> None:
        if len(self._views) > MAX_CACHED:
            self._views.clear()
            self._stored.clear()
            self._learners.clear()
        self._touched = {}

    def prepare(self, key: str, *, new: bool) -> None:
        if key not in self._stored:
            data = None if new else self._load(key)
            self._stored[key] = stored = None if data is None else self._decoder.decode(data)
            self._views[key] = self._projection.initial() if stored is None else stored

    def fold(self, key: str, recorded: Recorded) -> None:
        self._views[key] = self._projection.evolve(self._views[key], recorded)
        self._touched[key] = recorded
        self._learners[key] = recorded.learner

    def forget(self, learner: str) -> None:
        for key in [key for key, owner in self._learners.items() if owner == learner]:
            for known in (self._views, self._stored, self._touched, self._learners):
                known.pop(key, None)

    def changed(self) -> Folded:
        """What is to be stored. Rows are derived once a page, and only those written that are not stored yet."""
        rows = []
        upserts: dict[str, list[Values]] = {table.name: [] for table in self._projection.tables}
        deletes: dict[str, list[Values]] = {table.name: [] for table in self._projection.tables}
        for key, recorded in self._touched.items():
            view, stored = self._views[key], self._stored[key]
            rows.append(Row(key, recorded.learner, recorded.position or 0, self._encoder.encode(view)))
            if view is not stored:
                self._compare(stored, view, upserts, deletes)
            self._stored[key] = view
        return Folded(rows=tuple(rows), upserts=upserts, deletes=deletes)

    def _compare(
        self, stored: View | None, view: View, upserts: dict[str, list[Values]], deletes: dict[str, list[Values]]
    ) -> None:
        after = self._projection.rows(view)
        before = {} if stored is None else self._projection.rows(stored)
        for table in self._projection.tables:
            old = set(before.get(table.name, ()))
            new = set(after.get(table.name, ()))
            if old == new:
                continue
            upserts[table.name].extend(new - old)
            kept = {row[: table.keys] for row in new}
            deletes[table.name].extend({row[: table.keys] for row in old - new} - kept)


class _Sums:
    """What the events of one page add up to, so that each row is written once."""

    def __init__(self, tally: Tally) -> None:
        self._count = tally.count
        self._tables = {table.name: table for table in tally.tables}
        self._joins = {table.name: _joins(table) for table in tally.tables}
        self._added: dict[str, dict[Values, list[Any]]] = {}

    def begin(self) -> None:
        self._added = {name: {} for name in self._tables}

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
        for name, row in tuple(self._count(recorded)):
            keys = self._tables[name].keys
            added = self._added[name]
            known = added.get(row[:keys])
            if known is None:
                added[row[:keys]] = list(row[keys:])
            else:
                for place, (join, value) in enumerate(zip(self._joins[name], row[keys:], strict=True)):
                    known[place] = join(known[place], value)

    def changed(self) -> Folded:
        upserts = {name: [(*key, *added[key]) for key in sorted(added)] for name, added in self._added.items()}
        return Folded(upserts=upserts)


def _joins(table: Table) -> tuple[Callable[[Any, Any], Any], ...]:
    ways: dict[str, Callable[[Any, Any], Any]] = {"sum": lambda a, b: a + b, "min": min, "max": max}
    return tuple(ways[column.merge] for column in table.columns[table.keys :])


def fold_of(
    projection: AnyProjection, load: Load, parked: Iterable[Parked] = (), skipped: Collection[int] = ()
) -> Fold[Any]:
    """A fold at work for either kind of projection."""
    return Fold(projection, load, parked, skipped)
