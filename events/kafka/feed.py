"""A log whose newest events are read from Kafka, so that many who follow it leave its database alone.

Kafka keeps the events of a partition in order; those of all partitions are put into the order of the log by waiting for
the next position. Whatever Kafka has twice is dropped by its position. What it does not have, or not any more, is read
from the store, which also tells whether a position was left out: nobody misses an event, or waits for one in vain. So
is what is damaged there; a topic that holds another log's events is refused.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from events.blobs import BlobStore
from events.codec import Place
from events.envelope import Fact, Origin, Recorded, Unknown
from events.errors import BlobCorrupt, BlobMissing, KafkaUnavailable
from events.handover import WipeViews
from events.kafka.identity import see_same_events
from events.kafka.topic import KafkaTopic
from events.location import DataFolder
from events.log import Appended, Batch
from events.opening import open_codec
from events.readers import KafkaReader, connected
from events.recorder_log import RecorderEventLog, Stored
from events.unread import Unread

logger = logging.getLogger(__name__)

LATE_S = 5.0
"""What the log has had for so long, and Kafka has not brought, is read from the store."""
FETCH_BYTES = 2**18
"""Little of each partition at once, so that events need not wait long, and in memory, for those of the others."""
MOST_WAITING = 50_000
"""Events that wait in memory for those of other partitions; beyond it the store gives what they wait for."""
READ = 500
"""Events read at once while nobody asks for a page."""


class KafkaFedLog:
    """An `EventLog` over ``log`` whose `tail` gives what ``reader`` (of all partitions) reads. For one thread.

    Those who are behind the furthest reader, and rebuilds, read from the store.
    """

    def __init__(
        self, log: RecorderEventLog, reader: KafkaReader, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._reader = reader
        self._clock = clock
        self._position: int | None = None
        self._waiting: dict[int, Recorded] = {}
        self._late_since: float | None = None
        self._stands_in = False
        self._stuck = False
        self._damaged = False

    def tail(self, after: int, *, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.tail`; may also raise `KafkaUnavailable`. () also while Kafka has not got the next one yet."""
        if self._position is not None and after < self._position:
            return self._log.tail(after, limit=min(limit, self._position - after))
        if after != self._position:
            self._go_to(after)
        self._read(limit, 0.0)
        found = self._joined(after, limit) or self._late(after, limit)
        if found:
            self._position = found[-1].position or after
        return found

    def wait(self, after: int, timeout_s: float) -> bool:
        """See `EventLog.wait`: until Kafka brings something."""
        if self._position is None or after < self._position:
            return self._log.wait(after, timeout_s)
        self._read(READ, timeout_s)
        return after + 1 in self._waiting

    def keep_up(self, wipe_views: WipeViews | None = None) -> None:
        """See `RecorderEventLog.keep_up`."""
        self._log.keep_up(wipe_views)

    def close(self) -> None:
        """Leave the brokers; the log stays open."""
        self._reader.close()

    def _go_to(self, after: int) -> None:
        self._position = after
        self._waiting.clear()
        last = self._log.tail(after - 1, limit=1) if after else ()
        self._reader.seek_behind(after, last[0].time if last else None)

    def _read(self, limit: int, timeout_s: float) -> None:
        if len(self._waiting) >= MOST_WAITING:
            return
        try:
            deliveries = self._reader.read(limit=limit, timeout_s=timeout_s)
        except (BlobMissing, BlobCorrupt) as error:
            if not self._stuck:
                logger.warning("an event cannot be read from Kafka (%s); the store stands in for it", error)
            self._stuck = True
            return
        for delivery in deliveries:
            if self._position is not None and delivery.mark.position > self._position:
                self._waiting[delivery.mark.position] = self._sound(delivery.recorded)

    def _sound(self, recorded: Recorded) -> Recorded:
        """The event; one that is damaged on Kafka as the log itself has it."""
        if not (isinstance(recorded.event, Unknown) and recorded.event.fault):
            return recorded
        own = self._log.tail((recorded.position or 0) - 1, limit=1)
        if not own or own[0].position != recorded.position or own[0].event == recorded.event:
            return recorded
        if not self._damaged:
            place = f"version {recorded.version} of stream {recorded.stream!r}"
            logger.warning("%s is damaged on Kafka; the store stands in for all that is", place)
        self._damaged = True
        return own[0]

    def _joined(self, after: int, limit: int) -> tuple[Recorded, ...]:
        """The events that follow without a gap. Raises `KafkaUnavailable` where the topic is another log's."""
        found: list[Recorded] = []
        while len(found) < limit and (following := self._waiting.pop(after + len(found) + 1, None)) is not None:
            found.append(following)
        if found:
            self._late_since, self._stands_in = None, False
            try:
                see_same_events(self._log, {found[-1].position or 0: found[-1].id}, ())
            except KafkaUnavailable:
                self._position = None  # these must come again
                raise
        return tuple(found)

    def _late(self, after: int, limit: int) -> tuple[Recorded, ...]:
        """What the log has and Kafka has passed over, or has not brought in time, from the store."""
        following = self._log.stored_tail(after, limit=1)
        if not following:
            self._late_since = None
            return ()
        if self._late_since is None:
            self._late_since = self._clock()
        (row,) = following
        if not self._is_passed_over(row):
            if self._clock() < self._late_since + LATE_S:
                return ()
            if not self._stands_in:
                logger.warning("Kafka has not brought what follows position %d; the store stands in for it", after)
            self._stands_in = True
        found = self._log.tail(after, limit=limit)
        if self._stuck and found:
            self._stuck = False
            self._go_to(found[-1].position or after)
        for recorded in found:
            self._waiting.pop(recorded.position or 0, None)
        return found

    def _is_passed_over(self, row: Stored) -> bool:
        """Whether it is of no use to wait for the log's next event."""
        if self._stuck or row.position in self._waiting or len(self._waiting) >= MOST_WAITING:
            return True
        return self._reader.has_passed(row.stream, row.position)

    def tail_of(
        self, types: Collection[str] | None, after: int, *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]:
        """See `RecorderEventLog.tail_of`."""
        return self._log.tail_of(types, after, limit=limit, unread=unread)

    def head(self) -> int:
        """See `EventLog.head`."""
        return self._log.head()

    def count(self, after: int, upto: int) -> int:
        """See `RecorderEventLog.count`."""
        return self._log.count(after, upto)

    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        return self._log.read(stream, after=after)

    def append(
        self, stream: str, events: Sequence[Fact | Unknown], *, expected_version: int, origin: Origin
    ) -> tuple[Recorded, ...]:
        """See `EventLog.append`."""
        return self._log.append(stream, events, expected_version=expected_version, origin=origin)

    def append_many(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """See `EventLog.append_many`."""
        return self._log.append_many(batches)


def fed_from_kafka(log: RecorderEventLog, topic: KafkaTopic, folder: DataFolder) -> KafkaFedLog:
    """The log of a data folder, fed from its topic. Raises `KafkaUnavailable`."""
    connect = partial(connected, fetch_bytes=FETCH_BYTES)
    return KafkaFedLog(log, KafkaReader(topic, BlobStore(folder.blobs), codec=open_codec(folder), connect=connect))
