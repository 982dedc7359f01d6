"""What goes into a counterfactual run and what comes out of it: cases, answers. Reads nothing, judges nothing."""

from msgspec import Struct

from events.values import Blob, EngineUse, Word
from policies.tutor.context import TutorContext

UNKNOWN = "unknown"


class Traits(Struct, frozen=True, kw_only=True):
    """What results are sliced by; `UNKNOWN` where the log does not tell."""

    level: str = UNKNOWN
    age_group: str = UNKNOWN
    first_language: str = UNKNOWN
    client: str = UNKNOWN


class Recording(Struct, frozen=True, kw_only=True, tag="recording"):
    """An utterance as it was recorded.

    ``reference`` is what it should say, "" in free speech; ``rated`` the mean human score, 0..100, if there is one.
    """

    audio: Blob
    duration_ms: int
    reference: str = ""
    language: str = "en"
    words: tuple[Word, ...] = ()
    rated: float | None = None


class Exchange(Struct, frozen=True, kw_only=True, tag="exchange"):
    """What the tutor knew when it answered a turn."""

    context: TutorContext


class Line(Struct, frozen=True, kw_only=True, tag="line"):
    """A sentence that the tutor spoke; ``audio`` is how it sounded in the lesson."""

    text: str
    tutor: str
    rate: float = 1.0
    audio: tuple[Blob, ...] = ()


Prompt = Recording | Exchange | Line


class Transcribed(Struct, frozen=True, kw_only=True, tag="transcribed"):
    """What a recogniser understood."""

    text: str
    confidence: float = 0.0


class Scored(Struct, frozen=True, kw_only=True, tag="scored"):
    """How well something was said, 0..100; ``words`` are the scores of the reference's words in order."""

    score: float
    completeness: float
    words: tuple[float, ...] = ()


class Said(Struct, frozen=True, kw_only=True):
    """A sentence of a reply; ``fault`` says why the check of replies refuses it, "" where it does not."""

    text: str
    acts: tuple[str, ...] = ()
    fault: str = ""


class Replied(Struct, frozen=True, kw_only=True, tag="replied"):
    """A tutor's reply."""

    sentences: tuple[Said, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


class Spoken(Struct, frozen=True, kw_only=True, tag="spoken"):
    """A sentence in a voice: how long it lasts and what our recogniser understands of it."""

    duration_ms: int
    understood: str
    voice: str = ""


Outcome = Transcribed | Scored | Replied | Spoken


class Answer(Struct, frozen=True, kw_only=True):
    """What an engine made of a case.

    ``asked`` is the engine that was asked, `LOGGED` for what the log holds. ``outcome`` is None when it gave none;
    ``fault`` then says why. ``first_ms`` is the time until its first part, ``latency_ms`` until its last. ``died``
    marks a case whose process ended at every try.
    """

    case: str
    asked: str
    outcome: Outcome | None = None
    use: EngineUse | None = None
    first_ms: float = 0.0
    latency_ms: float = 0.0
    fault: str = ""
    died: bool = False


LOGGED = "log"
"""``asked`` of an answer that was given in the lesson itself."""
SOUND = "sound"
"""``asked`` of an answer that stands for all: the case's sound is gone or cannot be decoded, ``fault`` says why."""


class Case(Struct, frozen=True, kw_only=True):
    """One logged input: ``id`` is the id of the event that holds it, ``events`` are those of all that it was made from.

    ``version`` is that event's place in the session's stream, which another import of a corpus gives again.
    """

    id: str
    session: str
    version: int
    turn: int
    learner: str
    prompt: Prompt
    events: tuple[str, ...]
    traits: Traits = Traits()
    logged: Answer | None = None
