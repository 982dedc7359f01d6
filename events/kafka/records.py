"""The records of a topic by partition and offset: whole ranges of them, and the events that each partition begins and
ends with.

Not every record need be an event of ours: whoever may write to the topic can put others between them. They are looked
past, and told of.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from msgspec import Struct

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import Headers, id_of, place_of
from events.kafka.topic import TIMEOUT_MS, KafkaTopic, consumer_of, kafka_errors

PAGE = 1_000
LOOKS = (1, 10, 100, 1_000)
"""How many offsets from its edge a partition is searched for an event of ours, look after look."""
MOST_TOLD = 3


class ForeignRecord(Struct, frozen=True, kw_only=True, order=True):
    """A record that is no event of ours."""

    partition: int
    offset: int


class EdgeEvent(Struct, frozen=True, kw_only=True):
    """An event at the edge of a partition: its position in the log, and its id (see `cloud_events.id_of`)."""

    position: int
    id: str


class EdgeRecords(Struct, frozen=True, kw_only=True):
    """Each partition's next offset, its last event and, where no record has expired, its first.

    ``foreign`` are the records found beside them that are no events of ours.
    """

    ends: dict[int, int]
    last: dict[int, EdgeEvent]
    first: dict[int, EdgeEvent]
    foreign: frozenset[ForeignRecord]


@contextmanager
def reading(topic: KafkaTopic) -> Iterator[KafkaConsumer]:
    """A consumer that is closed in the end. Raises `KafkaUnavailable`."""
    with kafka_errors():
        consumer = consumer_of(topic)
        try:
            yield consumer
        finally:
            consumer.close()


def told_of(topic: KafkaTopic, foreign: Iterable[ForeignRecord]) -> Iterator[str]:
    """A line for each partition that holds such records."""
    for partition, records in groupby(sorted(foreign), key=lambda record: record.partition):
        offsets = [record.offset for record in records]
        more = f" and {len(offsets) - MOST_TOLD:,} more" if len(offsets) > MOST_TOLD else ""
        told = ", ".join(map(str, offsets[:MOST_TOLD]))
        yield f"partition {partition} of topic {topic.name!r} holds no event of ours at offset {told}{more}"


def offsets_of(consumer: KafkaConsumer, topic: KafkaTopic) -> dict[TopicPartition, range]:
    """The offsets that each partition holds now."""
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    return {place: range(begins[place], ends[place]) for place in places}


def records_within(
    consumer: KafkaConsumer, spans: Mapping[TopicPartition, range]
) -> Iterator[tuple[int, ConsumerRecord]]:
    """The records of each partition whose offsets are in its range, with the partition.

    Raises Kafka's errors and `KafkaUnavailable`.
    """
    reached = {place: span.start for place, span in spans.items() if span}
    consumer.assign(list(reached))
    consumer.resume(*reached)
    for place, offset in reached.items():
        consumer.seek(place, offset)
    while reached:
        polled = consumer.poll(timeout_ms=TIMEOUT_MS, max_records=PAGE)
        before, reached = reached, {place: consumer.position(place) for place in reached}
        if before == reached:  # what is no record, such as the end of a transaction, moves it too
            raise KafkaUnavailable("unreachable", "the brokers give no more records")
        for place, records in polled.items():
            yield from ((place.partition, record) for record in records if record.offset < spans[place].stop)
        done = [place for place, offset in reached.items() if offset >= spans[place].stop]
        consumer.pause(*done)
        reached = {place: offset for place, offset in reached.items() if place not in done}


def edge_records(topic: KafkaTopic) -> EdgeRecords:
    """What the partitions begin and end with. Raises `KafkaUnavailable`."""
    with reading(topic) as consumer:
        spans = offsets_of(consumer, topic)
        whole = {place: span for place, span in spans.items() if not span.start}
        last = _search(consumer, spans, lambda span, most: span[-most:])
        first = _search(consumer, whole, lambda span, most: span[:most])
    for place, span in last.beyond.items():
        detail = f"the {LOOKS[-1]:,} offsets before {span.stop} of partition {place.partition} of topic {topic.name!r}"
        raise KafkaUnavailable("foreign", f"{detail} hold no event of ours")
    return EdgeRecords(
        ends={place.partition: span.stop for place, span in spans.items()},
        last={number: found[-1] for number, found in last.ours.items()},
        first={number: found[0] for number, found in first.ours.items()},
        foreign=frozenset(last.foreign | first.foreign),
    )


class _Found(Struct, frozen=True, kw_only=True):
    """The events of each partition near its edge, what else lies there, and where they may only lie farther away."""

    ours: dict[int, list[EdgeEvent]]
    foreign: set[ForeignRecord]
    beyond: Mapping[TopicPartition, range]


def _search(
    consumer: KafkaConsumer, spans: Mapping[TopicPartition, range], near: Callable[[range, int], range]
) -> _Found:
    """Look farther from the edge, look by look, until each partition has shown an event of ours, or all it holds."""
    ours: dict[int, list[EdgeEvent]] = defaultdict(list)
    foreign: set[ForeignRecord] = set()
    for most in LOOKS:
        for partition, record in records_within(consumer, {place: near(span, most) for place, span in spans.items()}):
            if (event := _edge_event(record.headers)) is not None:
                ours[partition].append(event)
            else:
                foreign.add(ForeignRecord(partition=partition, offset=record.offset))
        spans = {place: span for place, span in spans.items() if place.partition not in ours and len(span) > most}
    return _Found(ours=dict(ours), foreign=foreign, beyond=spans)


def _edge_event(headers: Headers) -> EdgeEvent | None:
    place = place_of(headers)
    return None if place is None else EdgeEvent(position=place.position or 0, id=id_of(headers))
