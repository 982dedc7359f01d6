"""How each projection does: how far it is, what it has parked, and whether the counts agree with the log."""

from msgspec import Struct

from events.log import EventLog
from projections.audit import Auditor
from projections.origin import is_of
from projections.projection import AnyProjection
from projections.schema import own_name
from projections.storing import standing_of
from projections.views import Cursor


class Status(Struct, frozen=True, kw_only=True):
    """How a projection does. ``lag`` is in positions of the log; ``outdated`` tells that its views come from another
    version of its fold, ``restored`` that they are of another log, or of this one before it was restored from a backup
    (they are then folded again). ``views`` counts the rows of its first table, ``parked`` keys, ``waiting`` their
    events.

    ``caught_up`` is true only if each event of the log was folded, parked or skipped, by count; ``audit`` is agrees,
    differs (rebuild it) or open (the parts are at different positions, or the log cannot count).
    """

    name: str
    position: int
    lag: int
    views: int
    parked: int
    waiting: int
    version: int
    outdated: bool
    folded: int
    skipped: int
    logged: int | None
    audit: str
    caught_up: bool
    restored: bool = False


def status_of(log: EventLog, cursor: Cursor, auditor: Auditor, projection: AnyProjection, head: int) -> Status:
    """The status when the last position of ``log`` is ``head``."""
    name = projection.name
    standing = standing_of(cursor, name)
    assert standing is not None
    audit = auditor.audit(cursor, name, standing.generation)
    ((parked,),) = cursor.all("SELECT COUNT(*) FROM parked WHERE name=? AND generation=?", (name, standing.generation))
    restored = not is_of(log, cursor, name, standing.generation)
    lag = head if restored else max(0, head - standing.position)
    outdated = standing.version != projection.version
    views = 0
    if not outdated:
        ((views,),) = cursor.all(f"SELECT COUNT(*) FROM {own_name(projection.tables[0].name, standing.generation)}")
    return Status(
        name=name,
        position=standing.position,
        lag=lag,
        views=views,
        parked=parked,
        waiting=audit.parked,
        version=standing.version,
        outdated=outdated,
        folded=audit.folded,
        skipped=audit.skipped,
        logged=audit.logged,
        audit="differs" if restored or audit.differs else "agrees" if audit.agrees else "open",
        caught_up=lag == 0 and audit.agrees and not outdated and not restored,
        restored=restored,
    )
