"""A Kafka in memory that acknowledges late, takes half of a batch, and carries out forgotten requests much later."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import TopicPartition
from msgspec import Struct

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent, place_of
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
        self.partitions: dict[int, list[Record]] = {number: [] for number in range(TOPIC.partitions)}
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

    def last(self) -> dict[int, int]:
        """The position of each partition's last record."""
        return {
            number: place.position or 0
            for number, records in self.partitions.items()
            if records and (place := place_of(records[-1].headers)) is not None
        }


class SimulatedLink:
    """`events.kafka.link.KafkaLink` to it."""

    topic = TOPIC

    def __init__(self, kafka: SimulatedKafka, faults: Faults) -> None:
        self._kafka = kafka
        self._faults = faults

    def open(self) -> Opened:
        """See `KafkaLink.open`."""
        if self._faults.strikes("broker away"):
            raise KafkaUnavailable("unreachable", "simulated")
        return Opened(cluster="simulated", last=self._kafka.last())

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
            records = self._kafka.partitions[number][offset : offset + max_records]
            if records:
                found[TopicPartition(TOPIC.name, number)] = records
                self._next[number] = offset + len(records)
        return found

    def close(self) -> None:
        """Nothing is held."""
