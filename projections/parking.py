"""What to do about parked keys: look at them, fold them again, or leave out the event that stopped them."""

import msgspec
from msgspec import Struct

from events.envelope import Recorded
from events.log import EventLog
from projections.errors import NotParked, ViewsUnavailable
from projections.fold import Fold
from projections.folded import Count, Parked
from projections.projection import AnyProjection, part_of
from projections.storing import left_out, move_positions, parked_keys, positions_of, standing_of, stored_view
from projections.storing import write_folded as write
from projections.views import Cursor, ViewStore


class Retried(Struct, frozen=True, kw_only=True):
    """What became of a parked key: how many of its events were folded, and what stopped it again, if anything did."""

    key: str
    folded: int
    still: Parked | None


def parked_event(log: EventLog, position: int) -> Recorded | None:
    """The event at a position; None if the log has none there."""
    page = log.tail(position - 1, limit=1)
    return page[0] if page and page[0].position == position else None


def retry(log: EventLog, store: ViewStore, projection: AnyProjection, key: str) -> Retried:
    """Fold the events that wait, in their order, as far as it goes. Raises `NotParked`.

    Runners go on meanwhile, and take the key up again afterwards.
    """
    with store.transaction() as cursor:
        _parked(cursor, store, projection, key)
        return _retried(log, store, cursor, projection, key)


def skip(log: EventLog, store: ViewStore, projection: AnyProjection, key: str) -> Retried:
    """Leave out the event that stopped a key, now and in every rebuild, and fold the rest. Raises `NotParked`."""
    with store.transaction() as cursor:
        parked = _parked(cursor, store, projection, key)
        left = (projection.name, parked.position, key, parked.error, parked.learner)
        cursor.execute("INSERT INTO left_out VALUES (?,?,?,?,?)", left)
        return _retried(log, store, cursor, projection, key)


def _parked(cursor: Cursor, store: ViewStore, projection: AnyProjection, key: str) -> Parked:
    # With the projection's row locked no runner is in the middle of its transaction.
    standing = standing_of(cursor, projection.name, store.dialect.for_update)
    for each in parked_keys(cursor, projection.name, standing.generation) if standing else ():
        if each.key == key:
            return each
    raise NotParked(projection.name, key)


def _retried(log: EventLog, store: ViewStore, cursor: Cursor, projection: AnyProjection, key: str) -> Retried:
    name = projection.name
    standing = standing_of(cursor, name)
    assert standing is not None
    here = (name, standing.generation, key)
    rows = cursor.all("SELECT position FROM waiting WHERE name=? AND generation=? AND key=? ORDER BY position", here)
    events = [_event(log, position) for (position,) in rows]
    for table in ("waiting", "parked"):
        cursor.execute(f"DELETE FROM {table} WHERE name=? AND generation=? AND key=?", here)
    fold = Fold(
        projection, lambda each: stored_view(cursor, name, standing.generation, each), (), left_out(cursor, name)
    )
    folded = fold.apply(events)
    write(cursor, store.dialect, projection, standing.generation, folded)
    counts = dict(folded.counts)
    for event in events:
        before = counts.get(part_of(projection, event), Count())
        counts[part_of(projection, event)] = msgspec.structs.replace(before, parked=before.parked - 1)
    positions = positions_of(cursor, name, standing.generation)
    stay = {part: (position, position) for part, position in positions.items()}
    move_positions(cursor, name, standing.generation, stay, counts)
    cursor.execute("UPDATE projections SET revision=revision+1 WHERE name=?", (name,))
    still = folded.parked[0] if folded.parked else None
    return Retried(key=key, folded=sum(count.folded for count in folded.counts.values()), still=still)


def _event(log: EventLog, position: int) -> Recorded:
    event = parked_event(log, position)
    if event is None:
        raise ViewsUnavailable("shorter_log", f"an event waits at position {position}, but the log has none there")
    return event
