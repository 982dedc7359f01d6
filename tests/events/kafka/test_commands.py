"""The commands that look after Kafka, and what `verify` finds against it."""

import itertools
from pathlib import Path

import pytest
from kafka import KafkaProducer

from events.__main__ import main
from events.kafka.link import partition_of
from events.kafka.topic import KafkaTopic
from events.kafka.verification import kafka_differences
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from tests.events.kafka.test_relay import Room
from tests.servers.kafka import Broker


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Room:
    return Room(tmp_path, kafka)


def options(room: Room) -> list[str]:
    partitions = str(room.topic.partitions)
    return ["--kafka", room.topic.servers[0], "--topic", room.topic.name, "--partitions", partitions]


def run(room: Room, tmp_path: Path, *arguments: str) -> int:
    return main([*arguments, *options(room)], DataFolder(tmp_path))


def test_topics_are_made_and_told(tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = ["--kafka", room.topic.servers[0], "--topic", f"{room.topic.name}-2"]
    assert main(["topics", *fresh], DataFolder(tmp_path)) == 2
    assert "events topics --create" in capsys.readouterr().err
    assert main(["topics", "--create", "--retention-days", "30", *fresh], DataFolder(tmp_path)) == 0
    assert "11" in capsys.readouterr().out
    assert main(["topics", "--kafka", "", "--topic", "x"], DataFolder(tmp_path)) == 2
    assert "COLLOQUY_KAFKA" in capsys.readouterr().err


def test_the_log_is_relayed_by_command_and_verified_against_kafka(
    tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.write(40)
    assert run(room, tmp_path, "relay") == 0
    assert "up to position 40" in capsys.readouterr().out
    room.write(5)  # not relayed yet: no fault
    assert run(room, tmp_path, "verify") == 0
    assert "45 events, 40 of them on Kafka, 0 faults" in capsys.readouterr().out


def test_a_relay_that_another_process_runs_is_told(
    tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    hold = room.log.hold("relay")
    assert hold is not None
    assert run(room, tmp_path, "relay") == 2
    assert "another process relays this log" in capsys.readouterr().err
    hold.release()


class Lease:
    """A hold that is lost after some looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def held(self) -> bool:
        self._looks -= 1
        return self._looks >= 0

    def release(self) -> None:
        pass


def test_a_relay_that_follows_takes_a_right_that_it_has_lost_again(
    tmp_path: Path, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.write(5)
    asked = itertools.count()

    def hold(log: RecorderEventLog, name: str) -> Lease:
        match next(asked):
            case 0 | 1:  # the command sees whether it is free; then five events are relayed, and it is lost
                return Lease(2)
            case 2:
                room.write(5)
                return Lease(2)
            case _:
                raise KeyboardInterrupt

    monkeypatch.setattr(RecorderEventLog, "hold", hold)

    assert run(room, tmp_path, "relay", "--follow") == 130
    assert len(room.read(10)) == 10


def test_what_kafka_holds_otherwise_is_found(tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.write(30)
    room.relay_all()
    assert list(kafka_differences(room.log, room.topic, room.blobs)) == []
    rows = room.log.stored_tail(0, limit=30)
    forge(room.topic, rows[4].stream, 99, b'{"type":"session.ended.v1"}')
    (problem,) = kafka_differences(room.log, room.topic, room.blobs)
    assert (problem.kind, problem.position) == ("not_in_log", 99)
    assert run(room, tmp_path, "verify") == 1
    assert "not_in_log: position 99: Kafka holds an event that the log does not\n" in capsys.readouterr().out


def forge(topic: KafkaTopic, stream: str, position: int, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=list(topic.servers))
    headers = [
        ("ce_source", b"/colloquy/local"),
        ("ce_subject", stream.encode()),
        ("ce_version", b"9"),
        ("ce_type", b"x"),
        ("ce_position", b"%d" % position),
    ]
    partition = partition_of(stream.encode(), topic.partitions)
    producer.send(topic.name, value, stream.encode(), headers=headers, partition=partition).get(10)
    producer.close()
