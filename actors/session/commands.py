"""What can be asked of a session. Each command carries an id, so that a repeat does nothing."""

from msgspec import Struct

from events.lesson import LessonEvent, SessionStarted, SpeechUttered


class Start(Struct, frozen=True, kw_only=True, tag="start"):
    """Open the session."""

    id: str
    started: SessionStarted


class Claim(Struct, frozen=True, kw_only=True, tag="claim"):
    """Take the session over for a host, fencing the one that had it."""

    id: str
    host: str


class Utter(Struct, frozen=True, kw_only=True, tag="utter"):
    """The learner's next utterance is complete."""

    id: str
    uttered: SpeechUttered


class Record(Struct, frozen=True, kw_only=True, tag="record"):
    """An engine answered with this event."""

    id: str
    event: LessonEvent


class Hear(Struct, frozen=True, kw_only=True, tag="hear"):
    """The learner heard the first ``heard_ms`` of the tutor's turn, to its end or until it was interrupted."""

    id: str
    turn: int
    heard_ms: int
    interrupted: bool


class Retry(Struct, frozen=True, kw_only=True, tag="retry"):
    """Say that turn's sentence again, or try its failed stages again."""

    id: str
    turn: int


class Rate(Struct, frozen=True, kw_only=True, tag="rate"):
    """The learner's judgement of a tutor's turn, 1 to 5 stars."""

    id: str
    turn: int
    stars: int
    comment: str = ""


class End(Struct, frozen=True, kw_only=True, tag="end"):
    """Close the session."""

    id: str
    reason: str = "learner"


Command = Start | Claim | Utter | Record | Hear | Retry | Rate | End
