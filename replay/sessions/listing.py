"""Which sessions a log holds, from the log alone. Prints nothing, reads no view."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Protocol

from msgspec import Struct

from events.envelope import Recorded
from events.lesson import SessionStarted, SpeechUttered

FIRST_PAGE, LARGEST_PAGE = 32, 2_048
"""Sessions asked for at once: few at first, for mostly only the newest are wanted."""
_UTTERED = str(SpeechUttered.__struct_config__.tag)


class Listed(Struct, kw_only=True):
    """A session in one line; ``turns`` counts the learner's utterances, ``started`` is UTC.

    ``forgotten`` says that the learner has been forgotten: what was said in it is gone.
    """

    session: str
    started: datetime
    learner: str
    tutor: str
    mode: str
    turns: int = 0
    forgotten: bool = False


class StreamList(Protocol):
    """A log that tells how its streams begin, without reading the rest of them."""

    def begun(self, before: int | None = None, *, limit: int) -> tuple[Recorded, ...]:
        """The first event of each of up to ``limit`` streams, those before a position, the newest first."""
        ...

    def count_in(self, stream: str, type: str) -> int:
        """How many events of a type a stream holds."""
        ...


def starts_in(log: StreamList) -> Iterator[Recorded]:
    """The first event of each session, the newest first; no other event is read.

    Raises `events.errors.LogUnavailable`.
    """
    before, size = None, FIRST_PAGE
    while page := log.begun(before, limit=size):
        yield from (recorded for recorded in page if isinstance(recorded.event, SessionStarted))
        before, size = page[-1].position, min(2 * size, LARGEST_PAGE)


def sessions_in(log: StreamList, limit: int = 0) -> list[Listed]:
    """The newest ``limit`` sessions of a log, all for 0, the newest first. Raises `events.errors.LogUnavailable`."""
    return [_listed(start, log) for start in islice(starts_in(log), limit or None)]


def _listed(start: Recorded, log: StreamList) -> Listed:
    event = start.event
    assert isinstance(event, SessionStarted)
    return Listed(
        session=start.stream,
        started=start.time,
        learner=event.learner or start.learner,
        tutor=event.tutor,
        mode=event.mode,
        turns=log.count_in(start.stream, _UTTERED),
        forgotten=start.forgotten,
    )
