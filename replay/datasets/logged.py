"""A session as the kinds of dataset see it: its turns, each with what was recorded of it. Pure; reads no log."""

from collections.abc import Collection, Iterable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from events.comparison import RepliesCompared
from events.comparison import stream_of as comparisons_of
from events.envelope import Fact, Recorded, Unknown
from events.lesson import (
    FeedbackRated,
    SessionStarted,
    SpeechAssessed,
    SpeechRated,
    SpeechTranscribed,
    SpeechUttered,
    TurnRetried,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)

E = TypeVar("E", covariant=True, bound=Fact)

COMPARED = str(RepliesCompared.__struct_config__.tag)


class Told(Struct, Generic[E], frozen=True):
    """An event with its id and type tag, for the lineage of what is made from it."""

    event: E
    id: str
    type: str


class Known(Struct, frozen=True, kw_only=True):
    """What the log knows of a learner: the event by which they agreed to training ("" for none), split, description.

    ``place`` is theirs in their stratum (`replay.datasets.splits`); ``unplaced`` is the version of their own stream
    where that does not tell it yet, else None. ``corpus`` names the corpus that an imported learner comes from, with
    its ``licence``. ``forgotten`` is the log's position up to which everything of the learner has been forgotten, 0 for
    never.
    """

    learner: str
    consent: str = ""
    place: int = 0
    unplaced: int | None = None
    split: str = ""
    age_group: str = ""
    gender: str = ""
    first_language: str = ""
    corpus: str = ""
    licence: str = ""
    forgotten: int = 0


class Turn(Struct, kw_only=True):
    """One exchange, as far as it was read. Where a stage was tried again, its last answer counts."""

    number: int
    uttered: Told[SpeechUttered] | None = None
    transcribed: Told[SpeechTranscribed] | None = None
    assessed: Told[SpeechAssessed] | None = None
    rated: list[Told[SpeechRated]] = []
    replied: list[Told[TutorReplied]] = []
    spoken: list[Told[TutorSpoken]] = []
    heard: Told[TutorHeard] | None = None
    stars: Told[FeedbackRated] | None = None
    retried: Told[TurnRetried] | None = None
    compared: list[Told[RepliesCompared]] = []


_PLACES = {
    str(kind.__struct_config__.tag): name
    for name, kind in {
        "uttered": SpeechUttered,
        "transcribed": SpeechTranscribed,
        "assessed": SpeechAssessed,
        "rated": SpeechRated,
        "replied": TutorReplied,
        "spoken": TutorSpoken,
        "heard": TutorHeard,
        "stars": FeedbackRated,
        "retried": TurnRetried,
        "compared": RepliesCompared,
    }.items()
}
"""By tag, the field of its turn that an event is kept in; a look at the tag is quicker than at ten types."""
_SEVERAL = frozenset({"rated", "replied", "spoken", "compared"})


class LoggedSession(Struct, frozen=True, kw_only=True):
    """A session of a learner who agreed to training. ``ended`` is false where the log ends in the middle of it.

    ``stream`` is its own; what people compared of it lies beside it (`streams_of`).
    """

    stream: str
    known: Known
    started: Told[SessionStarted]
    turns: tuple[Turn, ...]
    ended: bool


def streams_of(session: str, types: Collection[str]) -> tuple[str, ...]:
    """The streams that hold events of these types of a session."""
    return (session, comparisons_of(session)) if COMPARED in types else (session,)


def logged(known: Known, recorded: Iterable[Recorded], *, ended: bool) -> LoggedSession | None:
    """The session that these events tell of; None when its first event is not among them."""
    turns: dict[int, Turn] = {}
    first: Recorded | None = None
    started: Told[SessionStarted] | None = None
    for each in recorded:
        event: Any = each.event
        name = _PLACES.get(each.type)
        if isinstance(event, SessionStarted):
            first, started = each, Told(event, each.id, each.type)
        elif name is not None and not isinstance(event, Unknown):
            turn = turns.get(event.turn)
            if turn is None:
                turn = turns[event.turn] = Turn(number=event.turn)
            if name in _SEVERAL:
                getattr(turn, name).append(Told(event, each.id, each.type))
            else:
                setattr(turn, name, Told(event, each.id, each.type))
    if first is None or started is None:
        return None
    return LoggedSession(
        stream=first.stream,
        known=known,
        started=started,
        turns=tuple(turns[number] for number in sorted(turns)),
        ended=ended,
    )
