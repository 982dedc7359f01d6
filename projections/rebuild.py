"""Folds a projection again from the first event, beside the one in service, and changes places with it if both agree.

Works while runners fold into the same store: the new tables are filled without holding anything up, and only the last
few events, the comparison and the change of places happen in one transaction. A fold is pure and nothing else is
called, so a rebuild cannot act on the world. The old generation is kept, no longer folded, until it is dropped or
another rebuild takes its place.

What a page changes is kept in memory until that is much, as the same views change again and again; and the tables,
which nobody reads yet, are filled from the views only when these have come to the end.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from events.envelope import Recorded
from events.log import EventLog
from projections.comparison import checksum, differing_keys, key_count
from projections.errors import RebuildDiffers, RebuildOvertaken, ViewsUnavailable
from projections.fold import fold_of
from projections.folded import Folded
from projections.forgotten import forgotten_after
from projections.projection import PARTS, AnyProjection, Event, Projection, part_of, part_of_learner
from projections.schema import drop_generation, make_generation, put_in_service
from projections.selective import SelectiveLog
from projections.storing import (
    left_out,
    move_positions,
    positions_of,
    standing_of,
    stored_view,
    stored_views,
    waiting_in_service,
    write_folded,
)
from projections.tables import Values
from projections.views import Cursor, Standing, ViewStore

PAGE = 5_000
VIEWS_AT_ONCE = 200
"""Views whose rows are written in one transaction."""

Step = Callable[[int, int], None]
"""Called with the position reached and the position to reach."""


def ignore(reached: int, end: int) -> None:
    """A step that tells nobody."""


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild gave: the checksum of the new views and of those in service, to the same position.

    ``replaced`` is "" where another version of the fold had made them. ``differing`` names keys whose views are not
    the same, at most `projections.comparison.MOST_KEYS` of them. ``forgetting`` names learners of whom the new views
    have nothing because they are just being forgotten, or the log has just told of it: those in service still have.
    """

    name: str
    position: int
    keys: int
    checksum: str
    replaced: str
    differing: tuple[str, ...] = ()
    forgetting: tuple[str, ...] = ()


def rebuild(
    log: EventLog, store: ViewStore, projection: AnyProjection, *, accept: bool = False, step: Step = ignore
) -> Rebuilt:
    """Rebuild and put in service. Raises `RebuildDiffers`, and changes nothing, when the views are not the same.

    ``accept`` puts them in service all the same: for a fold that was changed on purpose. Raises `RebuildOvertaken`
    when another rebuild of the same projection begins meanwhile.
    """
    rebuilt = _built(log, store, projection, step).finish(wanted=lambda equal: equal or accept)
    if rebuilt.differing and not accept:
        raise RebuildDiffers(rebuilt.name, rebuilt.position, rebuilt.differing, rebuilt.forgetting)
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
    end = store.standing(projection.name).position  # first: what waits up to here is then known to the building
    building = _Building(log, store, projection)
    while building.position < end:
        building.advance(end)
        step(building.position, end)
    while building.fill_tables():
        step(end, end)
    return building


class _Building:
    """A generation that is being filled."""

    def __init__(self, log: EventLog, store: ViewStore, projection: AnyProjection) -> None:
        self._log = log
        self._store = store
        self._projection = projection
        self._name = projection.name
        self._positions = dict.fromkeys(range(PARTS), 0)
        self._stored = dict(self._positions)
        self._filled: str | None = None
        self._let_go: dict[str, int] = {}
        with store.transaction() as cursor:
            self._looked = self._locked(cursor).position
            self._generation = self._begin(cursor)
            skipped = left_out(cursor, self._name)
            self._waiting = waiting_in_service(cursor, self._name)
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
        """Fold one page, not beyond ``end``; with the last one, or when there is much, store what has gathered."""
        self._fold_page(dict.fromkeys(range(PARTS), end))
        if self._fold.full or self.position >= end:
            with self._store.transaction() as cursor:
                self._check_not_overtaken(cursor)
                self._forget()
                self._write(cursor, self._fold.take(rows=False))

    def _forget(self) -> None:
        """Let go of who has been forgotten since the building began, before anything of them is stored."""
        for learner, position in forgotten_after(self._log, self._looked):
            self._looked = position
            if self._positions[part_of_learner(learner)] < position:
                self._fold.forget(learner)
                self._let_go[learner] = position

    def fill_tables(self) -> bool:
        """Derive the tables of the next views in a transaction of its own; False when there are none left.

        Until then the tables are empty, afterwards they are kept up to date with the views.
        """
        if not isinstance(self._projection, Projection):
            return False
        decoder = msgspec.json.Decoder(self._projection.view)
        upserts: dict[str, list[Values]] = {table.name: [] for table in self._projection.tables}
        with self._store.transaction() as cursor:
            self._check_not_overtaken(cursor)
            views = stored_views(cursor, self._name, self._generation, self._filled, VIEWS_AT_ONCE)
            for self._filled, data in views:
                for name, rows in self._projection.rows(decoder.decode(data)).items():
                    upserts[name].extend(rows)
            write_folded(cursor, self._store.dialect, self._projection, self._generation, Folded(upserts=upserts))
        return bool(views)

    def _fold_page(self, ends: Mapping[int, int]) -> None:
        """Fold what is due of a page, no part beyond its end."""
        page = self._page()
        if not page:
            detail = f"they were folded to position {max(ends.values())}, but the log ends at {self.position}"
            raise ViewsUnavailable("shorter_log", detail)
        last = page[-1].position or 0
        self._fold.add(self._due(page, ends))
        for part, reached in self._positions.items():
            self._positions[part] = max(reached, min(last, ends[part]))

    def _due(self, page: Sequence[Event], ends: Mapping[int, int]) -> Sequence[Event]:
        """What is due of a page, learner by learner: a view that is at hand is folded sooner, and no fold can tell."""
        due: Sequence[Event] = page
        if len(set(self._positions.values())) > 1 or (page[-1].position or 0) > min(ends.values()):
            parts = [part_of(self._projection, event) for event in page]
            due = [
                event
                for event, part in zip(page, parts, strict=True)
                if self._positions[part] < (event.position or 0) <= ends[part]
            ]
        return sorted(due, key=_learner)

    def _page(self) -> tuple[Event, ...]:
        if not isinstance(self._log, SelectiveLog):
            return self._log.tail(self.position, limit=PAGE)
        types, unread = self._projection.types, self._projection.unread
        page = self._log.tail_of(types, self.position, limit=PAGE, unread=unread)
        if unread and page and self._may_be_damaged(page):
            return self._log.tail_of(types, self.position, limit=PAGE)
        return page

    def _may_be_damaged(self, page: Sequence[Event]) -> bool:
        """Whether an event that waits in service may have been damaged in a field that is left unread here."""
        first, last = bisect_right(self._waiting, self.position), bisect_right(self._waiting, page[-1].position or 0)
        return first < last or self._cursor is not None

    def _write(self, cursor: Cursor, folded: Folded) -> None:
        write_folded(cursor, self._store.dialect, self._projection, self._generation, folded)
        moves = {part: (stored, self._positions[part]) for part, stored in self._stored.items()}
        move_positions(cursor, self._name, self._generation, moves, folded.counts)
        self._stored = dict(self._positions)

    def finish(self, *, wanted: Callable[[bool], bool]) -> Rebuilt:
        """Fold what has come meanwhile, compare, and change places if ``wanted``, told whether both are equal."""
        with self._store.transaction() as cursor:
            standing = self._check_not_overtaken(cursor)
            ends = positions_of(cursor, self._name, standing.generation)
            self._cursor = cursor
            while any(self._positions[part] < end for part, end in ends.items()):
                self._fold_page(ends)
                self._write(cursor, self._fold.take())
            self._mark_as(cursor, standing.generation)
            rebuilt = self._compared(cursor, standing, self._forgetting(ends))
            if wanted(not rebuilt.differing):
                self._change_places(cursor, standing)
            else:
                drop_generation(cursor, self._name, self._generation)
            cursor.execute("UPDATE projections SET building=0 WHERE name=?", (self._name,))
        return rebuilt

    def _mark_as(self, cursor: Cursor, generation: int) -> None:
        """Note the events at the positions, which are those of the generation in service (`projections.origin`)."""
        cursor.execute(
            "UPDATE positions SET event=(SELECT before.event FROM positions AS before WHERE before.name=positions.name"
            " AND before.part=positions.part AND before.generation=?) WHERE name=? AND generation=?",
            (generation, self._name, self._generation),
        )

    def _forgetting(self, ends: Mapping[int, int]) -> tuple[str, ...]:
        """See `Rebuilt.forgetting`; ``ends`` is how far the views in service are."""
        ahead = (learner for learner, told in self._let_go.items() if ends[part_of_learner(learner)] < told)
        return tuple(sorted({*self._fold.forgetting, *ahead}))

    def _compared(self, cursor: Cursor, standing: Standing, forgetting: tuple[str, ...]) -> Rebuilt:
        old = standing.generation
        ours = checksum(cursor, self._projection, self._generation)
        # Another version of the fold may have had other tables: there is nothing to compare.
        same_version = standing.version == self._projection.version
        theirs = checksum(cursor, self._projection, old) if same_version else ""
        keys = key_count(cursor, self._projection, self._generation)
        differing: tuple[str, ...] = ()
        if theirs not in ("", ours):
            differing = differing_keys(cursor, self._projection, self._generation, old)
        return Rebuilt(
            name=self._name,
            position=self.position,
            keys=keys,
            checksum=ours,
            replaced=theirs,
            differing=differing,
            forgetting=forgetting,
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


def _learner(event: Event) -> str:
    return event.learner if isinstance(event, Recorded) else ""
