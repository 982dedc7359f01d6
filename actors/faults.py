"""How an answer or a typed error comes back from another process, without the traceback that Ray would add."""

from collections.abc import Awaitable, Callable
from typing import Any

from actors.ports import EngineError
from actors.session.errors import SessionError
from events.errors import EventsError

TYPED = (EngineError, SessionError, EventsError)


class Fault:
    """A typed error on its way to the caller."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def answered(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The call's answer, or the `Fault` that it raised."""
    try:
        return call(*args, **kwargs)
    except TYPED as error:
        return Fault(error)


async def answered_async(call: Awaitable[Any]) -> Any:
    """As `answered`, for what is awaited."""
    try:
        return await call
    except TYPED as error:
        return Fault(error)


def unwrapped(answer: Any) -> Any:
    """The answer; raises the error of a `Fault`."""
    if isinstance(answer, Fault):
        raise answer.error
    return answer
