"""Answers an utterance that is perhaps over, so that its answer is there when it really is. Writes nothing.

The session's state is folded ahead with the events that would follow; if the learner goes on speaking, all of it is
dropped, else the session finds its work already begun.
"""

import asyncio
from collections.abc import Callable

from actors.hosting.begun import Begun
from actors.session.state import SessionState, evolve
from actors.session.work import Render, Speak, Work, outstanding
from actors.stages.stage import AudioOf, Resources
from actors.stages.work import events_of
from events.lesson import SpeechTranscribed, SpeechUttered


class Speculation:
    """The work on one utterance, from its transcript to the tutor's first segment."""

    def __init__(
        self,
        state: SessionState,
        uttered: SpeechUttered,
        resources: Resources,
        audio_of: AudioOf,
        *,
        transcribed: Callable[[str], None],
    ) -> None:
        self._state = state
        self._uttered = uttered
        self._resources = resources
        self._audio_of = audio_of
        self._transcribed = transcribed
        self._begun: dict[Work, Begun] = {}
        self._task = asyncio.create_task(self._run())

    def take(self) -> dict[Work, Begun]:
        """The work begun so far, now the caller's; nothing further is begun."""
        self._task.cancel()
        begun, self._begun = self._begun, {}
        return begun

    def drop(self) -> None:
        """Stop everything: the learner went on speaking."""
        for begun in self.take().values():
            begun.cancel()

    async def _run(self) -> None:
        state = evolve(self._state, self._uttered, version=self._state.version + 1)
        while work := _next(state):
            begun = Begun(events_of(work, state, self._resources, self._audio_of))
            self._begun[work] = begun
            before = state.version
            async for event in begun:
                if isinstance(event, SpeechTranscribed):
                    self._transcribed(event.text)
                state = evolve(state, event, version=state.version + 1)
            if isinstance(work, Speak) or state.version == before:
                return


def _next(state: SessionState) -> Work | None:
    return next((work for work in outstanding(state) if not isinstance(work, Render)), None)
