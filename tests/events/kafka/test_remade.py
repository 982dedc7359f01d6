"""A topic that is deleted and made anew under a relay at work: it gets the whole log, by itself, in order."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from events.errors import KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent
from events.kafka.feed import KafkaFedLog
from events.kafka.link import ProducerLink, partition_of
from events.kafka.topic import create_topic, inspect_topic
from events.kafka.watch import TopicWatch
from events.lesson import SessionEnded
from events.readers import KafkaReader
from tests.events.kafka.test_identity import differences, make_anew, send_unnoticed
from tests.events.kafka.test_relay import STREAMS, Room, by_position, in_order, stop
from tests.events.relays import relaying_of, until_relayed, until_waiting
from tests.events.samples import origin
from tests.servers.kafka import Broker

PATIENCE_S = 60
NEVER_S = 1e9


@pytest.fixture
def room(tmp_path: Path, kafka: Broker) -> Iterator[Room]:
    made = Room(tmp_path, kafka)
    yield made
    made.log.close()


@pytest.fixture
def unnoticing(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes relays ask at no time for the topic's id, or at every."""
    return lambda never: monkeypatch.setattr("events.kafka.watch.ASK_EVERY_S", NEVER_S if never else 0.0)


def write_to(room: Room, partition: int, *, count: int = 1) -> None:
    """Append to a stream of a partition of the topic."""
    stream = next(each for each in (f"s{n}" for n in range(STREAMS)) if partition_of(each.encode(), 3) == partition)
    for _ in range(count):
        version = room._versions.get(stream, 0)
        room.log.append(stream, [SessionEnded(reason="x")], expected_version=version, origin=origin())
        room._versions[stream] = version + 1


def until_the_topic_has_all(room: Room) -> None:
    head, deadline = room.log.head(), time.monotonic() + PATIENCE_S
    while (found := differences(room, relayed_to=head)) != []:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def see_whole(room: Room) -> None:
    """See that readers get the whole log from the topic, each event once and in order."""
    read = room.read(room.log.head())
    assert in_order(read)
    assert by_position(read) == list(room.log.tail(0, limit=9_999))


def test_a_relay_without_work_notices_that_its_topic_was_made_anew(room: Room) -> None:
    room.write(20)
    with relaying_of(room) as relaying:
        until_relayed(relaying)
        make_anew(room)
        until_the_topic_has_all(room)
    see_whole(room)


@pytest.mark.usefixtures("quick_relay")
def test_a_topic_that_is_gone_is_waited_for_and_gets_the_whole_log(room: Room) -> None:
    room.write(20)
    with relaying_of(room) as relaying:
        until_relayed(relaying)
        admin = KafkaAdminClient(bootstrap_servers=list(room.topic.servers))
        admin.delete_topics([room.topic.name])
        admin.close()
        assert "no_topic" in until_waiting(relaying)
        create_topic(room.topic)
        until_the_topic_has_all(room)
    see_whole(room)


@pytest.mark.parametrize("partitions", [(1,), (0,), (1, 0), (0, 1, 2)], ids=str)
def test_what_was_sent_to_the_new_topic_unnoticed_does_not_keep_the_log_out_of_it(
    room: Room, unnoticing: Callable[[bool], None], caplog: pytest.LogCaptureFixture, partitions: tuple[int, ...]
) -> None:
    caplog.set_level(logging.WARNING, "events")
    write_to(room, 0, count=3)  # partition 1 and 2 are empty
    write_to(room, 2)
    unnoticing(True)
    with relaying_of(room) as relaying:
        until_relayed(relaying)
        make_anew(room)
        for partition in partitions:
            write_to(room, partition, count=2)
            until_relayed(relaying)
        unnoticing(False)
        until_the_topic_has_all(room)
        write_to(room, 0, count=2)
        until_relayed(relaying)
    assert differences(room, relayed_to=room.log.head()) == []
    see_whole(room)
    assert caplog.text.count("was made anew; relaying the whole log to it") == 1
    assert "incomplete" not in caplog.text


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("quick_relay")
def test_a_topic_made_anew_twice_under_load_gets_the_whole_log(room: Room) -> None:
    writing = threading.Thread(target=write_slowly, args=(room, 100))
    with relaying_of(room) as relaying:
        writing.start()
        for _ in range(2):
            time.sleep(2.0)
            make_anew(room)
        writing.join()
        until_the_topic_has_all(room)
        until_relayed(relaying)
    see_whole(room)


def write_slowly(room: Room, pages: int) -> None:
    for _ in range(pages):
        room.write(9)
        time.sleep(0.06)


def test_a_command_that_relays_once_goes_on_by_itself_too(room: Room, unnoticing: Callable[[bool], None]) -> None:
    unnoticing(False)
    room.write(30)
    relay = room.relay()
    while relay.run_once():
        pass
    make_anew(room)
    room.write(5)

    while relay.run_once():
        pass

    relay.disconnect()
    assert differences(room, relayed_to=35) == []
    see_whole(room)


@pytest.mark.parametrize("point", ["before it is emptied", "after it is emptied", "after the first batch"])
def test_a_relay_killed_while_it_deals_with_a_new_topic_is_followed_by_one_that_does(
    room: Room, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    room.write(30)
    room.relay_all()
    make_anew(room)
    room.write(30)
    send_unnoticed(room, after=30)
    empty, send = ProducerLink.empty, ProducerLink.send

    def emptying(link: ProducerLink, partitions: Collection[int]) -> None:
        if point == "after it is emptied":
            empty(link, partitions)
        stop()

    def sending(link: ProducerLink, events: Sequence[KafkaEvent], meanwhile: Callable[[], None]) -> None:
        send(link, events[:20], meanwhile)
        stop()

    with monkeypatch.context() as patched:
        patched.setattr(ProducerLink, *(("send", sending) if point == "after the first batch" else ("empty", emptying)))
        killed = room.relay()
        with pytest.raises(KeyboardInterrupt):
            killed.run_once()
        killed.disconnect()

    room.relay_all()

    assert differences(room, relayed_to=60) == []
    see_whole(room)


def test_records_of_another_log_in_a_new_topic_are_not_deleted(room: Room, tmp_path: Path, kafka: Broker) -> None:
    room.write(30)
    room.relay_all()
    make_anew(room)
    (tmp_path / "other").mkdir()
    other = Room(tmp_path / "other", kafka)
    other.topic = room.topic
    other.write(30)
    send_unnoticed(other, after=10)
    other.log.close()

    with pytest.raises(KafkaUnavailable) as refused:
        room.relay().run_once()

    assert refused.value.reason == "other_log"
    reader = KafkaReader(room.topic, other.blobs)
    assert len(room.read(20, reader)) == 20


def test_a_follower_fed_from_kafka_gets_each_event_once_whatever_becomes_of_the_topic(
    room: Room, unnoticing: Callable[[bool], None]
) -> None:
    room.write(30)
    unnoticing(True)
    found: list[int] = []
    reader = KafkaReader(room.topic, room.blobs)
    fed = KafkaFedLog(room.log, reader)

    def follow() -> None:
        deadline = time.monotonic() + PATIENCE_S
        while len(found) < room.log.head():
            assert time.monotonic() < deadline, found
            found.extend(each.position or 0 for each in fed.tail(len(found), limit=50))
            fed.wait(len(found), 0.2)

    with relaying_of(room) as relaying:
        follow()
        make_anew(room)
        room.write(30)
        until_relayed(relaying)
        unnoticing(False)
        follow()
        until_the_topic_has_all(room)
        room.write(30)
        follow()
    reader.close()
    assert found == list(range(1, 91))


def test_brokers_are_asked_for_the_topics_id_once_a_second_at_most(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []
    watch = TopicWatch(room.topic, inspect_topic(room.topic).id, clock=lambda: now[0])
    monkeypatch.setattr("events.kafka.watch.id_of_topic", lambda *_: asked.append(now[0]))
    for _ in range(50):
        watch.is_remade()
        now[0] += 0.1
    watch.close()
    assert len(asked) == 4  # at 1, 2, 3 and 4 s
