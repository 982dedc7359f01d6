"""The relay and the readers on real Kafka: everything once, in order, whatever happens on the way."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition
from msgspec.structs import replace

from events.blobs import BlobStore
from events.envelope import Recorded
from events.errors import KafkaUnavailable
from events.kafka import topic as kafka_topic
from events.kafka.link import ProducerLink, partition_of
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.topic import KafkaTopic, create_topic, inspect_topic, topic_at
from events.lesson import SessionEnded
from events.readers import EventReader, KafkaReader, StoreReader
from events.sqlite import SQLiteEventLog
from tests.events.samples import origin
from tests.servers.kafka import Broker

STREAMS = 9


class Room:
    """A log, its topic and its relays."""

    def __init__(self, folder: Path, kafka: Broker) -> None:
        self.log = SQLiteEventLog(folder / "log.sqlite")
        self.blobs = BlobStore(folder / "blobs")
        self.file = folder / "relay.json"
        self.topic = KafkaTopic(servers=(kafka.address,), name=f"events-{uuid4().hex}", partitions=3)
        create_topic(self.topic)
        self._versions: dict[str, int] = {}

    def write(self, count: int, *, reason: str = "x") -> None:
        for number in range(count):
            stream = f"s{number % STREAMS}"
            version = self._versions.get(stream, 0)
            self.log.append(stream, [SessionEnded(reason=reason)], expected_version=version, origin=origin())
            self._versions[stream] = version + 1

    def relay(self) -> Relay:
        return Relay(self.log, ProducerLink(self.topic), CheckpointFile(self.file), self.blobs)

    def relay_all(self) -> Relay:
        relay = self.relay()
        while relay.run_once():
            pass
        relay.disconnect()
        return relay

    def read(self, expected: int, reader: EventReader | None = None) -> list[Recorded]:
        reader = reader or KafkaReader(self.topic, self.blobs)
        found: list[Recorded] = []
        deadline = time.monotonic() + 30
        while len(found) < expected and time.monotonic() < deadline:
            found += [delivery.recorded for delivery in reader.read(limit=1000, timeout_s=1.0)]
        found += [delivery.recorded for delivery in reader.read(limit=1000, timeout_s=0.3)]
        reader.close()
        return found


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Iterator[Room]:
    made = Room(tmp_path, kafka)
    yield made
    made.log.close()


def by_position(events: Sequence[Recorded]) -> list[Recorded]:
    return sorted(events, key=lambda recorded: recorded.position or 0)


def in_order(events: Sequence[Recorded]) -> bool:
    last: dict[str, int] = {}
    for recorded in events:
        if recorded.version != last.get(recorded.stream, 0) + 1:
            return False
        last[recorded.stream] = recorded.version
    return True


def raw_count(topic: KafkaTopic) -> int:
    """How many records the topic holds, by Kafka's own offsets."""
    consumer = KafkaConsumer(bootstrap_servers=list(topic.servers))
    ends = consumer.end_offsets([TopicPartition(topic.name, number) for number in range(topic.partitions)])
    consumer.close()
    return sum(ends.values())


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_is_relayed_is_read_as_it_is_in_the_log(room: Room) -> None:
    room.write(1200)
    room.relay_all()
    read = room.read(1200)
    assert in_order(read)
    assert by_position(read) == list(room.log.tail(0, limit=2000))


def test_both_readers_give_the_same_and_go_on_behind_a_mark(room: Room) -> None:
    room.write(60)
    room.relay_all()
    for make in (lambda: StoreReader(room.log), lambda: KafkaReader(room.topic, room.blobs)):
        reader = make()
        first = reader.read(limit=20, timeout_s=10.0)
        marks = {delivery.mark.partition: delivery.mark for delivery in first}
        reader.close()
        again = make()
        again.seek(marks.values())
        rest = room.read(60 - len(first), again)
        assert by_position([*(delivery.recorded for delivery in first), *rest]) == list(room.log.tail(0, limit=99))


def test_a_relay_that_begins_anew_sends_nothing_twice(room: Room) -> None:
    room.write(50)
    room.relay_all()
    room.file.unlink()  # as if it had been killed before its first checkpoint
    room.write(10)
    room.relay_all()
    assert len(room.read(60)) == 60
    assert raw_count(room.topic) == 60


def test_a_kill_between_the_send_and_the_checkpoint_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    random.seed(3)
    for _ in range(5):
        room.write(random.randint(1, 40))
        relay = room.relay()
        with monkeypatch.context() as patched:
            patched.setattr(CheckpointFile, "write", stop)
            with pytest.raises(KeyboardInterrupt):
                relay.run_once()
        relay.disconnect()
    room.relay_all()
    total = room.log.head()
    assert in_order(room.read(total))
    assert raw_count(room.topic) == total


def test_a_record_too_large_for_kafka_goes_by_reference(room: Room) -> None:
    room.write(1, reason="y" * 1_500_000)
    room.write(1)
    room.relay_all()
    assert by_position(room.read(2)) == list(room.log.tail(0, limit=9))


def test_keys_are_spread_as_javas_producers_spread_them() -> None:
    # From org.apache.kafka.common.utils.UtilsTest.testMurmur2: murmur2("21") = -973932308.
    assert partition_of(b"21", 1000) == (-973932308 & 0x7FFFFFFF) % 1000


def test_a_topic_that_is_not_there_or_has_other_partitions_is_a_typed_error(room: Room) -> None:
    with pytest.raises(KafkaUnavailable, match="events topics --create") as caught:
        inspect_topic(replace(room.topic, name="nothing"))
    assert caught.value.reason == "no_topic"
    with pytest.raises(KafkaUnavailable, match="3 partitions instead of 12") as caught:
        create_topic(replace(room.topic, partitions=12))
    assert caught.value.reason == "partitions"


def test_brokers_of_another_cluster_are_refused(room: Room) -> None:
    room.write(3)
    room.relay_all()
    room.file.write_text(room.file.read_text().replace("Y29sbG9xdXktdGVzdHMxMg", "another"))
    with pytest.raises(KafkaUnavailable, match="relayed to cluster another") as caught:
        room.relay().run_once()
    assert caught.value.reason == "other_cluster"


def test_a_damaged_checkpoint_is_replaced_by_what_kafka_has(room: Room) -> None:
    room.write(5)
    room.relay_all()
    room.file.write_text("{")
    room.write(5)
    room.relay_all()
    assert raw_count(room.topic) == 10


def test_brokers_that_cannot_be_reached_make_the_relay_wait_and_say_so(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_topic, "TIMEOUT_MS", 1_000)
    room.write(3)
    nowhere = replace(room.topic, servers=("127.0.0.1:1",))
    relay = Relay(room.log, ProducerLink(nowhere), CheckpointFile(room.file), room.blobs)
    stopping = threading.Event()
    thread = threading.Thread(target=relay.run, args=(stopping,))
    thread.start()
    deadline = time.monotonic() + 60
    while relay.status().state != "waiting" and time.monotonic() < deadline:
        time.sleep(0.1)
    status = relay.status()
    stopping.set()
    thread.join()
    assert (status.state, status.lag) == ("waiting", 3)
    assert "unreachable" in status.reason


def test_servers_that_are_none_are_refused() -> None:
    assert topic_at("a:1, b:2").servers == ("a:1", "b:2")
    for bad in ("", "somewhere", "a:b"):
        with pytest.raises(KafkaUnavailable, match="give host:port"):
            topic_at(bad)
