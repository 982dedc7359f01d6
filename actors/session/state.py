"""The state of a session and how each event changes it. Knows no engine, no clock, no log."""

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from events.lesson import (
    FeedbackRated,
    LessonEvent,
    SessionClaimed,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechRated,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TurnRetried,
    TutorHeard,
    TutorRendered,
    TutorReplied,
    TutorSpoken,
)


class Turn(Struct, frozen=True, kw_only=True):
    """One exchange. ``failed`` names the stages that gave no answer (transcribe, reply, speak, render)."""

    uttered: SpeechUttered | None = None
    transcribed: SpeechTranscribed | None = None
    assessed: SpeechAssessed | None = None
    replied: tuple[TutorReplied, ...] = ()
    spoken: tuple[TutorSpoken, ...] = ()
    rendered: tuple[TutorRendered, ...] = ()
    heard: TutorHeard | None = None
    failed: frozenset[str] = frozenset()
    stars: int = 0

    @property
    def reply_complete(self) -> bool:
        return bool(self.replied) and self.replied[-1].last


class SessionState(Struct, frozen=True, kw_only=True):
    """A session as its events left it.

    ``exercise`` is the sentence to say now, ``attempts`` how often it was tried; ``pending`` is the exercise that waits
    while an older sentence is said again. ``retry_of`` is the turn that the next utterance says again. ``commands`` are
    the ids of the commands that have been obeyed.
    """

    version: int = 0
    epoch: int = 0
    host: str = ""
    started: SessionStarted | None = None
    turns: tuple[Turn, ...] = ()
    exercise: str = ""
    pending: str = ""
    topic: str = ""
    attempts: int = 0
    retry_of: int | None = None
    ended: str = ""
    commands: frozenset[str] = frozenset()

    @property
    def next_turn(self) -> int:
        return max(1, len(self.turns))


COMMANDED = (
    SessionStarted,
    SessionClaimed,
    SpeechUttered,
    TutorHeard,
    TurnRetried,
    FeedbackRated,
    SessionEnded,
)
"""The events that come from a command instead of an engine."""


def initial() -> SessionState:
    """A session before its first event."""
    return SessionState()


def evolve(state: SessionState, event: LessonEvent, *, version: int, command: str = "") -> SessionState:
    """The state after an event at stream version ``version``, caused by the command with that id.

    Only the ids of the learner's and the hosts' commands are kept: an engine's answer is refused by its place instead.
    """
    keeps_id = bool(command) and isinstance(event, COMMANDED)
    commands = state.commands | {command} if keeps_id else state.commands
    state = replace(state, version=version, commands=commands)
    match event:
        case SessionStarted():
            return replace(state, started=event, turns=(Turn(),), exercise=event.exercise, topic=event.topic)
        case SessionClaimed():
            return replace(state, epoch=event.epoch, host=event.host)
        case SpeechUttered():
            return _uttered(state, event)
        case TutorReplied():
            return _replied(state, event)
        case TurnRetried():
            return _retried(state, event)
        case SessionEnded():
            return replace(state, ended=event.reason)
        case SpeechRated():
            return state  # what people think of it changes no lesson
        case _:
            return _with_turn(state, event.turn, _turn_after(state.turns[event.turn], event))


def _turn_after(
    turn: Turn,
    event: SpeechTranscribed | SpeechAssessed | TutorSpoken | TutorRendered | TutorHeard | TurnFailed | FeedbackRated,
) -> Turn:
    match event:
        case SpeechTranscribed():
            return replace(turn, transcribed=event)
        case SpeechAssessed():
            return replace(turn, assessed=event)
        case TutorSpoken():
            return replace(turn, spoken=(*turn.spoken, event))
        case TutorRendered():
            return replace(turn, rendered=(*turn.rendered, event))
        case TutorHeard():
            return replace(turn, heard=event)
        case TurnFailed():
            return replace(turn, failed=turn.failed | {event.stage})
        case FeedbackRated():
            return replace(turn, stars=event.stars)
        case _:
            assert_never(event)


def _uttered(state: SessionState, event: SpeechUttered) -> SessionState:
    attempts = state.attempts + 1 if event.reference else state.attempts
    return replace(state, turns=(*state.turns, Turn(uttered=event)), attempts=attempts, retry_of=None)


def _replied(state: SessionState, event: TutorReplied) -> SessionState:
    turn = state.turns[event.turn]
    state = _with_turn(state, event.turn, replace(turn, replied=(*turn.replied, event)))
    if event.exercise and event.exercise != state.exercise:
        pending = "" if event.exercise == state.pending else state.pending
        state = replace(state, exercise=event.exercise, pending=pending, attempts=0)
    return replace(state, topic=event.topic) if event.topic else state


def _retried(state: SessionState, event: TurnRetried) -> SessionState:
    turn = state.turns[event.turn]
    if turn.failed:
        return _with_turn(state, event.turn, replace(turn, failed=frozenset()))
    reference = turn.uttered.reference if turn.uttered else ""
    if reference and reference != state.exercise:
        pending = state.pending or state.exercise
        state = replace(state, exercise=reference, pending="" if pending == reference else pending, attempts=1)
    return replace(state, retry_of=event.turn)


def _with_turn(state: SessionState, number: int, turn: Turn) -> SessionState:
    return replace(state, turns=(*state.turns[:number], turn, *state.turns[number + 1 :]))
