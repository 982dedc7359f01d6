"""Who was forgotten while a generation is built beside the one in service: it keeps nothing of them, whatever ends it.

The building one reads events before their learner is forgotten, and stores what it made of them later. Were it killed
then, nobody would ever fold the event that takes them out.
"""

from collections.abc import Iterator, Sequence

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.log import EventLog
from projections.projection import AnyProjection, Event, part_of_learner, tags
from projections.schema import forget
from projections.selective import SelectiveLog
from projections.storing import positions_of, standing_of
from projections.views import ViewStore

PAGE = 5_000


def forgotten_after(log: EventLog, position: int) -> Iterator[tuple[str, int]]:
    """Each learner who was forgotten after a position, and where the log tells of it. Other events are not read."""
    while page := _page(log, position):
        for event in page:
            position = event.position or position
            if isinstance(event, Recorded) and isinstance(event.event, LearnerForgotten):
                yield event.learner, position


def scrub_buildings(log: EventLog, store: ViewStore, projections: Sequence[AnyProjection]) -> None:
    """Take the forgotten out of generations that are being built, or were when their rebuild was killed."""
    if not any(store.standing(each.name).building for each in projections):
        return
    told = list(forgotten_after(log, 0))
    for projection in projections:
        with store.transaction() as cursor:
            standing = standing_of(cursor, projection.name, store.dialect.for_update)
            if standing is None or not standing.building:
                continue
            reached = positions_of(cursor, projection.name, standing.building)
            for learner, position in told:
                if reached.get(part_of_learner(learner), 0) < position:
                    forget(cursor, projection.name, learner, [standing.building])


def _page(log: EventLog, position: int) -> Sequence[Event]:
    if isinstance(log, SelectiveLog):
        return log.tail_of(tags(LearnerForgotten), position, limit=PAGE)
    return log.tail(position, limit=PAGE)
