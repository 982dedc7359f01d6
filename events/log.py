"""The port of the event log: append to streams, read one stream, tail them all. The stores are in their own files.

Versions count from 1 without a gap within a stream; positions grow over the whole log in the order in which readers
see the events, so a reader that has seen position p has seen everything before it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from events.codec import tag_of
from events.envelope import Fact, Origin, Recorded, Unknown
from events.errors import VersionConflict

Clock = Callable[[], datetime]
NewId = Callable[[], str]


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class Batch(Struct, frozen=True, kw_only=True):
    """Events to append to one stream whose version must be ``expected_version`` (0 for a new one)."""

    stream: str
    events: tuple[Fact | Unknown, ...]
    expected_version: int
    origin: Origin


Appended = tuple[Recorded, ...] | VersionConflict
"""What became of a batch: its events as recorded, or why none of them was."""


class EventLog(Protocol):
    """An append-only log of streams. Thread-safe; several processes may hold the same log open.

    Every method may raise `LogUnavailable`.
    """

    def append(
        self, stream: str, events: Sequence[Fact | Unknown], *, expected_version: int, origin: Origin
    ) -> tuple[Recorded, ...]:
        """Append all or nothing. Raises `VersionConflict` when the stream's version is another one.

        Raises `UnstorableEvent` for a value that JSON cannot keep. No events: nothing happens, nothing is checked.
        """
        ...

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append batches in one transaction, each all or nothing; a conflict in one does not hurt the others."""
        ...

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """The stream's events after version ``after``, in order; () for a stream that does not exist.

        Raises `CorruptPayload` when one of them cannot be read. Types unknown here come as `Unknown`.
        """
        ...

    def tail(self, after: int, *, limit: int) -> tuple[Recorded, ...]:
        """Up to ``limit`` events of all streams after position ``after``, in order, none left out.

        A damaged event comes as `Unknown` with its fault.
        """
        ...

    def head(self) -> int:
        """The last event's position, 0 for an empty log."""
        ...

    def wait(self, after: int, timeout_s: float) -> bool:
        """Block until there is an event after position ``after``; False when ``timeout_s`` has passed without one."""
        ...


def stamp(batch: Batch, clock: Clock, new_id: NewId) -> tuple[Recorded, ...]:
    """The batch's events in their envelopes, not stored yet."""
    origin, now = batch.origin, clock()
    return tuple(
        Recorded(
            id=new_id(),
            stream=batch.stream,
            version=version,
            type=tag_of(event),
            time=now,
            causation=origin.causation,
            correlation=origin.correlation,
            tenant=origin.tenant,
            learner=origin.learner,
            producer=origin.producer,
            event=event,
        )
        for version, event in enumerate(batch.events, batch.expected_version + 1)
    )
