"""A Kafka in memory that acknowledges late, takes half of a batch, and carries out forgotten requests much later.

Its topic can be made anew; who writes to it by name is not told.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from kafka import TopicPartition
from msgspec import Struct

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent, id_of, place_of
from events.kafka.link import Opened, partition_of
from events.kafka.topic import KafkaTopic
from tests.simulation.faults import Faults

TOPIC = KafkaTopic(servers=("simulated:1",), name="events", partitions=2)


class Record(Struct, frozen=True):
    """A record as a consumer sees it."""

    offset: int
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


class SimulatedKafka:
    """The partitions, and the requests of closed connections that have not been carried out yet."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.topic_id = 0
        self.make_anew()

    def make_anew(self) -> None:
        """Another topic of the same name; requests that were under way to the one before are refused."""
        self.topic_id += 1
        self.partitions: dict[int, list[Record]] = {number: [] for number in range(TOPIC.partitions)}
        self.begins = dict.fromkeys(self.partitions, 0)
        self._late: list[tuple[int, list[KafkaEvent]]] = []

    def put(self, partition: int, events: Sequence[KafkaEvent]) -> None:
        """Append to a partition."""
        records = self.partitions[partition]
        records += [Record(len(records) + number, event.headers, event.value) for number, event in enumerate(events)]

    def leave_under_way(self, partition: int, events: Sequence[KafkaEvent]) -> None:
        """A request that was sent, and whose sender no longer waits for it."""
        self._late.append((partition, list(events)))

    def carry_out_late(self) -> None:
        """The broker gets to a forgotten request."""
        if self._late:
            partition, events = self._late.pop(0)
            self.put(partition, events)

    def opened(self) -> Opened:
        """What a link finds."""
        held = {number: records[self.begins[number] :] for number, records in self.partitions.items()}
        first = {number: records[0] for number, records in held.items() if records and not self.begins[number]}
        last = {number: records[-1] for number, records in held.items() if records}
        return Opened(
            cluster="simulated",
            last={number: _position(record) for number, record in last.items()},
            first={number: _position(record) for number, record in first.items()},
            ids={_position(record): id_of(record.headers) for record in (*first.values(), *last.values())},
            topic_id=str(self.topic_id),
            begun=any(self.partitions.values()),
        )


def _position(record: Record) -> int:
    place = place_of(record.headers)
    assert place is not None
    return place.position or 0


class SimulatedLink:
    """`events.kafka.link.KafkaLink` to it."""

    topic = TOPIC

    def __init__(self, kafka: SimulatedKafka, faults: Faults) -> None:
        self._kafka = kafka
        self._faults = faults
        self._topic_id = ""

    def open(self) -> Opened:
        """See `KafkaLink.open`."""
        if self._faults.strikes("broker away"):
            raise KafkaUnavailable("unreachable", "simulated")
        opened = self._kafka.opened()
        self._topic_id = opened.topic_id
        return opened

    def is_remade(self) -> bool:
        """See `KafkaLink.is_remade`. While there are faults it is mostly too early to ask again."""
        if self._faults.share and self._faults.rng.random() < 0.7:
            return False
        return str(self._kafka.topic_id) != self._topic_id

    def empty(self, partitions: Collection[int]) -> None:
        """See `KafkaLink.empty`."""
        for number in partitions:
            self._faults.maybe_crash("before a partition is emptied")
            self._kafka.begins[number] = len(self._kafka.partitions[number])
        self._faults.maybe_crash("after partitions were emptied")

    def send(self, events: Sequence[KafkaEvent], meanwhile: Callable[[], None]) -> None:
        """See `KafkaLink.send`. What fails is a partition's batch from some event on, as idempotence has it."""
        failed = False
        meanwhile()
        for number in range(TOPIC.partitions):
            mine = [event for event in events if partition_of(event.key, TOPIC.partitions) == number]
            taken = len(mine)
            if mine and self._faults.strikes("half a batch"):
                taken, failed = self._faults.rng.randrange(len(mine)), True
                if self._faults.rng.random() < 0.5:
                    self._kafka.leave_under_way(number, mine[taken:])
            self._kafka.put(number, mine[:taken])
            self._faults.maybe_crash("in a send")
        if failed:
            raise KafkaUnavailable("unreachable", "simulated")

    def close(self) -> None:
        """Nothing is held."""


class SimulatedConsumer:
    """What `events.readers.KafkaReader` asks of a consumer."""

    def __init__(self, kafka: SimulatedKafka) -> None:
        self._kafka = kafka
        self._next: dict[int, int] = {}

    def assign(self, places: Sequence[Any]) -> None:
        self._next = {place.partition: 0 for place in places}

    def seek(self, place: Any, offset: int) -> None:
        self._next[place.partition] = offset

    def seek_to_beginning(self, place: Any) -> None:
        self._next[place.partition] = 0

    def poll(self, timeout_ms: int = 0, max_records: int = 100) -> Mapping[Any, Sequence[Record]]:
        found = {}
        for number, offset in self._next.items():
            begin = max(offset, self._kafka.begins[number])
            records = self._kafka.partitions[number][begin : begin + max_records]
            if records:
                found[TopicPartition(TOPIC.name, number)] = records
                self._next[number] = begin + len(records)
        return found

    def close(self) -> None:
        """Nothing is held."""
