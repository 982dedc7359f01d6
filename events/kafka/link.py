"""A relay's connection to Kafka: what is there, and sending records so that they are there for good."""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2
from msgspec import Struct

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent
from events.kafka.records import edge_records, told_of
from events.kafka.topic import (
    LARGEST_RECORD_BYTES,
    TIMEOUT_MS,
    KafkaTopic,
    empty_partitions,
    inspect_topic,
    kafka_errors,
)
from events.kafka.watch import TopicWatch

logger = logging.getLogger(__name__)

DELIVERY_MS = 30_000
"""How long Kafka may take for what is sent at once."""
NEVER_MS = 3_600_000
"""More than the producer ever waits: if it gave up one batch by itself, it would go on with the next ones, and leave a
gap in the partition that looks as if all had been sent. It is closed before, which takes back all of them."""
CLOSING_S = 2.0
STREAMS = 65_536
"""So many streams' partitions are kept in mind: kafka-python's murmur2 is Python, and takes as long as to send."""


class Opened(Struct, frozen=True, kw_only=True):
    """What a link found: the cluster's id and, of each partition that is not empty, the last record's position.

    ``first`` is the first record's, where none has expired; ``ids`` has the event ids of both by position. Records that
    are no events of ours do not count.
    ``topic_id`` is as in `TopicState`; ``begun`` tells whether the topic has ever held a record.
    """

    cluster: str
    last: dict[int, int]
    first: dict[int, int] = {}
    ids: dict[int, str] = {}
    topic_id: str = ""
    begun: bool = True


class KafkaLink(Protocol):
    """What a relay asks of Kafka. Each method may raise `KafkaUnavailable`."""

    @property
    def topic(self) -> KafkaTopic: ...

    def open(self) -> Opened:
        """Connect, and see what is there."""
        ...

    def is_remade(self) -> bool:
        """Whether the topic was deleted and made anew since `open`; asked of the brokers now and then only."""
        ...

    def empty(self, partitions: Collection[int]) -> None:
        """Delete all that these partitions hold."""
        ...

    def send(self, events: Sequence[KafkaEvent], meanwhile: Callable[[], None]) -> None:
        """Send in order, do something else meanwhile, and wait until Kafka has them all.

        After an error some may be there, or still arrive.
        """
        ...

    def close(self) -> None:
        """Let go at once; nothing that waits here is sent any more."""
        ...


class ProducerLink:
    """A `KafkaLink` by kafka-python's idempotent producer."""

    def __init__(self, topic: KafkaTopic) -> None:
        self.topic = topic
        self._producer: KafkaProducer | None = None
        self._watch: TopicWatch | None = None
        self._ends: dict[int, int] = {}

    def open(self) -> Opened:
        """See `KafkaLink.open`. Raises `KafkaUnavailable` for a topic that is not as it must be."""
        state = inspect_topic(self.topic, to_write=True)
        records = edge_records(self.topic)
        for line in told_of(self.topic, records.foreign):
            logger.warning("%s; the relay passes it over", line)
        self._watch = TopicWatch(self.topic, state.id)
        with kafka_errors():
            self._producer = KafkaProducer(
                bootstrap_servers=list(self.topic.servers),
                enable_idempotence=True,
                acks="all",
                max_in_flight_requests_per_connection=5,
                linger_ms=5,
                max_block_ms=TIMEOUT_MS,
                request_timeout_ms=TIMEOUT_MS,
                delivery_timeout_ms=NEVER_MS,
                bootstrap_timeout_ms=TIMEOUT_MS,
                max_request_size=2 * LARGEST_RECORD_BYTES,
            )
        self._ends = dict(records.ends)
        return Opened(
            cluster=state.cluster,
            last={number: event.position for number, event in records.last.items()},
            first={number: event.position for number, event in records.first.items()},
            ids={event.position: event.id for event in (*records.first.values(), *records.last.values())},
            topic_id=state.id,
            begun=any(records.ends.values()),
        )

    def is_remade(self) -> bool:
        """See `KafkaLink.is_remade`."""
        assert self._watch is not None
        return self._watch.is_remade()

    def empty(self, partitions: Collection[int]) -> None:
        """See `KafkaLink.empty`."""
        empty_partitions(self.topic, partitions)

    def send(self, events: Sequence[KafkaEvent], meanwhile: Callable[[], None]) -> None:
        """See `KafkaLink.send`."""
        assert self._producer is not None
        with kafka_errors():
            futures = [
                self._producer.send(
                    self.topic.name,
                    event.value,
                    event.key,
                    headers=list(event.headers),
                    partition=partition_of(event.key, self.topic.partitions),
                )
                for event in events
            ]
            meanwhile()
            self._producer.flush(timeout=DELIVERY_MS / 1000)
            written = [future.get(timeout=0) for future in futures]
        for record in written:
            if record.offset < self._ends.get(record.partition, 0):
                raise KafkaUnavailable("remade", f"topic {self.topic.name!r} was deleted and made anew meanwhile")
            self._ends[record.partition] = record.offset + 1

    def close(self) -> None:
        """See `KafkaLink.close`."""
        producer, self._producer = self._producer, None
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
        if producer is None:
            return
        # Its `close` waits first for what is under way, gives up with an error if that takes too long, and goes on
        # sending. There is no public way to take it back.
        if (sender := producer._sender) is not None:
            sender.force_close()
        with suppress(KafkaError):
            producer.close(timeout=CLOSING_S)


@lru_cache(maxsize=STREAMS)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as Java's producers choose it: murmur2, sign dropped, modulo the partitions."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
