"""The stage of the reply: what the tutor may say reaches the log, feedback about nothing does not."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.session.state import SessionState, evolve
from actors.session.work import Reply
from actors.stages.replying import reply
from actors.stages.stage import Resources
from events.lesson import SessionStarted, TutorReplied
from events.values import EngineUse, Evidence
from policies.learner import LearnerHistory
from policies.tutor.context import Sentence
from tests.policies.feedback.utterance import TEXT, assessed, heard, uttered

USE = EngineUse(kind="tutor", name="provider", version="1")
STARTED = SessionStarted(session="s1", learner="ana", tutor="joe", goal="", level="A2", mode="sentence", seed=1)
TRUE = Evidence(kind="phone", text="TH", start_ms=410, end_ms=510, value=20.0)
FALSE = Evidence(kind="phone", text="R", start_ms=410, end_ms=510, value=20.0)


class Saying:
    """Engines whose tutor says these sentences."""

    def __init__(self, *sentences: Sentence) -> None:
        self._sentences = sentences

    async def stream(self, *_: Any) -> AsyncIterator[tuple[Sentence, EngineUse]]:
        for sentence in self._sentences:
            yield sentence, USE


async def said(*sentences: Sentence) -> list[TutorReplied]:
    greeted = TutorReplied(turn=0, sentence=0, text="Hi.", engine=USE, last=True)
    state = SessionState()
    for version, event in enumerate((STARTED, greeted, uttered(), heard(TEXT), assessed()), start=1):
        state = evolve(state, event, version=version)
    resources = Resources(
        engines=Saying(*sentences),  # type: ignore[arg-type]  # the same shape
        blobs=None,  # type: ignore[arg-type]  # no sound is kept here
        history=lambda learner, session: LearnerHistory(),
    )
    return [event async for event in reply(Reply(turn=1), state, resources) if isinstance(event, TutorReplied)]


async def test_a_planted_correction_of_a_sound_that_was_not_said_is_left_out_and_told_to_the_log_of_faults(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        events = await said(
            Sentence(text="Mind the start of think.", acts=("correct",), evidence=(TRUE,)),
            Sentence(text="Mind the R in think.", acts=("correct",), evidence=(FALSE,)),
            Sentence(text="Now say it again.", acts=("instruct",)),
        )
    assert [(event.sentence, event.text, event.last) for event in events] == [
        (0, "Mind the start of think.", False),
        (1, "Now say it again.", True),
    ]
    assert "no event holds the phone 'R' from 410 to 510 ms of 20" in caplog.text
