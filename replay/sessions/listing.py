"""Which sessions a log holds, from the log alone. Prints nothing, reads no view."""

from datetime import datetime

from msgspec import Struct

from events.envelope import Recorded
from events.lesson import SessionStarted, SpeechUttered
from events.log import EventLog

PAGE = 1_000


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


def sessions_in(log: EventLog) -> list[Listed]:
    """All sessions of a log, the newest first. Reads the whole log. Raises `events.errors.LogUnavailable`."""
    found: dict[str, Listed] = {}
    position = 0
    while page := log.tail(position, limit=PAGE):
        for recorded in page:
            _take(found, recorded)
        position = page[-1].position or position
    return sorted(found.values(), key=lambda listed: listed.started, reverse=True)


def _take(found: dict[str, Listed], recorded: Recorded) -> None:
    match recorded.event:
        case SessionStarted() as event:
            found[recorded.stream] = Listed(
                session=recorded.stream,
                started=recorded.time,
                learner=event.learner,
                tutor=event.tutor,
                mode=event.mode,
                forgotten=recorded.forgotten,
            )
        case SpeechUttered() if recorded.stream in found:
            found[recorded.stream].turns += 1
