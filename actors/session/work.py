"""The work that a session's state still asks for. Because it follows from the state alone, a session that comes back
from the log knows what was unfinished. Pure."""

from msgspec import Struct

from actors.session.state import SessionState, Turn
from events import lesson
from events.lesson import LessonEvent


class Transcribe(Struct, frozen=True, tag="transcribe"):
    """Understand the utterance of a turn."""

    turn: int


class Assess(Struct, frozen=True, tag="assess"):
    """Judge how it was said and what slipped."""

    turn: int


class Reply(Struct, frozen=True, tag="reply"):
    """Decide what the tutor says."""

    turn: int


class Speak(Struct, frozen=True, tag="speak"):
    """Say one sentence of the reply."""

    turn: int
    sentence: int


class Render(Struct, frozen=True, tag="render"):
    """Draw the face over one segment."""

    turn: int
    segment: int


Work = Transcribe | Assess | Reply | Speak | Render


def outstanding(state: SessionState) -> tuple[Work, ...]:
    """What is left to do, most urgent first. Only the newest turn is answered; older ones are still understood."""
    if state.started is None or state.ended:
        return ()
    work: list[Work] = []
    for number, turn in enumerate(state.turns):
        work.extend(_understanding(number, turn))
    newest = len(state.turns) - 1
    return (*work, *_answering(newest, state.turns[newest]))


def _understanding(number: int, turn: Turn) -> tuple[Work, ...]:
    if turn.uttered is None or "transcribe" in turn.failed:
        return ()
    if turn.transcribed is None:
        return (Transcribe(number),)
    return () if turn.assessed is not None else (Assess(number),)


def _answering(number: int, turn: Turn) -> tuple[Work, ...]:
    if turn.heard is not None or turn.failed & {"transcribe", "reply"}:
        return ()
    if turn.uttered is not None and turn.assessed is None:
        return ()
    work: list[Work] = [] if turn.reply_complete else [Reply(number)]
    said = len(turn.spoken) and turn.spoken[-1].sentence + turn.spoken[-1].sentence_end
    if said < len(turn.replied) and "speak" not in turn.failed:
        work.append(Speak(number, said))
    drawn = len(turn.rendered) and turn.rendered[-1].segment + turn.rendered[-1].last
    if drawn < len(turn.spoken) and "render" not in turn.failed:
        work.append(Render(number, drawn))
    return tuple(work)


def wanted(state: SessionState, event: LessonEvent) -> bool:
    """Whether an engine's answer still has a place: its turn waits for it, in this order, and was not cut off."""
    match event:
        case lesson.SpeechTranscribed():
            return Transcribe(event.turn) in outstanding(state)
        case lesson.SpeechAssessed():
            return Assess(event.turn) in outstanding(state)
        case lesson.TutorReplied():
            return Reply(event.turn) in outstanding(state) and event.sentence == len(state.turns[event.turn].replied)
        case lesson.TutorSpoken():
            expected = len(state.turns[event.turn].spoken)
            return Speak(event.turn, event.sentence) in outstanding(state) and event.segment == expected
        case lesson.TutorRendered():
            return Render(event.turn, event.segment) in outstanding(state) and event.fragment == _fragment(state, event)
        case lesson.TurnFailed():
            return any(item.turn == event.turn and stage_of(item) == event.stage for item in outstanding(state))
        case _:
            return False


def _fragment(state: SessionState, event: lesson.TutorRendered) -> int:
    rendered = state.turns[event.turn].rendered
    return sum(1 for fragment in rendered if fragment.segment == event.segment)


def stage_of(work: Work) -> str:
    """The stage's name, as `events.lesson.TurnFailed` gives it."""
    return str(work.__struct_config__.tag)
