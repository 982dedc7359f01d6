"""What was known of a learner when a lesson began, from the log: the history that the tutor was told. Reads no view."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from events.envelope import Recorded
from events.lesson import SessionStarted
from policies.learner import LearnerHistory, history_of
from projections.progress import PROGRESS


class EarlierInLog:
    """A learner's events of all streams, in the order of the log, folded up to wherever one asks.

    Asked in the order of the log it folds each event once. The live system asks its views (`actors.earlier`), which
    may be some milliseconds behind the log; what a learner did in another lesson just before may be missing there.
    """

    def __init__(self, events: Sequence[Recorded]) -> None:
        self._events = events
        self._folded = 0
        self._view = PROGRESS.initial()
        self._others: set[str] = set()

    def before(self, session: str, position: int, today: date) -> LearnerHistory:
        """The history that a host which took the session at a position of the log had of its learner."""
        self._fold(position)
        if not self._others - {session}:
            return LearnerHistory()
        history = history_of(self._view, today)
        counted = session in self._others
        return replace(history, sessions=max(1, history.sessions - counted))

    def _fold(self, position: int) -> None:
        if self._folded and (self._events[self._folded - 1].position or 0) >= position:
            self._folded, self._view, self._others = 0, PROGRESS.initial(), set()
        for recorded in self._events[self._folded :]:
            if (recorded.position or 0) >= position:
                break
            self._view = PROGRESS.evolve(self._view, recorded)
            if isinstance(recorded.event, SessionStarted):
                self._others.add(recorded.stream)
            self._folded += 1
