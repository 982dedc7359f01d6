"""The events of a lesson, each family in its newest version. Facts in the past tense; others decide what they mean.

A turn is one exchange, numbered from 0: turn 0 is the tutor's greeting, turn n the learner's n-th utterance and the
tutor's answer to it. A sentence is a sentence of the tutor's reply, a segment a stretch of its audio (a sentence or a
clause of one), a fragment a stretch of the video over one segment. For ``gc=False`` see `events.values`.
"""

from msgspec import UNSET, Struct, UnsetType

from events.values import (
    Blob,
    EngineUse,
    Evidence,
    Melody,
    Note,
    Phoneme,
    PolicyUse,
    Pronunciation,
    Prosody,
    Scores,
    Viseme,
    Word,
    WordRating,
)


class SessionStarted(Struct, frozen=True, kw_only=True, gc=False, tag="session.started.v1"):
    """A learner opened a lesson. ``exercise`` is the sentence to say in mode "sentence", empty to let the tutor choose.

    ``level`` is a CEFR level A1..C1, ``mode`` "conversation" or "sentence", ``endpointing`` "auto" or "manual";
    ``seed`` makes every choice of the tutor in this session repeatable.

    ``mode`` "corpus" is no lesson: recordings that were imported, with no tutor, of a level that nobody knows (both
    empty); ``topic`` names the corpus. `events.learner.LearnerDescribed` tells who spoke.
    """

    session: str
    learner: str
    tutor: str
    goal: str
    level: str
    mode: str
    seed: int
    topic: str = ""
    exercise: str = ""
    endpointing: str = "auto"
    language: str = "en"
    client: str = ""


class SessionClaimed(Struct, frozen=True, kw_only=True, gc=False, tag="session.claimed.v1"):
    """A host took the session; every host with a lower epoch is fenced. ``policies`` decide for it from now on."""

    epoch: int
    host: str
    policies: tuple[PolicyUse, ...] = ()


class SpeechUttered(Struct, frozen=True, kw_only=True, gc=False, tag="speech.uttered.v1"):
    """The learner finished an utterance. ``audio`` is None when it was typed (``text`` then holds it).

    ``source`` is microphone, upload, typed or corpus (imported); ``endpoint`` says what closed it: silence, client,
    limit, typed or file. ``reference`` is the text it should say, empty in free conversation; ``text`` of an imported
    recording is what its corpus says was said. ``retry_of`` is the turn it says again. Start and end of the speech are
    both 0 where nobody looked for them.
    """

    turn: int
    source: str
    endpoint: str
    audio: Blob | None = None
    text: str = ""
    reference: str = ""
    sample_rate_hz: int = 0
    duration_ms: int = 0
    speech_start_ms: int = 0
    speech_end_ms: int = 0
    level_db: float | None = None
    retry_of: int | None = None


class SpeechTranscribed(Struct, frozen=True, kw_only=True, gc=False, tag="speech.transcribed.v1"):
    """What the recogniser understood; an empty ``text`` means that it heard no words."""

    turn: int
    text: str
    engine: EngineUse
    words: tuple[Word, ...] = ()
    language: str = "en"
    confidence: float = 0.0


class SpeechAssessed(Struct, frozen=True, kw_only=True, gc=False, tag="speech.assessed.v2"):
    """How it was said and what slipped. A part that no engine could give is None; ``engines`` says what answered."""

    turn: int
    scores: Scores
    prosody: Prosody | None = None
    pronunciation: Pronunciation | None = None
    notes: tuple[Note, ...] = ()
    engines: tuple[EngineUse, ...] = ()


class SpeechRated(Struct, frozen=True, kw_only=True, gc=False, tag="speech.rated.v1"):
    """People judged how an utterance says its reference text: a teacher, or the experts of a corpus.

    ``accuracy``, ``fluency``, ``prosodic`` and ``total`` are 0..10, ``completeness`` (the share of words said well)
    0..1, None where nobody gave one. ``rater`` names who, or the panel; ``method`` says how a panel's figures were made
    of its members' (median, mean), who are in the same order in every ``*_each``.
    """

    turn: int
    rater: str
    accuracy: float | None = None
    fluency: float | None = None
    prosodic: float | None = None
    completeness: float | None = None
    total: float | None = None
    words: tuple[WordRating, ...] = ()
    method: str = ""
    accuracy_each: tuple[float, ...] = ()
    fluency_each: tuple[float, ...] = ()
    prosodic_each: tuple[float, ...] = ()
    completeness_each: tuple[float, ...] = ()
    total_each: tuple[float, ...] = ()


class TutorReplied(Struct, frozen=True, kw_only=True, gc=False, tag="tutor.replied.v1"):
    """One sentence of the tutor's reply. ``last`` closes the reply.

    ``acts`` names what the sentence does (greet, react, recast, praise, correct, model, ask, instruct, close);
    ``exercise`` is the sentence that the learner should say next, if this one sets it.
    """

    turn: int
    sentence: int
    text: str
    engine: EngineUse
    last: bool = False
    emotion: str = "neutral"
    acts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    exercise: str = ""
    topic: str = ""


class TutorSpoken(Struct, frozen=True, kw_only=True, gc=False, tag="tutor.spoken.v2"):
    """One segment of the tutor's voice.

    ``start_ms`` counts from the turn's first sample, other times from the segment's. ``sentence_end`` marks the
    last segment of its sentence, ``last`` that of the turn. A segment lasts whole video frames of 40 ms. ``melody`` is
    measured of sentences that the learner is to say, but for a turn's first segment; else it is left out.
    """

    turn: int
    segment: int
    sentence: int
    text: str
    voice: str
    audio: Blob
    sample_rate_hz: int
    start_ms: int
    duration_ms: int
    engine: EngineUse
    phonemes: tuple[Phoneme, ...] = ()
    visemes: tuple[Viseme, ...] = ()
    rate: float = 1.0
    sentence_end: bool = True
    last: bool = False
    melody: Melody | UnsetType = UNSET


class TutorRendered(Struct, frozen=True, kw_only=True, gc=False, tag="tutor.rendered.v1"):
    """One fragment of the tutor's face over one segment: an MP4 initialisation blob and a media blob.

    ``start_ms`` counts from the turn's start; ``last`` marks the segment's last fragment.
    """

    turn: int
    segment: int
    fragment: int
    init: Blob
    media: Blob
    start_ms: int
    duration_ms: int
    look: str
    emotion: str
    engine: EngineUse
    last: bool = False


class TutorHeard(Struct, frozen=True, kw_only=True, gc=False, tag="tutor.heard.v1"):
    """What the learner really heard of a turn: its first ``heard_ms``, which said ``text``."""

    turn: int
    heard_ms: int
    text: str
    interrupted: bool = False


class TurnFailed(Struct, frozen=True, kw_only=True, gc=False, tag="turn.failed.v1"):
    """A stage of a turn gave no answer after its whole chain; the lesson goes on without it."""

    turn: int
    stage: str
    code: str
    message: str
    retryable: bool = True


class TurnRetried(Struct, frozen=True, kw_only=True, gc=False, tag="turn.retried.v1"):
    """The learner asked for this turn again: a failed stage is tried anew, or its sentence is said again."""

    turn: int


class FeedbackRated(Struct, frozen=True, kw_only=True, gc=False, tag="feedback.rated.v1"):
    """The learner judged a turn of the tutor with 1 to 5 stars."""

    turn: int
    stars: int
    comment: str = ""


class SessionEnded(Struct, frozen=True, kw_only=True, gc=False, tag="session.ended.v1"):
    """The lesson is over; ``reason`` is learner, idle, replaced or imported."""

    reason: str


LessonEvent = (
    SessionStarted
    | SessionClaimed
    | SpeechUttered
    | SpeechTranscribed
    | SpeechAssessed
    | SpeechRated
    | TutorReplied
    | TutorSpoken
    | TutorRendered
    | TutorHeard
    | TurnFailed
    | TurnRetried
    | FeedbackRated
    | SessionEnded
)
"""Every event that a session's stream may hold."""
