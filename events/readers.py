"""Reading the log in its order, from the store by position or from Kafka by partition, through one interface."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from kafka import KafkaConsumer, TopicPartition
from msgspec import Struct

from events.blobs import BlobStore
from events.codec import CODEC, Codec
from events.envelope import Recorded
from events.errors import CorruptPayload
from events.kafka.cloud_events import from_kafka, place_of, reference_of
from events.kafka.link import partition_of
from events.kafka.records import ForeignRecord, told_of
from events.kafka.topic import KafkaTopic, consumer_of, inspect_topic, kafka_errors
from events.log import EventLog

logger = logging.getLogger(__name__)

FETCH_BYTES = 4 * 2**20
CLOCKS_APART = timedelta(minutes=1)


class Mark(Struct, frozen=True, kw_only=True):
    """How far a partition has been read: the event's ``position`` in the log, and where its source goes on."""

    partition: int
    position: int
    following: int


class Delivery(Struct, frozen=True, kw_only=True):
    """An event and the mark to keep once it has been dealt with."""

    mark: Mark
    recorded: Recorded


class EventReader(Protocol):
    """Gives every event of its partitions once, each partition in the order of the log."""

    def seek(self, marks: Iterable[Mark]) -> None:
        """Go on behind these marks; partitions without one begin at their beginning."""
        ...

    def read(self, *, limit: int, timeout_s: float) -> tuple[Delivery, ...]:
        """The next events; waits up to ``timeout_s`` for the first. Raises `EventsError` as its source does."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...


class StoreReader:
    """Reads the store by position: one partition, number 0."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._position = 0

    def seek(self, marks: Iterable[Mark]) -> None:
        """See `EventReader.seek`."""
        self._position = max((mark.position for mark in marks), default=0)

    def read(self, *, limit: int, timeout_s: float) -> tuple[Delivery, ...]:
        """See `EventReader.read`."""
        found = self._log.tail(self._position, limit=limit)
        if not found and self._log.wait(self._position, timeout_s):
            found = self._log.tail(self._position, limit=limit)
        deliveries = tuple(
            Delivery(
                mark=Mark(partition=0, position=recorded.position or 0, following=recorded.position or 0),
                recorded=recorded,
            )
            for recorded in found
        )
        if deliveries:
            self._position = deliveries[-1].mark.position
        return deliveries

    def close(self) -> None:
        """Nothing is held."""


def connected(topic: KafkaTopic, *, fetch_bytes: int = FETCH_BYTES) -> KafkaConsumer:
    """A consumer at the topic's brokers. Raises `KafkaUnavailable`, also for a topic that has other partitions.

    ``fetch_bytes`` is how much of a partition comes at once.
    """
    inspect_topic(topic)
    with kafka_errors():
        return consumer_of(
            topic,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=fetch_bytes,
        )


class KafkaReader:
    """Reads partitions of the topic (all by default); what was relayed twice is dropped by its position.

    Records that are no events of ours are passed over; the log tells of the first.
    ``codec`` opens what is sealed: `events.opening.open_codec`. The default one leaves sealed fields empty.
    """

    def __init__(
        self,
        topic: KafkaTopic,
        blobs: BlobStore,
        *,
        partitions: Sequence[int] | None = None,
        codec: Codec = CODEC,
        connect: Callable[[KafkaTopic], KafkaConsumer] = connected,
    ) -> None:
        self._blobs = blobs
        self._codec = codec
        self._partitions = topic.partitions
        self._seen: dict[int, int] = {}
        self._topic = topic
        self._passed_over = False
        chosen = range(topic.partitions) if partitions is None else partitions
        self._places = [TopicPartition(topic.name, number) for number in chosen]
        self._consumer = connect(topic)
        with kafka_errors():
            self._consumer.assign(self._places)
        self.seek(())

    def seek(self, marks: Iterable[Mark]) -> None:
        """See `EventReader.seek`."""
        known = {mark.partition: mark for mark in marks}
        with kafka_errors():
            for place in self._places:
                mark = known.get(place.partition)
                self._seen[place.partition] = mark.position if mark else 0
                if mark:
                    self._consumer.seek(place, mark.following)
                else:
                    self._consumer.seek_to_beginning(place)

    def seek_behind(self, position: int, when: datetime | None) -> None:
        """Go on behind an event of the log that was appended at ``when``, wherever its partition's records are.

        What follows it was relayed later than that, by clocks that agree to a minute. None: from the beginning.
        """
        self.seek(())
        for place in self._places:
            self._seen[place.partition] = position
        if when is None:
            return
        from_ms = max(0, int((when - CLOCKS_APART).timestamp() * 1000))
        with kafka_errors():
            found = self._consumer.offsets_for_times(dict.fromkeys(self._places, from_ms))
            for place in self._places:
                if (first := found.get(place)) is not None:
                    self._consumer.seek(place, first.offset)
                else:
                    self._consumer.seek_to_end(place)

    def has_passed(self, stream: str, position: int) -> bool:
        """Whether a later event of the stream's partition has been read: then this one will not come."""
        return self._seen.get(partition_of(stream.encode(), self._partitions), 0) > position

    def read(self, *, limit: int, timeout_s: float) -> tuple[Delivery, ...]:
        """See `EventReader.read`. After an error, whatever it was, the same events come again."""
        with kafka_errors():
            polled = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=limit)
        before, deliveries = dict(self._seen), []
        try:
            for place, records in polled.items():
                for record in records:
                    delivery = self._delivery(place.partition, record.offset, record.headers, record.value)
                    if delivery is not None:
                        deliveries.append(delivery)
        except BaseException:
            self._seen = before
            for place, records in polled.items():
                if records:
                    self._consumer.seek(place, records[0].offset)
            raise
        return tuple(deliveries)

    def close(self) -> None:
        """Leave the brokers."""
        self._consumer.close()

    def _delivery(
        self, partition: int, offset: int, headers: Sequence[tuple[str, bytes]], value: bytes | None
    ) -> Delivery | None:
        where = place_of(headers)
        if where is None:
            self._pass_over(partition, offset)
            return None
        position = where.position or 0
        if position <= self._seen[partition]:
            return None
        self._seen[partition] = position
        if reference := reference_of(headers):
            value = self._blobs.get(reference)
        try:
            stored = from_kafka(where, headers, value or b"")
        except CorruptPayload:
            stored = value or b""
        return Delivery(
            mark=Mark(partition=partition, position=position, following=offset + 1),
            recorded=self._codec.decode_or_keep(stored, where),
        )

    def _pass_over(self, partition: int, offset: int) -> None:
        """Leave a record out; the log tells of the first."""
        if not self._passed_over:
            (line,) = told_of(self._topic, [ForeignRecord(partition=partition, offset=offset)])
            logger.warning("%s; readers pass over all such records", line)
        self._passed_over = True
