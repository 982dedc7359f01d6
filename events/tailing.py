"""Which events of a log's end somebody wants to see: the newest few, of one learner, of some types. Prints nothing."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from events.envelope import Recorded
from events.log import EventLog
from events.verification import all_events

PAGE = 500


class Wanted(Struct, frozen=True, kw_only=True):
    """Events after a position; of the ``types``, and of the ``learner``, where they are given."""

    after: int = 0
    types: frozenset[str] = frozenset()
    learner: str = ""

    def has(self, recorded: Recorded) -> bool:
        """Whether an event is of the types and of the learner."""
        return (not self.types or recorded.type in self.types) and self.learner in ("", recorded.learner)


def every(log: EventLog, wanted: Wanted) -> Iterator[Recorded]:
    """All that are wanted, in the order of the log."""
    return (recorded for recorded in all_events(log, after=wanted.after) if wanted.has(recorded))


def newest(log: EventLog, wanted: Wanted, limit: int) -> tuple[tuple[Recorded, ...], bool]:
    """The newest ``limit`` that are wanted, in the order of the log, and whether there are earlier ones.

    The log is read from its end, and no further than it needs.
    """
    found: deque[Recorded] = deque()
    end = log.head()
    while end > wanted.after:
        begin = max(wanted.after, end - PAGE)
        for recorded in reversed(log.tail(begin, limit=end - begin)):
            if (recorded.position or 0) > end or not wanted.has(recorded):
                continue
            if len(found) == limit:
                return tuple(found), True
            found.appendleft(recorded)
        end = begin
    return tuple(found), False
