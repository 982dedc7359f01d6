"""A topic that was made anew, and a log that was restored: neither goes on as if nothing had been."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import to_kafka
from events.kafka.link import ProducerLink
from events.kafka.topic import create_topic, inspect_topic
from events.kafka.verification import kafka_differences
from events.sqlite import SQLiteEventLog
from tests.events.kafka.test_relay import Room, by_position, raw_count
from tests.servers.kafka import Broker

PATIENCE_S = 60


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Iterator[Room]:
    made = Room(tmp_path, kafka)
    yield made
    made.log.close()


def make_anew(room: Room) -> None:
    """Delete the topic and make it again."""
    before = inspect_topic(room.topic).id
    admin = KafkaAdminClient(bootstrap_servers=list(room.topic.servers))
    admin.delete_topics([room.topic.name])
    admin.close()
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if create_topic(room.topic).id not in ("", before):
                return
        except KafkaUnavailable:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def restore(room: Room, backup: Path) -> None:
    """Put the backup in the place of the log."""
    room.log.close()
    for path in backup.parent.glob("log.sqlite*"):
        path.unlink()
    shutil.copy(backup, backup.with_name("log.sqlite"))
    room.log = SQLiteEventLog(backup.with_name("log.sqlite"))


def back_up(room: Room, folder: Path) -> Path:
    room.log.close()  # empties the journal into the file
    backup = shutil.copy(folder / "log.sqlite", folder / "backup")
    room.log = SQLiteEventLog(folder / "log.sqlite")
    return Path(backup)


def differences(room: Room, relayed_to: int = 0) -> list[tuple[str, int]]:
    found = kafka_differences(room.log, room.topic, room.blobs, relayed_to=relayed_to)
    return [(each.kind, each.position) for each in found]


@pytest.mark.parametrize("old_checkpoint", [False, True])
def test_a_topic_made_anew_gets_the_whole_log(room: Room, old_checkpoint: bool) -> None:
    room.write(50)
    room.relay_all()
    if old_checkpoint:  # one of a program that did not know the topic's id
        cluster = inspect_topic(room.topic).cluster
        room.file.write_text(f'{{"cluster":"{cluster}","topic":"{room.topic.name}","position":50}}')
    make_anew(room)
    room.write(10)
    assert differences(room, relayed_to=50) == [("not_relayed", position) for position in range(1, 51)]

    room.relay_all()

    assert by_position(room.read(60)) == list(room.log.tail(0, limit=99))
    assert differences(room, relayed_to=60) == []
    room.relay_all()
    assert raw_count(room.topic) == 60


def send_unnoticed(room: Room, after: int) -> None:
    """Send the events behind a position as a relay that takes the topic for the one before."""
    link = ProducerLink(room.topic)
    link.open()
    link.send([to_kafka(row.state, row.position) for row in room.log.stored_tail(after, limit=99)], lambda: None)
    link.close()


def test_a_topic_that_lacks_the_beginning_without_being_known_as_a_new_one_is_refused_and_a_fault(room: Room) -> None:
    room.write(20)
    room.relay_all()
    make_anew(room)
    room.write(20)
    send_unnoticed(room, after=20)
    room.file.unlink()

    assert {position for kind, position in differences(room) if kind == "not_relayed"} == set(range(1, 21))
    with pytest.raises(KafkaUnavailable, match="delete the topic and make it anew") as refused:
        room.relay().run_once()
    assert refused.value.reason == "incomplete"

    make_anew(room)
    room.relay_all()
    assert differences(room, relayed_to=40) == []


@pytest.mark.parametrize("checkpoint_lost", [False, True])
@pytest.mark.parametrize("written_since", [0, 40])
def test_a_log_restored_from_an_older_backup_is_refused_until_the_topic_is_made_anew(
    room: Room, tmp_path: Path, written_since: int, checkpoint_lost: bool
) -> None:
    room.write(50)
    backup = back_up(room, tmp_path)
    versions = dict(room._versions)
    room.write(30)
    room.relay_all()
    restore(room, backup)
    room._versions = versions
    room.write(written_since)
    if checkpoint_lost:
        room.file.unlink()

    with pytest.raises(KafkaUnavailable, match="restored from a backup") as refused:
        room.relay().run_once()
    assert refused.value.reason == "other_log"

    make_anew(room)
    room.relay_all()
    assert by_position(room.read(50 + written_since)) == list(room.log.tail(0, limit=99))
    assert differences(room, relayed_to=50 + written_since) == []
