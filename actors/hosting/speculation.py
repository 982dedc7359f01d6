"""Answers an utterance that is perhaps over, so that its answer is there when it really is. Writes nothing.

The session's state is folded ahead with the events that would follow; if the learner goes on speaking, all of it is
dropped, else the session finds its work already begun.
"""

import asyncio
import logging
from collections.abc import Callable, Collection

from actors.hosting.begun import Begun
from actors.session.state import SessionState, evolve
from actors.session.work import Render, Speak, Work, outstanding
from actors.stages.stage import AudioOf, Resources
from actors.stages.work import events_of
from events.lesson import SpeechTranscribed, SpeechUttered

logger = logging.getLogger(__name__)


class Speculation:
    """The work on one utterance, from its transcript to the tutor's first segment.

    A session that finds the utterance really over goes on with the same pieces of work (`begin`), whether they are
    done, under way, or not reached yet; what it appends then lags behind the engines instead of holding them up.
    """

    def __init__(
        self,
        state: SessionState,
        uttered: SpeechUttered,
        resources: Resources,
        audio_of: AudioOf,
        *,
        transcribed: Callable[[str], None],
    ) -> None:
        self.turn = uttered.turn
        self._state = evolve(state, uttered, version=state.version + 1)
        self._resources = resources
        self._audio_of = audio_of
        self._transcribed = transcribed
        self._begun: dict[Work, Begun] = {}
        self._task = asyncio.create_task(self._run())

    def begin(self, work: Work, state: SessionState) -> Begun:
        """The piece of work, begun now unless it is already."""
        if work not in self._begun:
            self._begun[work] = Begun(events_of(work, state, self._resources, self._audio_of))
        return self._begun[work]

    def forget(self, work: Work) -> None:
        """The piece of work is in the log: should it be asked for again, it is done again."""
        self._begun.pop(work, None)

    def leave(self, adopted: Collection[Work]) -> None:
        """Begin nothing further and stop what nobody reads; ``adopted`` pieces go on for the session."""
        self._task.cancel()
        for work, begun in self._begun.items():
            if work not in adopted:
                begun.cancel()

    def drop(self) -> None:
        """Stop everything: the learner went on speaking, or the session is closed."""
        self._task.cancel()
        for begun in self._begun.values():
            begun.cancel()

    async def _run(self) -> None:
        state = self._state
        while work := self._next(state):
            before = state.version
            try:
                async for event in self.begin(work, state):
                    if isinstance(event, SpeechTranscribed):
                        self._transcribed(event.text)
                    state = evolve(state, event, version=state.version + 1)
            except Exception:  # whoever takes the work over meets the same error and tells it
                logger.debug("%s failed ahead of time", work, exc_info=True)
                return
            if isinstance(work, Speak) or state.version == before:
                return

    def _next(self, state: SessionState) -> Work | None:
        mine = (work for work in outstanding(state) if work.turn == self.turn and not isinstance(work, Render))
        return next(mine, None)
