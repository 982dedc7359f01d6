"""The port of a log's database: what `events.recorder_log` asks of SQLite and PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from eventsourcing.persistence import Notification

from events.holding import Hold

Outcome = Sequence[int] | int
"""What became of a batch: its events' positions, or the version of its stream when that was not the expected one."""
Row = tuple[int, str, int, str, bytes | None]
"""Position, stream, version, type and bytes of an event; None for bytes that were not asked for."""

Replacement = tuple[int, str, bytes]
"""A position, and the type and bytes that the event there is to have from now on."""


class NewRow(NamedTuple):
    """An event to insert: its place in its stream, its type and its bytes. A tuple, for databases take those as is."""

    stream: str
    version: int
    type: str
    state: bytes


class Recorder(Protocol):
    """What the log asks of a database. Each method may raise the database's own errors.

    Type and bytes of an event may also be None where somebody has written to the tables by hand.
    """

    def insert_batches(self, batches: Sequence[Sequence[NewRow]]) -> list[Outcome]:
        """Insert each batch or none of it, all in one transaction that is on the disk at the end.

        Transactions must become visible in the order of their positions.
        """
        ...

    def select_stream(self, stream: str, after: int) -> Sequence[Notification]:
        """The stream's events after a version, with positions."""
        ...

    def select_tail_of(self, types: Collection[str] | None, after: int, limit: int) -> Sequence[Row]:
        """Up to ``limit`` events after a position, with the bytes of these types only, if given."""
        ...

    def select_first(self, before: int | None, limit: int) -> Sequence[Row]:
        """The first events of up to ``limit`` streams, those before a position, the newest first."""
        ...

    def count_in(self, stream: str, type: str) -> int:
        """How many events of a type a stream holds."""
        ...

    def select_streams(self, types: Collection[str], after: str, limit: int) -> Sequence[Row]:
        """The first event of up to ``limit`` streams named after ``after``, by name, with the bytes of these types.

        Names are in the database's own order. Events other than a stream's first must not be gone through.
        """
        ...

    def select_streams_of(
        self, types: Collection[str], passed: Collection[str], streams: Sequence[str], upto: int
    ) -> Sequence[Row]:
        """The streams' events with positions up to ``upto``; each stream's in their order, the streams in any.

        Those of the types ``passed`` are left out altogether. Where none are, the bytes of other types than ``types``
        need not be looked at.
        """
        ...

    def replace(self, states: Sequence[Replacement]) -> None:
        """Put other types and bytes at positions, in one transaction; the old may stay in the files until `wipe`."""
        ...

    def wipe(self, wait_s: float | None) -> None:
        """Leave nothing in the files of bytes that were replaced.

        Raises `OldBytesRemain` when others have them in use for longer than ``wait_s`` (None for the usual time).
        """
        ...

    def head(self) -> int:
        """The last position, 0 when there is none."""
        ...

    def count(self, after: int, upto: int) -> int:
        """How many events have ``after`` < position <= ``upto``."""
        ...

    def size_bytes(self) -> int:
        """What the events take on the disk, with their indexes."""
        ...

    def hold(self, name: str) -> Hold | None:
        """Be the only one to do ``name``; None when another process is."""
        ...

    def close(self) -> None:
        """Let go of the database; later calls fail."""
        ...
