"""What a session refuses, each with a stable code that reaches the client."""

from typing import Any


class SessionError(Exception):
    """The session cannot do that."""

    code = "session_error"
    retryable = False

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[SessionError], args: tuple[Any, ...], attributes: dict[str, Any]) -> SessionError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


class SessionNotFound(SessionError):
    """There is no such session."""

    code = "session_not_found"

    def __init__(self, session: str) -> None:
        super().__init__(f"There is no session {session!r}; start one with start_session.")
        self.session = session


class NotYourSession(SessionError):
    """The session belongs to another learner."""

    code = "not_your_session"

    def __init__(self, session: str) -> None:
        super().__init__(f"Session {session!r} belongs to another learner; resume one of your own.")
        self.session = session


class SessionEnded(SessionError):
    """The session is over."""

    code = "session_ended"


class UnknownTurn(SessionError):
    """The session has no such turn."""

    code = "unknown_turn"


class TurnOutOfOrder(SessionError):
    """An utterance must be the next turn of the session."""

    code = "turn_out_of_order"


class BadCommand(SessionError):
    """A field of the command is out of its range."""

    code = "bad_command"


class SessionFenced(SessionError):
    """Another host has claimed the session since."""

    code = "session_fenced"
    retryable = True
