"""The tutor's reply, sentence by sentence; feedback that rests on nothing that happened is never said."""

import logging
from collections.abc import AsyncIterator

from actors.ports import EngineError, Sentence
from actors.session.context import tutor_context
from actors.session.state import SessionState
from actors.session.work import Reply
from actors.stages.stage import Resources
from events.lesson import LessonEvent, TutorReplied
from events.values import EngineUse
from policies.feedback.grounding import sentence_fault

logger = logging.getLogger(__name__)


async def reply(work: Reply, state: SessionState, resources: Resources) -> AsyncIterator[LessonEvent]:
    """The sentences of the reply. One is held back until the next is there, so that the last is known to be the last.

    After a crash the sentences that the log already holds are passed over.
    """
    assert state.started is not None
    context = tutor_context(state, work.turn, resources.history(state.started.learner, state.started.session))
    done = len(state.turns[work.turn].replied)
    held: tuple[Sentence, EngineUse] | None = None
    index = -1
    async for sentence, use in resources.engines.stream("tutor", "reply", context):
        fault = sentence_fault(sentence, context)
        if fault:
            logger.warning(
                "Turn %s of session %s: a sentence of %s is left out: %s", work.turn, context.session, use.name, fault
            )
            continue
        if held is not None and index >= done:
            yield _replied(work.turn, index, *held, last=False)
        held = (sentence, use)
        index += 1
    if held is None:
        raise EngineError("The tutor gave no sentence.")
    yield _replied(work.turn, max(index, done), *held, last=True)


def _replied(turn: int, index: int, sentence: Sentence, use: EngineUse, *, last: bool) -> TutorReplied:
    return TutorReplied(
        turn=turn,
        sentence=index,
        text=sentence.text,
        engine=use,
        last=last,
        emotion=sentence.emotion,
        acts=sentence.acts,
        evidence=sentence.evidence,
        exercise=sentence.exercise,
        topic=sentence.topic,
    )
