"""What is known of a learner from the lessons before a session, as the views tell it. Folds nothing."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from policies.learner import LearnerHistory, history_of
from projections.progress import PROGRESS
from projections.sessions import SESSIONS
from projections.views import ViewStore

REMEMBERED_SESSIONS = 1_000


class EarlierLessons:
    """Asks the views once a session, at its greeting, when nothing of it has been judged, and keeps the answer.

    Whether the views have folded the session's own start by then is chance, so it is told apart here.
    """

    def __init__(self, views: ViewStore, today: Callable[[], date]) -> None:
        self._views = views
        self._today = today
        self._told: OrderedDict[str, LearnerHistory] = OrderedDict()

    def __call__(self, learner: str, session: str) -> LearnerHistory:
        """The history of a learner before a session. Raises `projections.errors.ViewsUnavailable`."""
        if session not in self._told:
            self._told[session] = self._ask(learner, session)
            while len(self._told) > REMEMBERED_SESSIONS:
                self._told.popitem(last=False)
        return self._told[session]

    def _ask(self, learner: str, session: str) -> LearnerHistory:
        view = self._views.get(PROGRESS, learner)
        # The newest two are enough: one of them is another lesson if there is any.
        listed = {each.session for each in self._views.of_learner(SESSIONS, learner, limit=2)}
        if view is None or not listed - {session}:
            return LearnerHistory()
        history = history_of(view, self._today())
        counted = self._views.get(SESSIONS, session) is not None
        return replace(history, sessions=max(1, history.sessions - counted))
