"""An event log in memory, for tests and experiments. Forgets everything with its process."""

import threading
from collections.abc import Collection, Sequence

from msgspec import structs

from events.codec import CODEC, Codec, Place
from events.envelope import Fact, Origin, Recorded, Unknown
from events.errors import VersionConflict
from events.identifiers import uuid7
from events.log import Appended, Batch, Clock, NewId, stamp, utc_now
from events.unread import Unread


class MemoryEventLog:
    """An `EventLog` that keeps encoded events in lists, so that whatever the codec refuses it refuses too."""

    def __init__(self, *, clock: Clock = utc_now, new_id: NewId = uuid7, codec: Codec = CODEC) -> None:
        self._clock = clock
        self._new_id = new_id
        self._codec = codec
        self._stored: list[tuple[Place, bytes]] = []
        self._streams: dict[str, list[int]] = {}
        self._changed = threading.Condition()

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
        encoded = [[self._codec.encode(recorded) for recorded in events] for events in stamped]
        with self._changed:
            appended = tuple(
                self._append(batch, events, states)
                for batch, events, states in zip(batches, stamped, encoded, strict=True)
            )
            self._changed.notify_all()
        return appended

    def _append(self, batch: Batch, events: tuple[Recorded, ...], states: list[bytes]) -> Appended:
        positions = self._streams.get(batch.stream, [])
        if not events:
            return ()
        if len(positions) != batch.expected_version:
            return VersionConflict(batch.stream, batch.expected_version, len(positions))
        self._streams[batch.stream] = positions
        placed = []
        for recorded, state in zip(events, states, strict=True):
            position = len(self._stored) + 1
            place = Place(stream=recorded.stream, version=recorded.version, type=recorded.type, position=position)
            self._stored.append((place, state))
            positions.append(position)
            placed.append(structs.replace(recorded, position=position))
        return tuple(placed)

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        with self._changed:
            found = [self._stored[position - 1] for position in self._streams.get(stream, [])[max(after, 0) :]]
        return tuple(self._codec.decode(state, position=place.position) for place, state in found)

    def tail(self, after: int, *, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.tail`."""
        start = max(after, 0)
        with self._changed:
            found = self._stored[start : start + limit]
        return tuple(self._codec.decode_or_keep(state, place) for place, state in found)

    def tail_of(
        self, types: Collection[str] | None, after: int, *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """As `tail`, but of events of other types only the place is told, and some fields are left ``unread``."""
        wanted = None if types is None else frozenset(types) | self._codec.upcast_tags
        start = max(after, 0)
        with self._changed:
            found = self._stored[start : start + limit]
        return self._told(found, wanted, unread)

    def streams(
        self, types: Collection[str], after: str = "", *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """The first event of each of the streams named after ``after``, by name, told as `tail_of` tells it."""
        with self._changed:
            names = sorted(name for name, positions in self._streams.items() if name > after and positions)[:limit]
            found = [self._stored[self._streams[name][0] - 1] for name in names]
        return self._told(found, frozenset(types) | self._codec.upcast_tags, unread)

    def read_of(
        self, stream: str, types: Collection[str], *, upto: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """The stream's events with positions up to ``upto``, told as `tail_of` tells them."""
        with self._changed:
            found = [self._stored[place - 1] for place in self._streams.get(stream, []) if place <= upto]
        return self._told(found, frozenset(types) | self._codec.upcast_tags, unread)

    def read_each_of(
        self,
        streams: Sequence[str],
        types: Collection[str],
        *,
        upto: int,
        unread: Unread = (),
        passed: Collection[str] = (),
    ) -> dict[str, tuple[Recorded | Place, ...]]:
        """As `read_of`, of several streams; of events of the types ``passed`` not even the place is told."""
        told = {stream: self.read_of(stream, types, upto=upto, unread=unread) for stream in streams}
        return {stream: tuple(each for each in own if each.type not in passed) for stream, own in told.items()}

    def _told(
        self, found: Sequence[tuple[Place, bytes]], wanted: frozenset[str] | None, unread: Unread
    ) -> tuple[Recorded | Place, ...]:
        codec = self._codec.leaving(unread)
        return tuple(
            codec.decode_or_keep(state, place) if wanted is None or place.type in wanted else place
            for place, state in found
        )

    def begun(self, before: int | None = None, *, limit: int) -> tuple[Recorded, ...]:
        """The first event of each of up to ``limit`` streams, the newest first; ``before`` is a position."""
        with self._changed:
            firsts = [positions[0] for positions in self._streams.values()]
            newest = sorted((first for first in firsts if before is None or first < before), reverse=True)[:limit]
            found = [self._stored[position - 1] for position in newest]
        return tuple(self._codec.decode_or_keep(state, place) for place, state in found)

    def count_in(self, stream: str, type: str) -> int:
        """How many events of a type a stream holds."""
        with self._changed:
            return sum(self._stored[position - 1][0].type == type for position in self._streams.get(stream, ()))

    def head(self) -> int:
        """See `EventLog.head`."""
        return len(self._stored)

    def count(self, after: int, upto: int) -> int:
        """How many events have ``after`` < position <= ``upto``."""
        with self._changed:
            return max(0, min(upto, len(self._stored)) - max(after, 0))

    def wait(self, after: int, timeout_s: float) -> bool:
        """See `EventLog.wait`."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._stored) > after, timeout_s)
