"""An `EventLog` over a database's recorder; group commit, codec and waking are the same for every database."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Self

from eventsourcing.persistence import Notification
from msgspec import Struct, structs

from events.codec import CODEC, Codec, Place
from events.envelope import Fact, Origin, Recorded, Unknown
from events.errors import CorruptPayload, LogUnavailable, VersionConflict
from events.handover import WipeViews
from events.holding import Hold
from events.identifiers import uuid7
from events.log import Appended, Batch, Clock, NewId, stamp, utc_now
from events.recorder import NewRow, Outcome, Recorder, Replacement, Row
from events.unread import Unread

POLL_S = 0.02
"""How often a waiting reader asks for what other processes have appended."""
MAX_GROUP = 512
"""Callers whose appends may share a transaction."""

LARGEST = 2**63 - 1
"""The last version and position that a database can count to."""

Told = tuple[Recorded | Place, ...]
"""Events, and of those that were not asked for the places."""


class Stored(Struct, frozen=True, kw_only=True):
    """An event as its store has it: its place, and the bytes that the codec made (sealed where they are sealed)."""

    position: int
    stream: str
    version: int
    type: str
    state: bytes


class RecorderEventLog:
    """An `EventLog` over ``recorder``; ``typed_errors`` turns the database's errors into `LogUnavailable`.

    Threads that append at the same time share transactions: whoever gets the write lock commits all that wait.
    """

    def __init__(
        self,
        recorder: Recorder,
        typed_errors: Callable[[], AbstractContextManager[None]],
        *,
        clock: Clock = utc_now,
        new_id: NewId = uuid7,
        codec: Codec = CODEC,
    ) -> None:
        self._recorder = recorder
        self._typed_errors = typed_errors
        self._clock = clock
        self._new_id = new_id
        self._codec = codec
        self._waiting: deque[_Append] = deque()
        self._write_lock = threading.Lock()
        self._changed = threading.Condition()
        self._head = 0
        self.upkeep: Callable[[RecorderEventLog, WipeViews | None], object] = lambda log, wipe_views: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; later calls raise `LogUnavailable`."""
        with self._write_lock:
            self._recorder.close()

    def append(
        self, stream: str, events: Sequence[Fact | Unknown], *, expected_version: int, origin: Origin
    ) -> tuple[Recorded, ...]:
        """See `EventLog.append`."""
        batch = Batch(stream=stream, events=tuple(events), expected_version=expected_version, origin=origin)
        (appended,) = self.append_many([batch])
        if isinstance(appended, VersionConflict):
            raise appended
        return appended

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """See `EventLog.append_many`."""
        stamped = [stamp(batch, self._clock, self._new_id) for batch in batches]
        # No database could keep those versions, and all that shares its transaction would fail with it.
        rows = [
            [self._row(recorded) for recorded in events] if _possible(batch) else []
            for batch, events in zip(batches, stamped, strict=True)
        ]
        entry = _Append(rows)
        self._waiting.append(entry)
        with self._write_lock:
            if entry.outcomes is None and entry.error is None:
                self._commit_waiting(entry)
        if entry.error is not None:
            raise entry.error
        assert entry.outcomes is not None
        return tuple(
            _appended(batch, events, outcome if _possible(batch) else self._version(batch.stream))
            for batch, events, outcome in zip(batches, stamped, entry.outcomes, strict=True)
        )

    def _row(self, recorded: Recorded) -> NewRow:
        return NewRow(recorded.stream, recorded.version, recorded.type, self._codec.encode(recorded))

    def _version(self, stream: str) -> int:
        with self._typed_errors():
            rows = self._recorder.select_stream(stream, 0)
        return max((row.originator_version for row in rows), default=0)

    def _commit_waiting(self, entry: "_Append") -> None:
        """Commit groups of what waits, in order of arrival, until ``entry`` is among them. Needs the write lock."""
        while entry.outcomes is None and entry.error is None:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
            try:
                with self._typed_errors():
                    outcomes = iter(self._recorder.insert_batches([rows for each in group for rows in each.rows]))
                for each in group:
                    each.outcomes = [next(outcomes) for _ in each.rows]
                self._wake(group)
            except LogUnavailable as error:
                for each in group:
                    each.error = error
            finally:
                # Whatever else ends this thread's commit, the other threads of the group must not wait for ever.
                for each in group:
                    if each.outcomes is None and each.error is None:
                        each.error = LogUnavailable("failed", "the thread that committed for this one was stopped")

    def _wake(self, group: "list[_Append]") -> None:
        positions = [
            outcome[-1]
            for each in group
            for outcome in each.outcomes or ()
            if not isinstance(outcome, int) and len(outcome) > 0
        ]
        if positions:
            with self._changed:
                self._head = max(self._head, *positions)
                self._changed.notify_all()

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        with self._typed_errors():
            rows = self._recorder.select_stream(stream, _bounded(after))
        return tuple(self._decode(row) for row in rows)

    def _decode(self, row: Notification) -> Recorded:
        try:
            return self._codec.decode(row.state or b"", position=row.id)
        except CorruptPayload as error:
            stream, version = str(row.originator_id), row.originator_version
            raise CorruptPayload(stream, version, error.path, error.reason) from error

    def tail(self, after: int, *, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.tail`."""
        with self._typed_errors():
            rows = self._recorder.select_tail_of(None, _bounded(after), limit)
        return tuple(_kept(self._codec, row) for row in rows)

    def tail_of(
        self, types: Collection[str] | None, after: int, *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """As `tail`, but of events of other types only the place is told, and some fields are left ``unread``.

        Reading events is most of the work of whoever goes through a log. ``types`` None stands for all.
        """
        wanted = None if types is None else frozenset(types) | self._codec.upcast_tags
        with self._typed_errors():
            rows = self._recorder.select_tail_of(wanted, _bounded(after), limit)
        return self._opened(rows, wanted, unread)

    def streams(
        self, types: Collection[str], after: str = "", *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """The first event of each of the streams named after ``after``, told as `tail_of` tells it.

        By name, in the order of the store: the stream of the last one is where to go on.
        """
        wanted = frozenset(types) | self._codec.upcast_tags
        with self._typed_errors():
            rows = self._recorder.select_streams(wanted, after, limit)
        return self._opened(rows, wanted, unread)

    def read_of(
        self, stream: str, types: Collection[str], *, upto: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """The stream's events with positions up to ``upto``, told as `tail_of` tells them."""
        return self.read_each_of((stream,), types, upto=upto, unread=unread)[stream]

    def read_each_of(
        self,
        streams: Sequence[str],
        types: Collection[str],
        *,
        upto: int,
        unread: Unread = (),
        passed: Collection[str] = (),
    ) -> dict[str, Told]:
        """As `read_of`, of several streams in one transaction: to begin one costs half as much as to read a stream.

        Of events of the types ``passed`` not even the place is told.
        """
        if not streams:
            return {}
        wanted = frozenset(types) | self._codec.upcast_tags
        with self._typed_errors():
            rows = self._recorder.select_streams_of(wanted, passed, streams, _bounded(upto))
        found: dict[str, list[Row]] = {stream: [] for stream in streams}
        for row in rows:
            found[row[1]].append(row)
        return {stream: self._opened(own, wanted, unread) for stream, own in found.items()}

    def _opened(self, rows: Sequence[Row], wanted: Collection[str] | None, unread: Unread) -> Told:
        codec = self._codec.leaving(unread)
        return tuple(_kept(codec, row) if wanted is None or row[3] in wanted else _place(row) for row in rows)

    def begun(self, before: int | None = None, *, limit: int) -> tuple[Recorded, ...]:
        """The first event of each of up to ``limit`` streams, the newest first; ``before`` is the position to go on at.

        No other event is read. A damaged one comes as `Unknown` with its fault.
        """
        with self._typed_errors():
            rows = self._recorder.select_first(before, limit)
        return tuple(_kept(self._codec, row) for row in rows)

    def count_in(self, stream: str, type: str) -> int:
        """How many events of a type a stream holds; none of them is read."""
        with self._typed_errors():
            return self._recorder.count_in(stream, type)

    def stored_tail(self, after: int, *, limit: int) -> tuple[Stored, ...]:
        """As `tail`, without reading the events: for whoever passes them on."""
        with self._typed_errors():
            rows = self._recorder.select_tail_of(None, _bounded(after), limit)
        return tuple(
            Stored(position=position, stream=stream, version=version, type=tag or "", state=state or b"")
            for position, stream, version, tag, state in rows
        )

    def replace(self, states: Sequence[Replacement]) -> None:
        """Put other bytes at positions: for what was kept in the clear of a learner who is forgotten, nothing else."""
        with self._write_lock, self._typed_errors():
            self._recorder.replace(states)

    def wipe(self, wait_s: float | None = None) -> None:
        """Leave nothing in the files of what was replaced, also by an earlier call. Raises as `Recorder.wipe`."""
        with self._typed_errors():
            self._recorder.wipe(wait_s)

    def keep_up(self, wipe_views: WipeViews | None = None) -> None:
        """Finish what another process could not, as whoever opened the log laid down; views only by ``wipe_views``."""
        self.upkeep(self, wipe_views)

    def head(self) -> int:
        """The last event's position, 0 for an empty log."""
        with self._typed_errors():
            return self._recorder.head()

    def hold(self, name: str) -> Hold | None:
        """Be the only one to do ``name`` with this log, over all processes; None when another one is."""
        with self._typed_errors():
            return self._recorder.hold(name)

    def count(self, after: int, upto: int) -> int:
        """How many events have ``after`` < position <= ``upto``; positions may have gaps."""
        with self._typed_errors():
            return self._recorder.count(_bounded(after), _bounded(upto))

    def size_bytes(self) -> int:
        """What the log takes on the disk."""
        with self._typed_errors():
            return self._recorder.size_bytes()

    def wait(self, after: int, timeout_s: float) -> bool:
        """See `EventLog.wait`. Appends of this object wake it at once, those of other processes within 20 ms."""
        deadline = time.monotonic() + timeout_s
        while True:
            if self.head() > after:
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            with self._changed:
                self._changed.wait_for(lambda: self._head > after, min(remaining, POLL_S))


class _Append:
    """One caller's batches while they wait for a transaction, and what became of them."""

    def __init__(self, rows: list[list[NewRow]]) -> None:
        self.rows = rows
        self.outcomes: list[Outcome] | None = None
        self.error: LogUnavailable | None = None


def _possible(batch: Batch) -> bool:
    """Whether a stream can be at the version that the batch expects."""
    return not batch.events or 0 <= batch.expected_version <= LARGEST - len(batch.events)


def _bounded(place: int) -> int:
    """A version or position as a database can compare it."""
    return min(max(place, 0), LARGEST)


def _place(row: Row) -> Place:
    position, stream, version, tag, _ = row
    return Place(stream=stream, version=version, type=tag or "", position=position)


def _kept(codec: Codec, row: Row) -> Recorded:
    return codec.decode_or_keep(row[4] or b"", _place(row))


def _appended(batch: Batch, events: tuple[Recorded, ...], outcome: Outcome) -> Appended:
    if isinstance(outcome, int):
        return VersionConflict(batch.stream, batch.expected_version, outcome)
    for recorded, position in zip(events, outcome, strict=True):
        structs.force_setattr(recorded, "position", position)  # nobody else has it yet; a copy would cost more
    return events
