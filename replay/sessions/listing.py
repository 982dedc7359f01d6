"""Which sessions a log holds, from the log alone. Prints nothing, reads no view."""

from datetime import datetime
from itertools import islice
from typing import Protocol

from msgspec import Struct

from events.envelope import Recorded
from events.lesson import SessionStarted, SpeechUttered
from events.session_ids import BegunStreams, learner_of, starts_in

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


class StreamList(BegunStreams, Protocol):
    """A log that tells how its streams begin and counts in them, without reading the rest of them."""

    def count_in(self, stream: str, type: str) -> int:
        """How many events of a type a stream holds."""
        ...


def sessions_in(log: StreamList, limit: int = 0, learner: str = "") -> list[Listed]:
    """The newest ``limit`` sessions of a log, all for 0, the newest first; those of one learner, or of all for "".

    Raises `events.errors.LogUnavailable`.
    """
    return [_listed(start, log) for start in islice(starts_in(log, learner), limit or None)]


def _listed(start: Recorded, log: StreamList) -> Listed:
    event = start.event
    assert isinstance(event, SessionStarted)
    return Listed(
        session=start.stream,
        started=start.time,
        learner=learner_of(start),
        tutor=event.tutor,
        mode=event.mode,
        turns=log.count_in(start.stream, _UTTERED),
        forgotten=start.forgotten,
    )
