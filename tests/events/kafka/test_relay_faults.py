"""The relay while its broker is killed, paused and started again under load, and with brokers that will not do."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from msgspec.structs import replace

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent, to_kafka
from events.kafka.link import ProducerLink
from events.kafka.relay import Relay
from events.kafka.topic import KafkaTopic
from tests.events import relays
from tests.events.kafka.test_relay import Room, by_position, in_order, raw_count
from tests.events.relays import relaying_of, until_waiting
from tests.servers.kafka import Broker, NoKafka, broker

EVENTS = 3_000


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    try:
        with broker() as running:
            yield running
    except NoKafka as error:
        pytest.skip(f"no Kafka: {error}")


@pytest.mark.timeout(240)
def test_a_broker_that_is_killed_and_paused_loses_doubles_and_reorders_nothing(
    tmp_path: Path, own_broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room(tmp_path, own_broker)
    relay, stopping = room.relay(), threading.Event()
    relaying = threading.Thread(target=relay.run, args=(stopping,))
    relaying.start()
    writing = threading.Thread(target=write_slowly, args=(room,))
    writing.start()
    took: list[tuple[str, float]] = []
    for fault in ("kill", "pause", "kill"):
        time.sleep(1.0)
        (own_broker.kill if fault == "kill" else own_broker.pause)()
        time.sleep(1.5)
        (own_broker.start if fault == "kill" else own_broker.go_on)()
        took.append((fault, until_relayed(room, relay)))
    writing.join()
    until_relayed(room, relay)
    stopping.set()
    relaying.join()
    read = room.read(EVENTS)
    with capsys.disabled():
        for fault, seconds in took:
            print(f"\n  broker {fault}: all relayed {seconds:.1f} s after it was back", end="")
    assert len(read) == EVENTS
    assert in_order(read)
    room.log.close()


def write_slowly(room: Room) -> None:
    for _ in range(EVENTS // 50):
        room.write(50)
        time.sleep(0.1)


def until_relayed(room: Room, relay: Relay) -> float:
    """Seconds until what is in the log now has been relayed."""
    head, began = room.log.head(), time.monotonic()
    while relay.position < head and time.monotonic() - began < 90:
        time.sleep(0.05)
    assert relay.position >= head, relay.status()
    return time.monotonic() - began


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Iterator[Room]:
    made = Room(tmp_path, kafka)
    yield made
    made.log.close()


@pytest.fixture
def admin(kafka: Broker) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=kafka.address)
    yield client
    client.close()


@pytest.mark.usefixtures("quick_relay")
def test_a_topic_with_too_few_partitions_gets_nothing_until_it_has_them(room: Room, admin: KafkaAdminClient) -> None:
    narrow = replace(room.topic, name=f"{room.topic.name}-narrow")
    admin.create_topics([NewTopic(narrow.name, 1, 1)])
    room.write(50)
    with relaying_of(room, narrow) as relaying:
        assert "has 1 partitions instead of 3" in until_waiting(relaying)
        assert relaying.status().lag == 50
        assert raw_count(replace(narrow, partitions=1)) == 0

        admin.create_partitions({narrow.name: 3})

        assert relays.until_relayed(relaying) == ""
    assert raw_count(narrow) == 50


@pytest.mark.usefixtures("quick_relay")
def test_brokers_of_another_cluster_get_nothing_and_the_right_ones_all(room: Room, tmp_path: Path) -> None:
    room.write(30)
    with relaying_of(room) as relaying:
        relays.until_relayed(relaying)
    room.write(30)
    try:
        with broker(cluster="b3RoZXItY2x1c3Rlci0xMg") as other:
            elsewhere = replace(room.topic, servers=(other.address,))
            with relaying_of(room, elsewhere) as relaying:
                assert "the log was relayed to cluster Y29sbG9xdXktdGVzdHMxMg" in until_waiting(relaying)
                assert relaying.status().lag == 60
            assert raw_count(elsewhere) == 0
    except NoKafka as error:
        pytest.skip(f"no Kafka: {error}")

    with relaying_of(room) as relaying:
        relays.until_relayed(relaying)

    assert by_position(room.read(60)) == list(room.log.tail(0, limit=99))
    assert raw_count(room.topic) == 60


@pytest.mark.usefixtures("quick_relay")
def test_a_topic_that_takes_only_small_records_is_told_and_relayed_to_once_it_takes_larger(
    room: Room, admin: KafkaAdminClient
) -> None:
    limit_records(admin, room.topic, 2_000)
    room.write(5)
    room.write(1, reason="y" * 50_000)
    room.write(200)
    with relaying_of(room) as relaying:
        assert "takes 2,000 bytes at once, and 1,048,588 may come; raise max.message.bytes" in until_waiting(relaying)
        assert raw_count(room.topic) == 0

        limit_records(admin, room.topic, 2_000_000)

        assert relays.until_relayed(relaying) == ""
    read = room.read(206)
    assert in_order(read)
    assert by_position(read) == list(room.log.tail(0, limit=999))


def test_a_link_to_brokers_that_do_not_answer_lets_go_of_them_at_once(
    room: Room, kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.kafka.link.DELIVERY_MS", 500)
    room.write(20)
    link = ProducerLink(room.topic)
    link.open()
    assert link._producer is not None
    sender = link._producer._sender
    events = [to_kafka(row.state, row.position) for row in room.log.stored_tail(0, limit=20)]
    link.send(events[:10], lambda: None)
    kafka.pause()
    try:
        with pytest.raises(KafkaUnavailable) as caught:
            link.send(events[10:], lambda: None)
        link.close()
        sender.join(10)
        assert not sender.is_alive()
    finally:
        kafka.go_on()
    assert caught.value.reason == "unreachable"
    room.relay_all()
    assert by_position(room.read(20)) == list(room.log.tail(0, limit=99))


def test_whatever_kafkas_client_raises_the_relay_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    faults, send = [ValueError("a response that nobody expected")], ProducerLink.send

    def failing(link: ProducerLink, events: Sequence[KafkaEvent], meanwhile: Callable[[], None]) -> None:
        if faults:
            raise faults.pop()
        send(link, events, meanwhile)

    monkeypatch.setattr(ProducerLink, "send", failing)
    room.write(5)
    with relaying_of(room) as relaying:
        assert relays.until_relayed(relaying) == ""
    assert faults == []
    assert raw_count(room.topic) == 5


def limit_records(admin: KafkaAdminClient, topic: KafkaTopic, size_bytes: int) -> None:
    """Let the topic take batches of at most this size."""
    config = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs={"max.message.bytes": str(size_bytes)})
    admin.alter_configs([config])
