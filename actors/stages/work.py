"""From a piece of outstanding work to the events that record it."""

from collections.abc import AsyncIterator
from typing import assert_never

from actors.chain import ChainExhausted
from actors.ports import EngineError, EngineInputError
from actors.session.state import SessionState
from actors.session.work import Assess, Render, Reply, Speak, Transcribe, Work, stage_of
from actors.stages.performing import render, speak
from actors.stages.replying import reply
from actors.stages.stage import AudioOf, Resources
from actors.stages.understanding import assess, transcribe
from events.lesson import LessonEvent, TurnFailed


async def events_of(
    work: Work, state: SessionState, resources: Resources, audio_of: AudioOf
) -> AsyncIterator[LessonEvent]:
    """The events of one piece of work, each as soon as its engine has answered.

    What no engine of a chain can do becomes a `TurnFailed`, so that the lesson goes on without it.
    """
    try:
        async for event in _start(work, state, resources, audio_of):
            yield event
    except EngineInputError as error:
        yield _failed(work, "bad_input", error, retryable=False)
    except (ChainExhausted, EngineError) as error:
        yield _failed(work, "engine_failed", error, retryable=True)


def _start(work: Work, state: SessionState, resources: Resources, audio_of: AudioOf) -> AsyncIterator[LessonEvent]:
    match work:
        case Transcribe():
            return transcribe(work, state, resources, audio_of)
        case Assess():
            return assess(work, state, resources, audio_of)
        case Reply():
            return reply(work, state, resources)
        case Speak():
            return speak(work, state, resources)
        case Render():
            return render(work, state, resources)
        case _:
            assert_never(work)


def _failed(work: Work, code: str, error: Exception, *, retryable: bool) -> TurnFailed:
    return TurnFailed(turn=work.turn, stage=stage_of(work), code=code, message=str(error), retryable=retryable)
