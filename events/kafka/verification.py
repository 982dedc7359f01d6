"""Kafka against the store: what is relayed must be what the log holds, complete, in order, and unchanged."""

import hashlib
from collections.abc import Callable, Iterator, Mapping

from kafka import TopicPartition
from msgspec import Struct

from events.blobs import BlobStore
from events.errors import BlobCorrupt, BlobMissing, CorruptPayload
from events.kafka.cloud_events import Headers, damaged_to_kafka, place_of, reference_of, to_kafka
from events.kafka.link import partition_of
from events.kafka.records import ForeignRecord, offsets_of, reading, records_within, told_of
from events.kafka.topic import KafkaTopic, inspect_topic
from events.recorder_log import RecorderEventLog, Stored
from events.verification import Problem

PAGE = 1_000


class Relayed(Struct, frozen=True):
    """What Kafka holds: a digest a position, each partition's first and last position, and where some may be gone.

    ``foreign`` are the records that are no events of ours.
    """

    digests: dict[int, bytes]
    first: dict[int, int]
    last: dict[int, int]
    doubled: int
    disordered: tuple[int, ...]
    expired: frozenset[int] = frozenset()
    foreign: tuple[ForeignRecord, ...] = ()

    def should_hold(self, position: int, partition: int, relayed_to: int) -> bool:
        """Whether an event belongs here: a later one is here, or the relay has come so far, and it has not expired."""
        last = self.last.get(partition, 0)
        if partition in self.expired and position <= self.first.get(partition, relayed_to):
            return False
        return position <= max(last, relayed_to)


def kafka_differences(
    log: RecorderEventLog,
    topic: KafkaTopic,
    blobs: BlobStore,
    *,
    relayed_to: int = 0,
    step: Callable[[bool], object] = lambda there: None,
) -> Iterator[Problem]:
    """Every event that Kafka lacks, holds otherwise, or holds though the log does not, and every record that is none.

    What retention has taken from the beginning of a partition, and what has not been relayed yet (behind position
    ``relayed_to``, and behind the partition's last record) is no fault. A record that is there twice is none either
    (readers drop it). ``step`` is told of each event whether Kafka has it. Raises
    `KafkaUnavailable`, `LogUnavailable`.
    """
    relayed = read_topic(topic, blobs)
    for record in relayed.foreign:
        yield from (_problem("foreign", 0, line) for line in told_of(topic, [record]))
    missing = dict(relayed.digests)
    for position in relayed.disordered:
        yield _problem("disordered", position, "Kafka holds it behind a later event of its partition")
    after = 0
    while rows := log.stored_tail(after, limit=PAGE):
        for row in rows:
            partition = partition_of(row.stream.encode(), topic.partitions)
            found = missing.pop(row.position, None)
            step(found is not None)
            if found is None:
                if relayed.should_hold(row.position, partition, relayed_to):
                    yield _problem("not_relayed", row.position, "Kafka should hold it, and does not", row)
            elif found != _digest_of(row):
                yield _problem("relayed_otherwise", row.position, "Kafka holds other bytes", row)
        after = rows[-1].position
    for position in sorted(missing):
        yield _problem("not_in_log", position, "Kafka holds an event that the log does not")


def read_topic(topic: KafkaTopic, blobs: BlobStore) -> Relayed:
    """Read the topic from its beginning to where it ends now."""
    inspect_topic(topic)
    digests: dict[int, bytes] = {}
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    foreign: list[ForeignRecord] = []
    disordered: list[int] = []
    doubled = 0
    with reading(topic) as consumer:
        spans = offsets_of(consumer, topic)
    for partition, offset, headers, value in _records(topic, spans):
        if (place := place_of(headers)) is None:
            foreign.append(ForeignRecord(partition=partition, offset=offset))
            continue
        position = place.position or 0
        if position in digests:
            doubled += 1
            continue
        if position < last.get(partition, 0):
            disordered.append(position)
        digests[position] = _digest(headers, _payload(headers, value, blobs))
        first.setdefault(partition, position)
        last[partition] = max(position, last.get(partition, 0))
    expired = frozenset(at.partition for at, span in spans.items() if span.start)
    return Relayed(digests, first, last, doubled, tuple(disordered), expired, tuple(foreign))


def _records(topic: KafkaTopic, spans: Mapping[TopicPartition, range]) -> Iterator[tuple[int, int, Headers, bytes]]:
    with reading(topic) as consumer:
        for partition, record in records_within(consumer, spans):
            yield partition, record.offset, record.headers, record.value or b""


def _payload(headers: Headers, value: bytes, blobs: BlobStore) -> bytes:
    reference = reference_of(headers)
    try:
        return blobs.get(reference) if reference else value
    except (BlobMissing, BlobCorrupt) as error:
        return str(error).encode()  # other bytes than the log's, which is what is told


def _digest_of(row: Stored) -> bytes:
    try:
        event = to_kafka(row.state, row.position)
    except CorruptPayload:
        event = damaged_to_kafka(row.state, row)
    return _digest(event.headers, event.value)


def _digest(headers: Headers, value: bytes) -> bytes:
    digest = hashlib.blake2b(value, digest_size=12)
    for name, text in sorted(headers):
        if name != "ce_dataref":
            digest.update(name.encode() + b"\0" + text + b"\0")
    return digest.digest()


def _problem(kind: str, position: int, detail: str, row: Stored | None = None) -> Problem:
    stream, version = (row.stream, row.version) if row is not None else ("", 0)
    return Problem(kind=kind, position=position, stream=stream, version=version, detail=detail)
