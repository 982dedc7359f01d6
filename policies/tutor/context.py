"""What a tutor may know when it answers, and one sentence of its answer. Decides nothing."""

from msgspec import Struct

from events.values import Evidence, Note, Pronunciation, Prosody, Scores
from policies.learner import LearnerHistory


class TurnSummary(Struct, frozen=True, kw_only=True):
    """One earlier exchange of this session, as both sides really heard it; ``slips`` are the kinds of its notes."""

    said: str
    replied: str
    reference: str = ""
    total: float | None = None
    slips: tuple[str, ...] = ()


class TutorContext(Struct, frozen=True, kw_only=True):
    """All that a tutor may know when it answers.

    ``said`` is "" for the greeting (turn 0) and when no words were understood; then ``confidence`` tells which.
    ``pending`` is the exercise that waits while the learner says an older sentence again.
    ``used`` holds every sentence that the tutor has said in this session: none may be said again.
    """

    session: str
    turn: int
    tutor: str
    goal: str
    level: str
    mode: str
    seed: int
    topic: str = ""
    exercise: str = ""
    pending: str = ""
    said: str = ""
    confidence: float = 0.0
    typed: bool = False
    scores: Scores = Scores()
    prosody: Prosody | None = None
    pronunciation: Pronunciation | None = None
    notes: tuple[Note, ...] = ()
    turns: tuple[TurnSummary, ...] = ()
    used: tuple[str, ...] = ()
    attempts: int = 0
    history: LearnerHistory = LearnerHistory()


class Sentence(Struct, frozen=True, kw_only=True):
    """One sentence of a reply; the fields are those of `events.lesson.TutorReplied`."""

    text: str
    emotion: str = "neutral"
    acts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    exercise: str = ""
    topic: str = ""
