"""Which sessions a log holds, and which of them somebody means who gives the beginning of an id. Prints nothing."""

from collections.abc import Iterator
from typing import Protocol

from events.envelope import Recorded
from events.errors import SessionAmbiguous, SessionIsLearner, StreamUnknown
from events.lesson import SessionStarted

FIRST_PAGE, LARGEST_PAGE = 32, 2_048
"""Sessions asked for at once: few at first, for mostly only the newest are wanted."""
SHORTEST_PREFIX = 6


class BegunStreams(Protocol):
    """A log that tells how its streams begin, without reading the rest of them."""

    def begun(self, before: int | None = None, *, limit: int) -> tuple[Recorded, ...]:
        """The first event of each of up to ``limit`` streams, those before a position, the newest first."""
        ...


def starts_in(log: BegunStreams, learner: str = "") -> Iterator[Recorded]:
    """The first event of each session, of one learner or of all, the newest first; no other event is read.

    Raises `events.errors.LogUnavailable`.
    """
    before, size = None, FIRST_PAGE
    while page := log.begun(before, limit=size):
        for recorded in page:
            if isinstance(recorded.event, SessionStarted) and learner in ("", learner_of(recorded)):
                yield recorded
        before, size = page[-1].position, min(2 * size, LARGEST_PAGE)


def learner_of(start: Recorded) -> str:
    """Whose session it is; ``start`` is its first event."""
    assert isinstance(start.event, SessionStarted)
    return start.event.learner or start.learner


def session_beginning(log: BegunStreams, prefix: str) -> str:
    """The only session whose id begins so; for a text that is no stream's name.

    Raises `SessionIsLearner`, `SessionAmbiguous`, `StreamUnknown`, `LogUnavailable`.
    """
    begun: list[str] = []
    theirs: list[str] = []
    for start in starts_in(log):
        if start.stream.startswith(prefix):
            begun.append(start.stream)
        if learner_of(start) == prefix:
            theirs.append(start.stream)
    if len(prefix) >= SHORTEST_PREFIX and len(begun) == 1:
        return begun[0]
    if theirs:
        raise SessionIsLearner(prefix, tuple(theirs))
    if len(prefix) >= SHORTEST_PREFIX and begun:
        raise SessionAmbiguous(prefix, tuple(begun))
    raise StreamUnknown(prefix, SHORTEST_PREFIX if begun else 0)
