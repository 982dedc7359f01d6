"""Appends to a learner's own stream, which any process may do at any time."""

from collections.abc import Callable

from events.envelope import Origin, Recorded
from events.errors import VersionConflict
from events.learner import LearnerEvent, stream_of
from events.log import EventLog

PRODUCER = "events"


def append_for(
    log: EventLog, learner: str, event: LearnerEvent, *, unless: Callable[[Recorded], bool] = lambda recorded: False
) -> Recorded:
    """Append behind whatever others append meanwhile; an event that is ``unless`` stands there already is given."""
    stream = stream_of(learner)
    origin = Origin(learner=learner, causation="", correlation=stream, producer=PRODUCER)
    while True:
        recorded = log.read(stream)
        for each in recorded:
            if unless(each):
                return each
        try:
            (appended,) = log.append(stream, [event], expected_version=len(recorded), origin=origin)
        except VersionConflict:
            continue
        return appended
