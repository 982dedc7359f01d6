"""Reading from Kafka when a fault comes between: what was polled is not lost. The rest is in `kafka/test_relay.py`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from kafka import TopicPartition
from msgspec import Struct

from events.blobs import BlobStore
from events.codec import Codec, Place
from events.envelope import Recorded
from events.errors import BlobMissing, KafkaUnavailable
from events.handover import WipeViews
from events.kafka.cloud_events import Headers, to_kafka, with_reference
from events.kafka.feed import KafkaFedLog
from events.kafka.topic import KafkaTopic
from events.lesson import SessionEnded
from events.location import DataFolder
from events.readers import KafkaReader
from events.sealing.errors import KeysUnavailable
from events.sqlite import SQLiteEventLog
from projections.runner import Upkept
from tests.events.samples import origin

TOPIC = KafkaTopic(servers=("nowhere:1",), partitions=2)


class Record(Struct):
    """A record as the consumer gives it."""

    offset: int
    headers: Headers
    value: bytes


class Partitions:
    """A consumer of two partitions that are in memory."""

    def __init__(self) -> None:
        self.records: dict[int, list[Record]] = {0: [], 1: []}
        self._places: dict[int, int] = {}

    def assign(self, places: Sequence[TopicPartition]) -> None:
        self._places = {place.partition: 0 for place in places}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._places[place.partition] = offset

    def seek_to_beginning(self, place: TopicPartition) -> None:
        self.seek(place, 0)

    def offsets_for_times(self, places: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, object]:
        return {place: self.records[place.partition][0] for place in places}

    def poll(self, timeout_ms: int, max_records: int) -> Mapping[TopicPartition, Sequence[Record]]:
        polled = {}
        for number, place in self._places.items():
            if found := self.records[number][place : place + max_records // 2]:
                polled[TopicPartition(TOPIC.name, number)] = found
                self._places[number] += len(found)
        return polled


class AwayAt(Codec):
    """A codec whose keys are away when it comes to a position for the first time."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self._position = position

    def decode_or_keep(self, stored: bytes, place: Place) -> Recorded:
        if place.position == self._position:
            self._position = 0
            raise KeysUnavailable("locked", "database is locked")
        return super().decode_or_keep(stored, place)


def filled(folder: Path, consumer: Partitions, *, count: int, beside: int = 0) -> SQLiteEventLog:
    """A log of ``count`` events that are all on Kafka; the value of the one at ``beside`` is a blob nobody has."""
    log = SQLiteEventLog(folder / "log.sqlite")
    for version in range(count):
        log.append("s1", [SessionEnded(reason="x")], expected_version=version, origin=origin())
    lost = BlobStore(folder / "lost")
    for row in log.stored_tail(0, limit=count):
        event = to_kafka(row.state, row.position)
        if row.position == beside:
            event = with_reference(event, lost.put(event.value, "application/json"))
        held = consumer.records[row.position % 2]
        held.append(Record(len(held), event.headers, event.value))
    return log


@pytest.mark.parametrize("position", [1, 2, 7, 10, 15])
def test_after_a_passing_fault_the_polled_events_come_again_and_each_once(tmp_path: Path, position: int) -> None:
    consumer = Partitions()
    filled(tmp_path, consumer, count=30).close()
    reader = KafkaReader(TOPIC, BlobStore(tmp_path), codec=AwayAt(position), connect=lambda _: cast(Any, consumer))

    delivered, faults = [], 0
    for _ in range(6):
        try:
            delivered += [delivery.mark.position for delivery in reader.read(limit=10, timeout_s=0)]
        except KeysUnavailable:
            faults += 1

    assert faults == 1
    assert sorted(delivered) == list(range(1, 31))
    assert [each for each in delivered if each % 2] == list(range(1, 31, 2))


def test_an_event_whose_blob_is_lost_holds_no_follower_up_that_has_the_store(tmp_path: Path) -> None:
    consumer = Partitions()
    log = filled(tmp_path, consumer, count=30, beside=7)
    reader = KafkaReader(TOPIC, BlobStore(tmp_path / "blobs"), connect=lambda _: cast(Any, consumer))
    with pytest.raises(BlobMissing):
        reader.read(limit=10, timeout_s=0)
    reader.seek(())
    fed = KafkaFedLog(log, reader, clock=lambda: 0.0)

    found: list[int] = []
    for _ in range(20):
        found += [each.position or 0 for each in fed.tail(len(found), limit=4)]
    log.close()

    assert found == list(range(1, 31))


def test_what_is_damaged_on_kafka_only_is_read_from_the_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    consumer = Partitions()
    log = filled(tmp_path, consumer, count=10)
    for record in consumer.records[1][1:4]:
        record.value = record.value[:-5]
    reader = KafkaReader(TOPIC, BlobStore(tmp_path), connect=lambda _: cast(Any, consumer))
    fed = KafkaFedLog(log, reader, clock=lambda: 0.0)

    assert fed.tail(0, limit=10) == log.tail(0, limit=10)
    log.close()

    assert [record.message for record in caplog.records] == [
        "version 3 of stream 's1' is damaged on Kafka; the store stands in for all that is"
    ]


def test_a_topic_of_another_log_gives_nothing_until_it_is_the_right_one(tmp_path: Path) -> None:
    others, own = Partitions(), Partitions()
    for name, consumer in (("others", others), ("own", own)):
        (tmp_path / name).mkdir()
        filled(tmp_path / name, consumer, count=10).close()
    log = SQLiteEventLog(tmp_path / "own" / "log.sqlite")
    reader = KafkaReader(TOPIC, BlobStore(tmp_path), connect=lambda _: cast(Any, others))
    fed = KafkaFedLog(log, reader, clock=lambda: 0.0)

    for _ in range(2):
        with pytest.raises(KafkaUnavailable, match="another event than the log's") as refused:
            fed.tail(0, limit=10)
        assert refused.value.reason == "other_log"
    others.records = own.records

    assert fed.tail(0, limit=10) == log.tail(0, limit=10)
    log.close()


def test_who_follows_kafka_finishes_what_another_process_left_undone(tmp_path: Path) -> None:
    log = filled(tmp_path, Partitions(), count=1, beside=1)
    reader = KafkaReader(TOPIC, BlobStore(tmp_path / "blobs"), connect=lambda _: cast(Any, Partitions()))
    asked: list[WipeViews | None] = []
    log.upkeep = lambda _, wipe_views: asked.append(wipe_views)

    def wipe(folder: DataFolder) -> bool:
        return True

    runner_log: Upkept = KafkaFedLog(log, reader)
    runner_log.keep_up(wipe)
    log.close()

    assert asked == [wipe]
