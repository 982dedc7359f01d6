"""Appends to a learner's own stream, which any process may do at any time."""

from collections.abc import Callable

from msgspec import Struct

from events.envelope import Origin, Recorded
from events.errors import LearnerUnnamed, VersionConflict
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerEvent, LearnerForgotten, stream_of
from events.log import EventLog

PRODUCER = "events"


class Told(Struct, frozen=True):
    """What a learner's own stream tells: the last word on each purpose, and when the learner was last forgotten."""

    consents: dict[str, Recorded]
    forgotten: Recorded | None

    def stands(self, purpose: str, *, agreed: bool) -> Recorded | None:
        """The event by which the learner agrees (or not) to the purpose already; one from before forgetting is none."""
        last = self.consents.get(purpose)
        if last is None or (self.forgotten is not None and last.version < self.forgotten.version):
            return None
        return last if isinstance(last.event, ConsentGiven) == agreed else None


def told_of(log: EventLog, learner: str) -> Told:
    """What the learner's own stream tells."""
    consents: dict[str, Recorded] = {}
    forgotten = None
    for recorded in log.read(stream_of(learner)):
        match recorded.event:
            case ConsentGiven(purpose=purpose) | ConsentWithdrawn(purpose=purpose):
                consents[purpose] = recorded
            case LearnerForgotten():
                forgotten = recorded
            case _:
                pass
    return Told(consents, forgotten)


def append_for(
    log: EventLog, learner: str, event: LearnerEvent, *, unless: Callable[[Recorded], bool] = lambda recorded: False
) -> Recorded:
    """Append behind whatever others append meanwhile; an event that is ``unless`` stands there already is given.

    Raises `LearnerUnnamed`.
    """
    if not learner:
        raise LearnerUnnamed
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
