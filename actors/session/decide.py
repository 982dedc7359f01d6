"""What a session answers to a command: the events that follow, or a typed refusal. Pure.

A command whose id has been obeyed gives no event; so does an engine's answer that is no longer wanted.
"""

import re
from typing import assert_never

from actors.session.commands import Claim, Command, End, Hear, Rate, Record, Retry, Start, Utter
from actors.session.errors import BadCommand, SessionEnded, SessionNotFound, TurnOutOfOrder, UnknownTurn
from actors.session.heard import text_heard
from actors.session.state import SessionState, Turn
from actors.session.work import wanted
from events import lesson
from events.lesson import LessonEvent
from policies.tutors import TUTORS
from policies.versions import VERSIONS

LEVELS = ("A1", "A2", "B1", "B2", "C1")
MODES = ("conversation", "sentence")
ENDPOINTINGS = ("auto", "manual")
LONGEST_NAME = 200
LONGEST_REFERENCE = 1_000
"""Characters that a client's own sentence may have."""


def decide(state: SessionState, command: Command) -> tuple[LessonEvent, ...]:
    """The events that a command causes.

    Raises `SessionError`: the command names a turn that is not there, is out of range, or the session is over.
    """
    if command.id in state.commands:
        return ()
    if isinstance(command, Start):
        return _start(state, command)
    if state.started is None:
        raise SessionNotFound("")
    if isinstance(command, Claim):
        return (lesson.SessionClaimed(epoch=state.epoch + 1, host=command.host, policies=VERSIONS),)
    if isinstance(command, Record):
        return (command.event,) if not state.ended and wanted(state, command.event) else ()
    if state.ended:
        if isinstance(command, End | Hear):
            return ()
        raise SessionEnded("This session is over; start a new one.")
    return _learner_command(state, command)


def _learner_command(state: SessionState, command: Utter | Hear | Retry | Rate | End) -> tuple[LessonEvent, ...]:
    match command:
        case Utter():
            return _utter(state, command)
        case Hear():
            return _hear(state, command)
        case Retry():
            turn = _turn(state, command.turn)
            if turn.uttered is None and not turn.failed:
                raise UnknownTurn("The tutor's greeting is no sentence to say again.")
            return (lesson.TurnRetried(turn=command.turn),)
        case Rate():
            _turn(state, command.turn)
            if not 1 <= command.stars <= 5:
                raise BadCommand(f"stars is {command.stars}; it must be 1 to 5.")
            return (lesson.FeedbackRated(turn=command.turn, stars=command.stars, comment=command.comment[:2_000]),)
        case End():
            return (lesson.SessionEnded(reason=command.reason),)
        case _:
            assert_never(command)


def _start(state: SessionState, command: Start) -> tuple[LessonEvent, ...]:
    if state.started is not None:
        raise BadCommand("This session has already started.")
    started = command.started
    for name, value, allowed in (
        ("level", started.level, LEVELS),
        ("mode", started.mode, MODES),
        ("endpointing", started.endpointing, ENDPOINTINGS),
        ("tutor", started.tutor, tuple(tutor.name for tutor in TUTORS)),
    ):
        if value not in allowed:
            raise BadCommand(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    if not started.learner:
        raise BadCommand("learner is empty; give a name or a pseudonym.")
    for name, value in (("learner", started.learner), ("topic", started.topic), ("client", started.client)):
        if "\0" in value:
            raise BadCommand(f"{name} has a character of code 0, which no database keeps; leave it out.")
        if len(value) > LONGEST_NAME:
            raise BadCommand(f"{name} has {len(value)} characters; the limit is {LONGEST_NAME}.")
    if len(started.goal) > LONGEST_REFERENCE:
        raise BadCommand(f"goal has {len(started.goal)} characters; the limit is {LONGEST_REFERENCE}.")
    if not re.fullmatch("[a-z]{2,4}", started.language):
        raise BadCommand(f"language is {started.language[:20]!r}; give a code such as en, or auto.")
    if len(started.exercise) > LONGEST_REFERENCE:
        raise BadCommand(f"text has {len(started.exercise)} characters; the limit is {LONGEST_REFERENCE}.")
    return (started,)


def _utter(state: SessionState, command: Utter) -> tuple[LessonEvent, ...]:
    uttered = command.uttered
    if uttered.turn != state.next_turn:
        raise TurnOutOfOrder(f"Turn {uttered.turn} cannot be said now; the next turn is {state.next_turn}.")
    return (uttered,)


def _hear(state: SessionState, command: Hear) -> tuple[LessonEvent, ...]:
    turn = _turn(state, command.turn)
    if turn.heard is not None or not turn.replied:
        return ()
    end_ms = turn.spoken[-1].start_ms + turn.spoken[-1].duration_ms if turn.spoken else 0
    heard_ms = min(max(0, command.heard_ms), end_ms)
    text = text_heard(turn.spoken, heard_ms)
    return (lesson.TutorHeard(turn=command.turn, heard_ms=heard_ms, text=text, interrupted=command.interrupted),)


def _turn(state: SessionState, number: int) -> Turn:
    if not 0 <= number < len(state.turns):
        raise UnknownTurn(f"There is no turn {number}; the newest is {len(state.turns) - 1}.")
    return state.turns[number]
