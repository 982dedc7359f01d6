"""Folds a projection again from the first event, beside the one in service, and changes places with it if both agree.

Works while runners fold into the same store: the new tables are filled without holding anything up, and only the last
few events, the comparison and the change of places happen in one transaction. A fold is pure and nothing else is
called, so a rebuild cannot act on the world. The old generation is kept, no longer folded, until it is dropped or
another rebuild takes its place.
"""

from collections.abc import Callable, Container, Mapping
from typing import Protocol, runtime_checkable

from msgspec import Struct

from events.log import EventLog
from projections.comparison import checksum, differing_keys
from projections.errors import RebuildDiffers, RebuildOvertaken, ViewsUnavailable
from projections.fold import fold_of
from projections.folded import Folded
from projections.projection import PARTS, AnyProjection, Event, part_of
from projections.schema import drop_generation, make_generation, own_name, put_in_service
from projections.storing import left_out, move_positions, positions_of, standing_of, stored_view, write_folded
from projections.views import Cursor, Standing, ViewStore

PAGE = 5_000

Moves = dict[int, tuple[int, int]]
"""By part, the position before and after."""
Step = Callable[[int, int], None]
"""Called with the position reached and the position to reach."""


def ignore(reached: int, end: int) -> None:
    """A step that tells nobody."""


@runtime_checkable
class SelectiveLog(Protocol):
    """A log that can leave events unread."""

    def tail_of(self, types: Container[str], after: int, *, limit: int) -> tuple[Event, ...]:
        """As `EventLog.tail`; of events of other types only the place is told."""
        ...


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild gave: the checksum of the new views and of those in service, to the same position.

    ``replaced`` is "" where another version of the fold had made them. ``differing`` names keys whose views are not
    the same, at most `projections.comparison.MOST_KEYS` of them.
    """

    name: str
    position: int
    views: int
    checksum: str
    replaced: str
    differing: tuple[str, ...] = ()


def rebuild(
    log: EventLog, store: ViewStore, projection: AnyProjection, *, accept: bool = False, step: Step = ignore
) -> Rebuilt:
    """Rebuild and put in service. Raises `RebuildDiffers`, and changes nothing, when the views are not the same.

    ``accept`` puts them in service all the same: for a fold that was changed on purpose. Raises `RebuildOvertaken`
    when another rebuild of the same projection begins meanwhile.
    """
    rebuilt = _built(log, store, projection, step).finish(wanted=lambda equal: equal or accept)
    if rebuilt.differing and not accept:
        raise RebuildDiffers(rebuilt.name, rebuilt.position, rebuilt.differing)
    return rebuilt


def compare(log: EventLog, store: ViewStore, projection: AnyProjection, *, step: Step = ignore) -> Rebuilt:
    """Fold afresh, compare with what is in service, and throw the fresh views away."""
    return _built(log, store, projection, step).finish(wanted=lambda equal: False)


def drop_kept(store: ViewStore, projection: AnyProjection) -> bool:
    """Drop the generation from before the last rebuild; False when there is none."""
    with store.transaction() as cursor:
        standing = standing_of(cursor, projection.name, store.dialect.for_update)
        if standing is None or not standing.kept:
            return False
        drop_generation(cursor, projection.name, standing.kept)
        cursor.execute("UPDATE projections SET kept=0 WHERE name=?", (projection.name,))
        return True


def _built(log: EventLog, store: ViewStore, projection: AnyProjection, step: Step) -> "_Building":
    building = _Building(log, store, projection)
    end = store.standing(projection.name).position
    while building.position < end:
        building.advance(end)
        step(building.position, end)
    return building


class _Building:
    """A generation that is being filled."""

    def __init__(self, log: EventLog, store: ViewStore, projection: AnyProjection) -> None:
        self._log = log
        self._store = store
        self._projection = projection
        self._name = projection.name
        self._positions = dict.fromkeys(range(PARTS), 0)
        with store.transaction() as cursor:
            self._generation = self._begin(cursor)
            skipped = left_out(cursor, self._name)
        self._cursor: Cursor | None = None
        self._fold = fold_of(projection, self._load, skipped=skipped)

    @property
    def position(self) -> int:
        """How far the part is that is furthest behind."""
        return min(self._positions.values())

    def _begin(self, cursor: Cursor) -> int:
        """A new generation; what an earlier rebuild left behind is cleared away."""
        standing = self._locked(cursor)
        if standing.building:
            drop_generation(cursor, self._name, standing.building)
        generation = max(standing.generation, standing.building, standing.kept) + 1
        cursor.execute("UPDATE projections SET building=? WHERE name=?", (generation, self._name))
        make_generation(cursor, self._store.dialect, self._projection, generation)
        return generation

    def _locked(self, cursor: Cursor) -> Standing:
        standing = standing_of(cursor, self._name, self._store.dialect.for_update)
        if standing is None:
            raise ViewsUnavailable("missing", f"no projection {self._name!r} has been prepared in this store")
        return standing

    def _load(self, key: str) -> bytes | None:
        if self._cursor is not None:
            return stored_view(self._cursor, self._name, self._generation, key)
        with self._store.reading() as cursor:
            return stored_view(cursor, self._name, self._generation, key)

    def advance(self, end: int) -> None:
        """Fold one page, not beyond ``end``, and store it in a transaction of its own."""
        folded, moves = self._folded(dict.fromkeys(range(PARTS), end))
        with self._store.transaction() as cursor:
            self._check_not_overtaken(cursor)
            self._write(cursor, folded, moves)

    def _folded(self, ends: Mapping[int, int]) -> tuple[Folded, Moves]:
        """What a page gives, no part beyond its end, and which positions that moves."""
        page = self._page()
        if not page:
            detail = f"they were folded to position {max(ends.values())}, but the log ends at {self.position}"
            raise ViewsUnavailable("shorter_log", detail)
        last = page[-1].position or 0
        due = []
        for event in page:
            part = part_of(self._projection, event)
            if self._positions[part] < (event.position or 0) <= ends[part]:
                due.append(event)
        moves = {part: (reached, max(reached, min(last, ends[part]))) for part, reached in self._positions.items()}
        return self._fold.apply(due), moves

    def _page(self) -> tuple[Event, ...]:
        if self._projection.types is not None and isinstance(self._log, SelectiveLog):
            return self._log.tail_of(self._projection.types, self.position, limit=PAGE)
        return self._log.tail(self.position, limit=PAGE)

    def _write(self, cursor: Cursor, folded: Folded, moves: Moves) -> None:
        write_folded(cursor, self._store.dialect, self._projection, self._generation, folded)
        move_positions(cursor, self._name, self._generation, moves, folded.counts)
        self._positions = {part: after for part, (_, after) in moves.items()}

    def finish(self, *, wanted: Callable[[bool], bool]) -> Rebuilt:
        """Fold what has come meanwhile, compare, and change places if ``wanted``, told whether both are equal."""
        with self._store.transaction() as cursor:
            standing = self._check_not_overtaken(cursor)
            ends = positions_of(cursor, self._name, standing.generation)
            self._cursor = cursor
            while any(self._positions[part] < end for part, end in ends.items()):
                self._write(cursor, *self._folded(ends))
            rebuilt = self._compared(cursor, standing)
            if wanted(not rebuilt.differing):
                self._change_places(cursor, standing)
            else:
                drop_generation(cursor, self._name, self._generation)
            cursor.execute("UPDATE projections SET building=0 WHERE name=?", (self._name,))
        return rebuilt

    def _compared(self, cursor: Cursor, standing: Standing) -> Rebuilt:
        old = standing.generation
        ours = checksum(cursor, self._projection, self._generation)
        # Another version of the fold may have had other tables: there is nothing to compare.
        same_version = standing.version == self._projection.version
        theirs = checksum(cursor, self._projection, old) if same_version else ""
        first = own_name(self._projection.tables[0].name, self._generation)
        ((views,),) = cursor.all(f"SELECT COUNT(*) FROM {first}")
        differing: tuple[str, ...] = ()
        if theirs not in ("", ours):
            differing = differing_keys(cursor, self._projection, self._generation, old)
        return Rebuilt(
            name=self._name,
            position=self.position,
            views=views,
            checksum=ours,
            replaced=theirs,
            differing=differing,
        )

    def _change_places(self, cursor: Cursor, standing: Standing) -> None:
        if standing.kept:
            drop_generation(cursor, self._name, standing.kept)
        put_in_service(cursor, self._store.dialect, self._projection, self._generation)
        cursor.execute(
            "UPDATE projections SET generation=?, version=?, kept=?, revision=revision+1 WHERE name=?",
            (self._generation, self._projection.version, standing.generation, self._name),
        )

    def _check_not_overtaken(self, cursor: Cursor) -> Standing:
        standing = self._locked(cursor)
        if standing.building != self._generation:
            raise RebuildOvertaken(self._name)
        return standing
