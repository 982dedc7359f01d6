"""What the log knows of every event besides the fact itself."""

from datetime import datetime

from msgspec import Struct

from events.comparison import RepliesCompared
from events.counterfactual import CounterfactualRun
from events.dataset import DatasetBuilt
from events.learner import LearnerEvent
from events.lesson import LessonEvent
from events.training import ModelEvent

Fact = LessonEvent | LearnerEvent | DatasetBuilt | CounterfactualRun | RepliesCompared | ModelEvent
"""Every event that this program knows."""


class Unknown(Struct, frozen=True, kw_only=True):
    """A fact that cannot be read here: a type that a newer program wrote, or a damaged payload.

    ``payload`` is its JSON as stored; it is written back byte for byte. ``fault`` is "" for a type that is merely
    unknown, else it says what is wrong with the payload of a known one.
    """

    tag: str
    payload: bytes
    fault: str = ""


NotOfLesson = LearnerEvent | DatasetBuilt | CounterfactualRun | RepliesCompared | ModelEvent | Unknown
"""What no session's stream is made of."""


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event with its place in the log.

    ``version`` counts from 1 within the stream, ``position`` from 1 over the whole log; None before it is stored and
    when read from a file of events. ``time`` is UTC. ``causation`` is the id of the command that led to the event,
    ``correlation`` the id shared by all that one request set off, ``learner`` a pseudonym. ``forgotten``
    says that the learner has been forgotten since: the personal fields of ``event`` are empty.
    """

    id: str
    stream: str
    version: int
    type: str
    time: datetime
    causation: str
    correlation: str
    tenant: str
    learner: str
    producer: str
    event: Fact | Unknown
    position: int | None = None
    forgotten: bool = False


class Origin(Struct, frozen=True, kw_only=True):
    """Who appends, for whom, and because of what; the fields are those of `Recorded`."""

    learner: str
    causation: str
    correlation: str
    producer: str
    tenant: str = "local"
