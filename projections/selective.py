"""What a rebuild asks of a log so that it need not read all of it."""

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from events.unread import Unread
from projections.projection import Event


@runtime_checkable
class SelectiveLog(Protocol):
    """A log that can leave events unread."""

    def tail_of(
        self, types: Collection[str] | None, after: int, *, limit: int, unread: Unread = ()
    ) -> tuple[Event, ...]:
        """As `EventLog.tail`; of events of other types only the place is told, and some fields are left unread."""
        ...
