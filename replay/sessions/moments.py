"""The states that a session's host may have known when it decided: an answer is begun while the learner pauses, before
all that happens meanwhile is in the log. Decides nothing.
"""

from collections.abc import Iterator

from actors.session.state import SessionState, evolve, initial
from events.envelope import NotOfLesson, Recorded
from events.lesson import SessionClaimed, SpeechAssessed, SpeechTranscribed, SpeechUttered, TutorReplied
from events.values import PolicyUse

UNDERSTANDING = (SpeechUttered, SpeechTranscribed, SpeechAssessed)


class Moments:
    """Folds a session's events; ``state`` is the state after those so far.

    ``claims`` are the positions at which hosts took the session, ``policies`` what decides for the newest of them.
    """

    def __init__(self) -> None:
        self.state: SessionState = initial()
        self.claims: list[int] = []
        self.policies: tuple[PolicyUse, ...] = ()
        self._before: list[SessionState] = []
        self._since: list[SessionState] = []
        self._understood: list[Recorded] = []
        self._replying: list[SessionState] = []

    def take(self, recorded: Recorded) -> None:
        """Fold an event. Raises LookupError when it speaks of a turn that the session does not have."""
        event = recorded.event
        if isinstance(event, NotOfLesson):
            return
        if isinstance(event, SpeechUttered):
            self._before, self._since = self._since, []
            self._understood, self._replying = [], []
        before, self.state = self.state, _after(self.state, recorded)
        self._since.append(self.state)
        newest = getattr(event, "turn", None) == len(self.state.turns) - 1
        if isinstance(event, SessionClaimed):
            self.claims.append(position_of(recorded))
            self.policies = event.policies
        elif isinstance(event, TutorReplied) and newest:
            self._replying.append(before)
        elif isinstance(event, UNDERSTANDING) and newest:
            self._understood.append(recorded)

    def since_utterance(self) -> Iterator[SessionState]:
        """The states since the newest utterance, the latest first: in one of them the next one was taken down."""
        yield from reversed(self._since or [self.state])

    def before_reply(self) -> Iterator[SessionState]:
        """The states from which the newest turn may have been answered, the likeliest first."""
        yield from self._replying[:1]
        yield self.state
        yield from self._replying[1:]
        for state in reversed(self._before):
            for recorded in self._understood:
                state = _after(state, recorded)
            yield state


def position_of(recorded: Recorded) -> int:
    """The event's place in its log."""
    return recorded.version if recorded.position is None else recorded.position


def _after(state: SessionState, recorded: Recorded) -> SessionState:
    assert not isinstance(recorded.event, NotOfLesson)
    return evolve(state, recorded.event, version=recorded.version, command=recorded.causation)
