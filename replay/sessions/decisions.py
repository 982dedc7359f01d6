"""What today's code decides where a log holds what was decided then. Engines' answers are taken from the log.

Each decision is told as the event that would be logged now; where it is the logged one, nothing has changed. What only
engines decide (words, phones, sound, pictures, when speech ends) is not decided again.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from actors.session.commands import Claim, Command, End, Hear, Rate, Record, Retry, Start, Utter
from actors.session.decide import decide
from actors.session.errors import SessionError
from actors.session.state import SessionState
from events import lesson
from events.envelope import NotOfLesson, Recorded
from events.lesson import LessonEvent
from events.values import EngineUse
from policies.scores import combine
from policies.tutors import TUTORS
from policies.visemes import viseme_timeline
from policies.voice import bounded_rate, speaking_rate, voice_name
from replay.sessions.moments import Moments

OWN_VOICES = ("kokoro", "piper", "espeak")
"""Voice engines that keep the rate and the voice which policies choose."""


class Decision(Struct, frozen=True, kw_only=True):
    """``now`` is the event as today's code decides it, None if it refuses it; ``reason`` then says why."""

    policy: str
    now: LessonEvent | None
    reason: str = ""


def decided_now(recorded: Recorded, moments: Moments) -> Iterator[Decision]:
    """All that is decided about a logged event but the tutor's replies; ``moments`` hold what came before it."""
    event, state = recorded.event, moments.state
    assert not isinstance(event, NotOfLesson)
    if not isinstance(event, lesson.SpeechRated):  # people judge whenever they like, and no session decides it
        yield _obeyed(event, recorded.causation, state)
    match event:
        case lesson.SpeechUttered():
            yield Decision(policy="utterance", now=_uttered(event, moments))
        case lesson.SpeechTranscribed() if (typed := _typed(event, state)) is not None:
            yield Decision(policy="transcript", now=typed)
        case lesson.SpeechAssessed() if (scored := _scored(event, state)) is not None:
            yield Decision(policy="scores", now=scored)
        case lesson.TutorSpoken():
            yield Decision(policy="voice", now=_voiced(event, state))
            visemes = viseme_timeline(event.phonemes, duration_ms=event.duration_ms)
            yield Decision(policy="visemes", now=replace(event, visemes=visemes))
        case lesson.TutorRendered():
            yield Decision(policy="face", now=_drawn(event, state))
        case _:
            pass


def _obeyed(event: LessonEvent, causation: str, state: SessionState) -> Decision:
    """The session's own answer to the command that led to the event."""
    try:
        answer = decide(state, _command(event, causation))
    except SessionError as error:
        return Decision(policy="session", now=None, reason=str(error))
    if not answer:
        obeyed = causation and causation in state.commands
        reason = f"command {causation!r} was obeyed before" if obeyed else "the session has no place for it here"
        return Decision(policy="session", now=None, reason=reason)
    now = answer[0]
    if isinstance(now, lesson.SessionClaimed) and isinstance(event, lesson.SessionClaimed):
        now = replace(now, policies=event.policies)  # the versions of its own code, which is not this one
    return Decision(policy="session", now=now)


def _command(event: LessonEvent, causation: str) -> Command:
    match event:
        case lesson.SessionStarted():
            return Start(id=causation, started=event)
        case lesson.SessionClaimed():
            return Claim(id=causation, host=event.host)
        case lesson.SpeechUttered():
            return Utter(id=causation, uttered=event)
        case lesson.TutorHeard():
            return Hear(id=causation, turn=event.turn, heard_ms=event.heard_ms, interrupted=event.interrupted)
        case lesson.TurnRetried():
            return Retry(id=causation, turn=event.turn)
        case lesson.FeedbackRated():
            return Rate(id=causation, turn=event.turn, stars=event.stars, comment=event.comment)
        case lesson.SessionEnded():
            return End(id=causation, reason=event.reason)
        case _:
            return Record(id="", event=event)


def _uttered(event: lesson.SpeechUttered, moments: Moments) -> lesson.SpeechUttered:
    """The sentence that was to be said, and the turn that is said again; a client may have given a sentence itself."""
    expected = []
    for state in moments.since_utterance():
        guided = state.started is not None and (state.started.mode == "sentence" or bool(state.started.exercise))
        reference = state.exercise if guided else ""
        if event.endpoint == "client":
            reference = event.reference
        retry_of = None if event.source == "typed" else state.retry_of
        expected.append(replace(event, reference=reference, retry_of=retry_of))
    return event if event in expected else expected[0]


def _typed(event: lesson.SpeechTranscribed, state: SessionState) -> lesson.SpeechTranscribed | None:
    """What was typed is its own transcript."""
    uttered = state.turns[event.turn].uttered
    if uttered is None or uttered.audio is not None:
        return None
    use = EngineUse(kind="asr", name="typed", version="1")
    return lesson.SpeechTranscribed(turn=event.turn, text=uttered.text, engine=use, confidence=1.0)


def _scored(event: lesson.SpeechAssessed, state: SessionState) -> lesson.SpeechAssessed | None:
    """The five figures, from what the engines measured."""
    said = state.turns[event.turn].transcribed
    if said is None or state.started is None:
        return None
    judged = any(use.kind == "language" and use.name != "none" for use in event.engines)
    scores = combine(
        prosody=event.prosody,
        pronunciation=event.pronunciation,
        notes=event.notes if judged else None,
        transcript=said,
        level=state.started.level,
    )
    return replace(event, scores=scores)


def _voiced(event: lesson.TutorSpoken, state: SessionState) -> lesson.TutorSpoken:
    """Where the segment lies in its turn, and how the tutor speaks at this level."""
    turn = state.turns[event.turn]
    start_ms = turn.spoken[-1].start_ms + turn.spoken[-1].duration_ms if turn.spoken else 0
    last = event.sentence_end and turn.replied[event.sentence].last
    now = replace(event, segment=len(turn.spoken), start_ms=start_ms, last=last)
    tutor = next((tutor for tutor in TUTORS if state.started is not None and tutor.name == state.started.tutor), None)
    if tutor is None or state.started is None or event.engine.name not in OWN_VOICES:
        return now
    rate = bounded_rate(speaking_rate(state.started.level))
    return replace(now, rate=rate, voice=voice_name(tutor, event.engine.name))


def _drawn(event: lesson.TutorRendered, state: SessionState) -> lesson.TutorRendered:
    """Whose face, in which mood, and where the fragment lies."""
    turn = state.turns[event.turn]
    segment = turn.spoken[event.segment]
    before = [fragment for fragment in turn.rendered if fragment.segment == event.segment]
    start_ms = before[-1].start_ms + before[-1].duration_ms if before else segment.start_ms
    return replace(
        event,
        start_ms=start_ms,
        look=state.started.tutor if state.started else "",
        emotion=turn.replied[segment.sentence].emotion,
        last=event.start_ms + event.duration_ms >= segment.start_ms + segment.duration_ms,
    )
