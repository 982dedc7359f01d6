"""From a lesson's events to cases, a function for each kind of engine. Pure.

Where an event of a turn comes twice (a stage that was tried again), the last one counts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from actors.session.context import tutor_context
from actors.session.state import evolve, initial
from events.envelope import NotOfLesson, Recorded
from events.lesson import (
    SessionStarted,
    SpeechAssessed,
    SpeechRated,
    SpeechTranscribed,
    SpeechUttered,
    TutorReplied,
    TutorSpoken,
)
from events.values import EngineUse
from policies.learner import LearnerHistory
from policies.tutor.context import TutorContext
from replay.counterfactual.asking import judged
from replay.counterfactual.values import (
    LOGGED,
    Answer,
    Case,
    Exchange,
    Line,
    Outcome,
    Recording,
    Replied,
    Scored,
    Spoken,
    Traits,
    Transcribed,
)

LeftOut = Counter[str]


class Lesson(Struct, frozen=True, kw_only=True):
    """A session as recorded, with what was known of its learner when it began."""

    recorded: tuple[Recorded, ...]
    traits: Traits = Traits()
    history: LearnerHistory = LearnerHistory()


class _Turn:
    """The events of a turn, each with its id."""

    def __init__(self) -> None:
        self.uttered: tuple[str, SpeechUttered] | None = None
        self.transcribed: tuple[str, SpeechTranscribed] | None = None
        self.assessed: tuple[str, SpeechAssessed] | None = None
        self.replied: list[tuple[str, TutorReplied]] = []
        self.spoken: list[tuple[str, TutorSpoken]] = []
        self.rated: tuple[str, float] | None = None

    def take(self, recorded: Recorded) -> None:
        match recorded.event:
            case SpeechUttered() as event:
                self.uttered = (recorded.id, event)
            case SpeechTranscribed() as event:
                self.transcribed = (recorded.id, event)
            case SpeechAssessed() as event:
                self.assessed = (recorded.id, event)
            case TutorReplied() as event:
                self.replied.append((recorded.id, event))
            case TutorSpoken() as event:
                self.spoken.append((recorded.id, event))
            case SpeechRated() as event:
                rating = event.accuracy if event.total is None else event.total
                self.rated = self.rated if rating is None else (recorded.id, 10 * rating)
            case _:
                pass


def cases_of(kind: str, lesson: Lesson, left_out: LeftOut) -> Iterator[Case]:
    """The cases of one session for a kind; ``left_out`` counts what cannot be one, by its reason."""
    turns = _turns(lesson.recorded)
    match kind:
        case "asr":
            found = _transcriptions(lesson, turns, left_out)
        case "pronunciation":
            found = _scores(lesson, turns, left_out)
        case "tutor":
            found = _replies(lesson, turns, left_out)
        case _:
            found = _lines(lesson, turns, left_out)
    versions = {each.id: each.version for each in lesson.recorded}
    for case in found:
        yield replace(case, version=versions[case.id])


def _turns(recorded: Sequence[Recorded]) -> dict[int, _Turn]:
    turns: dict[int, _Turn] = {}
    for each in recorded:
        turn = getattr(each.event, "turn", None)
        if turn is not None:
            turns.setdefault(turn, _Turn()).take(each)
    return turns


def _transcriptions(lesson: Lesson, turns: dict[int, _Turn], left_out: LeftOut) -> Iterator[Case]:
    for number, turn in turns.items():
        prompt = _recording(turn, left_out)
        if prompt is None or turn.uttered is None:
            continue
        events, logged = [turn.uttered[0]], None
        if turn.transcribed is not None:
            identity, heard = turn.transcribed
            events.append(identity)
            outcome = Transcribed(text=heard.text, confidence=heard.confidence)
            logged = _logged(turn.uttered[0], outcome, [heard.engine])
        yield _case(lesson, number, events, prompt, logged)


def _scores(lesson: Lesson, turns: dict[int, _Turn], left_out: LeftOut) -> Iterator[Case]:
    for number, turn in turns.items():
        prompt = _recording(turn, left_out)
        if prompt is None or turn.uttered is None:
            continue
        if not prompt.reference and turn.transcribed is not None:
            prompt = replace(prompt, reference=turn.transcribed[1].text)  # as the lesson does in free speech
        if not prompt.reference:
            left_out["no text to score against"] += 1
            continue
        events, logged = [turn.uttered[0]], None
        if turn.assessed is not None and turn.assessed[1].pronunciation is not None:
            identity, assessed = turn.assessed
            events.append(identity)
            scored = assessed.pronunciation
            assert scored is not None
            words = tuple(word.score for word in scored.words)
            outcome = Scored(score=scored.score, completeness=scored.completeness, words=words)
            uses = [use for use in assessed.engines if use.kind == "pronunciation"]
            logged = _logged(turn.uttered[0], outcome, uses)
        if turn.rated is not None:
            events.append(turn.rated[0])
        yield _case(lesson, number, events, prompt, logged)


def _recording(turn: _Turn, left_out: LeftOut) -> Recording | None:
    if turn.uttered is None:
        return None
    uttered = turn.uttered[1]
    if uttered.audio is None:
        left_out["it was typed"] += 1
        return None
    heard = turn.transcribed[1] if turn.transcribed else None
    return Recording(
        audio=uttered.audio,
        duration_ms=uttered.duration_ms,
        # What was asked for, or what a corpus says was said; what an engine understood is no truth.
        reference=uttered.reference or uttered.text,
        language=heard.language if heard else "en",
        words=heard.words if heard else (),
        rated=turn.rated[1] if turn.rated else None,
    )


def _replies(lesson: Lesson, turns: dict[int, _Turn], left_out: LeftOut) -> Iterator[Case]:
    contexts = _contexts(lesson)
    for number, turn in turns.items():
        if not turn.replied:
            continue
        if not turn.replied[-1][1].last:
            left_out["the reply was cut short"] += 1
            continue
        context = contexts[number]
        sentences = [(event.text, event.acts) for _, event in turn.replied]
        identity = turn.replied[0][0]
        outcome = Replied(sentences=judged(context, sentences))
        logged = _logged(identity, outcome, [event.engine for _, event in turn.replied])
        yield _case(lesson, number, [each for each, _ in turn.replied], Exchange(context=context), logged)


def _contexts(lesson: Lesson) -> dict[int, TutorContext]:
    """What the tutor knew at each turn, just before the first sentence of its reply."""
    state, contexts = initial(), {}
    for each in lesson.recorded:
        event = each.event
        if isinstance(event, NotOfLesson):
            continue
        if isinstance(event, TutorReplied) and event.turn not in contexts:
            contexts[event.turn] = tutor_context(state, event.turn, lesson.history)
        state = evolve(state, event, version=each.version, command=each.causation)
    return contexts


def _lines(lesson: Lesson, turns: dict[int, _Turn], left_out: LeftOut) -> Iterator[Case]:
    started = next((each.event for each in lesson.recorded if isinstance(each.event, SessionStarted)), None)
    tutor = started.tutor if started else ""
    for number, turn in turns.items():
        for identity, sentence in turn.replied:
            segments = [each for each in turn.spoken if each[1].sentence == sentence.sentence]
            if not segments or not segments[-1][1].sentence_end:
                left_out["the sentence was not spoken to its end"] += 1
                continue
            spoken = [event for _, event in segments]
            outcome = Spoken(
                duration_ms=sum(event.duration_ms for event in spoken), understood="", voice=spoken[0].voice
            )
            line = Line(
                text=sentence.text, tutor=tutor, rate=spoken[0].rate, audio=tuple(event.audio for event in spoken)
            )
            logged = _logged(identity, outcome, [event.engine for event in spoken])
            yield _case(lesson, number, [identity, *(each for each, _ in segments)], line, logged)


def _logged(case: str, outcome: Outcome, uses: Sequence[EngineUse]) -> Answer:
    return Answer(
        case=case,
        asked=LOGGED,
        outcome=outcome,
        use=uses[0] if uses else None,
        first_ms=uses[0].latency_ms if uses else 0.0,
        latency_ms=sum(use.latency_ms for use in uses),
    )


def _case(
    lesson: Lesson, turn: int, events: Sequence[str], prompt: Recording | Exchange | Line, logged: Answer | None
) -> Case:
    first = lesson.recorded[0]
    return Case(
        id=events[0],
        session=first.stream,
        version=first.version,
        turn=turn,
        learner=first.learner,
        prompt=prompt,
        events=tuple(events),
        traits=lesson.traits,
        logged=logged,
    )
