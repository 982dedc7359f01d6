"""Whether the views are of this very log: beside each part's position is kept the id of the event there.

They are not where the log was restored from an older backup, or is another one; then they are folded from the
beginning again. Folds nothing itself.
"""

import logging

from events.envelope import Recorded
from events.log import EventLog
from projections.projection import AnyProjection
from projections.schema import drop_generation, make_generation, put_in_service
from projections.selective import SelectiveLog
from projections.storing import standing_of
from projections.views import Cursor, Dialect

logger = logging.getLogger(__name__)


def is_of(log: EventLog, cursor: Cursor, name: str, generation: int) -> bool:
    """Whether a generation was folded from ``log``, as far as its positions tell."""
    rows = cursor.all(
        "SELECT DISTINCT position, event FROM positions WHERE name=? AND generation=?", (name, generation)
    )
    if max((position for position, _ in rows), default=0) > log.head():
        return False
    return all(_id_at(log, position) in ("", event) for position, event in rows if position and event)


def _id_at(log: EventLog, position: int) -> str:
    """The id of the event at a position; "" when it is damaged, and something else when there is none."""
    if isinstance(log, SelectiveLog):
        (found,) = log.tail_of(None, position - 1, limit=1) or (None,)
    else:
        (found,) = log.tail(position - 1, limit=1) or (None,)
    return found.id if isinstance(found, Recorded) and found.position == position else "none"


def begin_anew(cursor: Cursor, dialect: Dialect, projection: AnyProjection) -> None:
    """Put an empty generation in service, and leave nothing of those before.

    Which events are left out was decided by positions of the other log, and is taken back: those that still cannot be
    folded are parked again, for all to see.
    """
    name = projection.name
    standing = standing_of(cursor, name, dialect.for_update)
    assert standing is not None
    generation = max(standing.generation, standing.building, standing.kept) + 1
    make_generation(cursor, dialect, projection, generation)
    put_in_service(cursor, dialect, projection, generation)
    for before in {standing.generation, standing.building, standing.kept} - {0}:
        drop_generation(cursor, name, before)
    taken_back = cursor.execute("DELETE FROM left_out WHERE name=?", (name,))
    cursor.execute(
        "UPDATE projections SET generation=?, version=?, building=0, kept=0, revision=revision+1 WHERE name=?",
        (generation, projection.version, name),
    )
    told = "; what was decided to be left out is taken back" if taken_back else ""
    logger.warning("%s is folded from the beginning again: its log was restored, or is another one%s", name, told)
