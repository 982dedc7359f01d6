"""Records in the topic that are no events of ours: told by place, and passed over by relay and readers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import Headers, place_of
from events.kafka.feed import KafkaFedLog
from events.kafka.records import edge_records
from events.kafka.verification import kafka_differences
from events.readers import KafkaReader
from tests.events.kafka.test_commands import run
from tests.events.kafka.test_relay import Room, by_position, in_order, raw_count
from tests.servers.kafka import Broker

PARTITIONS = range(3)
SOURCE = ("ce_source", b"/colloquy/local")
OURS = (("ce_type", b"x"), ("ce_version", b"1"))


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Iterator[Room]:
    made = Room(tmp_path, kafka)
    yield made
    made.log.close()


def put(room: Room, *, count: int = 1, headers: Headers = (), transaction: bool = False) -> None:
    """Put records into each partition as other programs do; as `kafka-console-producer` by default."""
    settings = {"transactional_id": room.topic.name} if transaction else {}
    producer = KafkaProducer(bootstrap_servers=list(room.topic.servers), **settings)
    if transaction:
        producer.init_transactions()
        producer.begin_transaction()
    for partition in PARTITIONS:
        for _ in range(count):
            producer.send(room.topic.name, b"test", headers=list(headers), partition=partition)
    producer.flush()
    if transaction:
        producer.commit_transaction()
    producer.close()


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("ce_subject", b"s1"), ("ce_type", b"somebody.elses.v1"), ("ce_id", b"7")],
        [("ce_source", b"/shop"), *OURS, ("ce_subject", b"s1"), ("ce_position", b"1")],
        [SOURCE, *OURS, ("ce_subject", b"s1"), ("ce_position", b"0")],
        [SOURCE, *OURS, ("ce_subject", b"s1"), ("ce_position", b"-5")],
        [SOURCE, *OURS, ("ce_subject", b"\xff"), ("ce_position", b"1")],
        [SOURCE, *OURS, ("ce_subject", None), ("ce_position", b"1")],
    ],
    ids=["none", "of another kind", "of another source", "position 0", "negative position", "no text", "no value"],
)
def test_a_record_without_the_headers_of_an_event_has_no_place_in_the_log(headers: Headers) -> None:
    assert place_of(headers) is None


@pytest.mark.parametrize("count", [1, 15])
@pytest.mark.parametrize("transaction", [False, True])
def test_the_relay_passes_over_foreign_records_and_tells_where_they_are(
    room: Room, caplog: pytest.LogCaptureFixture, count: int, transaction: bool
) -> None:
    room.write(60)
    room.relay_all()
    ends = edge_records(room.topic).ends
    put(room, count=count, transaction=transaction)
    room.file.unlink()  # so that only the topic tells how far the log was relayed
    room.write(30)

    room.relay_all()

    for partition in PARTITIONS:
        place = f"partition {partition} of topic {room.topic.name!r} holds no event of ours at offset"
        assert f"{place} {ends[partition]}" in caplog.text
    assert raw_count(room.topic) == 90 + len(PARTITIONS) * (count + transaction)
    read = room.read(90)
    assert in_order(read)
    assert by_position(read) == list(room.log.tail(0, limit=99))


def test_a_topic_that_somebody_tried_out_before_is_relayed_to(room: Room) -> None:
    put(room)
    room.write(30)
    room.relay_all()
    put(room)
    room.file.unlink()
    room.relay_all()
    assert by_position(room.read(30)) == list(room.log.tail(0, limit=99))
    assert raw_count(room.topic) == 30 + 2 * len(PARTITIONS)


def test_a_topic_whose_last_event_is_too_far_back_is_refused_by_place(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.kafka.records.LOOKS", (1, 10))
    room.write(30)
    room.relay_all()
    put(room, count=11)
    room.write(1)

    with pytest.raises(KafkaUnavailable, match=rf"before \d+ of partition \d of topic '{room.topic.name}'") as refused:
        room.relay().run_once()

    assert refused.value.reason == "foreign"


def test_the_commands_name_topic_partition_and_offset(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room.write(40)
    assert run(room, tmp_path, "relay") == 0
    ends = edge_records(room.topic).ends
    put(room)
    room.write(5)
    assert run(room, tmp_path, "topics") == 0
    told = capsys.readouterr()
    for partition in PARTITIONS:
        place = f"partition {partition} of topic {room.topic.name!r} holds no event of ours at offset {ends[partition]}"
        assert f"{place}; the relay and readers pass it over" in told.err
    assert "40" in told.out
    assert run(room, tmp_path, "relay") == 0
    capsys.readouterr()

    assert run(room, tmp_path, "verify") == 1

    found = capsys.readouterr().out
    for partition in PARTITIONS:
        place = f"partition {partition} of topic {room.topic.name!r} holds no event of ours at offset {ends[partition]}"
        assert f"foreign: {place}\n" in found
    assert "45 events, 45 of them on Kafka, 3 faults" in found


def test_verification_finds_each_foreign_record_and_the_faults_beside_it(room: Room) -> None:
    room.write(30)
    room.relay_all()
    put(room, count=2)
    room.write(10)
    found = [each.kind for each in kafka_differences(room.log, room.topic, room.blobs, relayed_to=31)]
    assert found == ["foreign"] * 2 * len(PARTITIONS) + ["not_relayed"]


def test_a_follower_fed_from_kafka_passes_over_foreign_records(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.write(20)
    room.relay_all()
    put(room, count=3)
    room.write(20)
    room.relay_all()
    reader = KafkaReader(room.topic, room.blobs)
    fed = KafkaFedLog(room.log, reader, clock=lambda: 0.0)

    found: list[int] = []
    while len(found) < 40 and fed.wait(len(found), 10.0):
        found += [each.position or 0 for each in fed.tail(len(found), limit=40)]
    reader.close()

    assert found == list(range(1, 41))
    assert caplog.text.count("readers pass over all such records") == 1
