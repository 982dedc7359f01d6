"""Each session in one line, for the list of a learner's lessons."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from events.comparison import RepliesCompared
from events.envelope import Recorded, Unknown
from events.learner import LearnerEvent
from events.lesson import (
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)
from events.unread import unread
from projections.means import Mean
from projections.progress import of_another_sentence
from projections.projection import Projection, Rows
from projections.tables import Table, integer, real, text, time


class SessionView(Struct, frozen=True, kw_only=True, gc=False):
    """A session as listed. ``turns`` counts the learner's utterances, ``total`` is the mean of their total scores.

    As in `projections.progress`, utterances of another sentence than the one asked for do not enter the mean.
    ``ended`` is None while it is open; ``last_version`` is the newest event's version in the session's stream.
    """

    session: str = ""
    learner: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    turns: int = 0
    tutor: str = ""
    mode: str = ""
    level: str = ""
    goal: str = ""
    topic: str = ""
    total: Mean = Mean()
    last_version: int = 0


class SessionReport(Struct, frozen=True, kw_only=True):
    """A session as the client is shown it; ``average`` is the mean total score, 0..100, None without any."""

    session: str
    learner: str
    started: datetime | None
    ended: datetime | None
    turns: int
    tutor: str
    mode: str
    level: str
    goal: str
    topic: str
    average: float | None
    last_version: int


def initial() -> SessionView:
    """A session before its first event."""
    return SessionView()


def evolve(view: SessionView, recorded: Recorded) -> SessionView:
    """The view after an event of the same stream."""
    view = replace(view, last_version=recorded.version)
    match recorded.event:
        case SessionStarted() as event:
            return replace(
                view,
                session=event.session,
                learner=event.learner,
                started=recorded.time,
                tutor=event.tutor,
                mode=event.mode,
                level=event.level,
                goal=event.goal,
                topic=event.topic,
            )
        case SpeechUttered():
            return replace(view, turns=view.turns + 1)
        case SpeechAssessed() as event if event.scores.total is not None and not of_another_sentence(event):
            return replace(view, total=view.total.add(event.scores.total))
        case SessionEnded():
            return replace(view, ended=recorded.time)
        case _:
            return view


def report(view: SessionView) -> SessionReport:
    """The line of the list."""
    return SessionReport(
        session=view.session,
        learner=view.learner,
        started=view.started,
        ended=view.ended,
        turns=view.turns,
        tutor=view.tutor,
        mode=view.mode,
        level=view.level,
        goal=view.goal,
        topic=view.topic,
        average=view.total.rounded(),
        last_version=view.last_version,
    )


def key(recorded: Recorded) -> str | None:
    """The stream; None for what lies beside sessions, and for a type unknown here, which may do so too."""
    if isinstance(recorded.event, LearnerEvent | RepliesCompared):
        return None
    unknown = isinstance(recorded.event, Unknown) and not recorded.event.fault
    return None if unknown else recorded.stream


TABLE = Table(
    name="sessions",
    about="a lesson a row",
    columns=(
        text("session", "the lesson's id, which is its stream in the log"),
        text("learner", "the learner's pseudonym"),
        time("started", "when it began, UTC"),
        time("ended", "when it ended, UTC; empty while it is open"),
        integer("turns", "utterances of the learner"),
        text("tutor", "the tutor's name; empty for imported recordings"),
        text("mode", "conversation, sentence, or corpus for imported recordings"),
        text("level", "CEFR level, A1..C1; empty for imported recordings"),
        text("goal", "what the learner learns for"),
        text("topic", "what the lesson was to be about; may be empty"),
        real(
            "average", "mean total score, 0..100, of judged utterances except those of another sentence; may be empty"
        ),
        integer("last_version", "version of the newest event in its stream"),
    ),
)


def rows(view: SessionView) -> Rows:
    """The lesson's row; none for a stream that has not begun as one."""
    if not view.session:
        return {}
    average = view.total.value if view.total.count else None
    head = (view.session, view.learner, view.started, view.ended, view.turns, view.tutor, view.mode, view.level)
    return {"sessions": [(*head, view.goal, view.topic, average, view.last_version)]}


SESSIONS = Projection(
    name="sessions",
    version=3,
    about="each session in one line: when, who, how many turns, how well",
    view=SessionView,
    key=key,
    initial=initial,
    evolve=evolve,
    tables=(TABLE,),
    rows=rows,
    unread=(
        unread(SpeechUttered, "audio", "text", "reference"),
        unread(SpeechTranscribed, "text", "words", "engine"),
        unread(SpeechAssessed, "prosody", "notes", "engines"),
        unread(TutorReplied, "text", "engine", "evidence", "exercise", "topic"),
        unread(TutorSpoken, "text", "audio", "engine", "phonemes", "visemes", "melody"),
        unread(TutorHeard, "text"),
    ),
)
