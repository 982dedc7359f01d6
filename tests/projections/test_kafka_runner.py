"""Projections fed from Kafka: the same views as from the store, each event once, whatever the topic holds."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from events.blobs import BlobStore
from events.envelope import Recorded
from events.kafka.feed import KafkaFedLog
from events.kafka.link import ProducerLink
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.topic import KafkaTopic, create_topic
from events.location import DataFolder, environment_of
from events.opening import open_codec, open_log
from events.readers import KafkaReader
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS
from projections.errors import ViewsUnavailable
from projections.opening import open_views
from projections.runner import ProjectionRunner, Share
from projections.views import ViewStore
from tests.projections.histories import fill
from tests.projections.stores import Stores, checksums, run_all
from tests.servers.kafka import Broker

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


class Feed:
    """A log on the disk that is relayed to a topic of three partitions."""

    def __init__(self, folder: Path, kafka: Broker, patch: pytest.MonkeyPatch) -> None:
        self.folder = DataFolder(folder)
        self.topic = KafkaTopic(servers=(kafka.address,), name=f"runner-{uuid4().hex}", partitions=3)
        create_topic(self.topic)
        self._patch, self._opened = patch, ExitStack()
        self.log = self._opened.enter_context(open_log(self.folder))
        self.from_store: list[int] = []
        self._sessions = 0

    def relay(self, *, sessions: int) -> int:
        """Hold lessons and relay them; how many events the log has then."""
        self.append(sessions=sessions)
        relay = Relay(
            self.log, ProducerLink(self.topic), CheckpointFile(self.folder.relay), BlobStore(self.folder.blobs)
        )
        while relay.run_once():
            pass
        relay.disconnect()
        return self.log.head()

    def append(self, *, sessions: int) -> None:
        fill(self.log, sessions=sessions, seed=self._sessions, first=self._sessions)
        self._sessions += sessions

    def open(self, clock: Callable[[], float] = time.monotonic) -> KafkaFedLog:
        """The log as it comes from Kafka; what is read from the store instead is noted in ``from_store``."""
        log = open_log(self.folder)
        tail = log.tail

        def noted(after: int, *, limit: int) -> tuple[Recorded, ...]:
            found = tail(after, limit=limit)
            self.from_store.extend(each.position or 0 for each in found)
            return found

        self._patch.setattr(log, "tail", noted)
        self._opened.callback(log.close)
        reader = KafkaReader(self.topic, BlobStore(self.folder.blobs), codec=open_codec(self.folder))
        self._opened.callback(reader.close)
        return KafkaFedLog(log, reader, clock=clock)

    def close(self) -> None:
        self._opened.close()

    def redeliver(self) -> None:
        """Put a copy of the first records of each partition behind its last."""
        producer = KafkaProducer(bootstrap_servers=list(self.topic.servers))
        consumer = KafkaConsumer(bootstrap_servers=list(self.topic.servers), auto_offset_reset="earliest")
        for partition in range(self.topic.partitions):
            place = TopicPartition(self.topic.name, partition)
            consumer.assign([place])
            for record in consumer.poll(timeout_ms=10_000, max_records=5)[place]:
                producer.send(place.topic, record.value, record.key, headers=record.headers, partition=partition)
        producer.flush()
        producer.close()
        consumer.close()


@pytest.fixture
def feed(tmp_path: Path, kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    made = Feed(tmp_path, kafka, monkeypatch)
    yield made
    made.close()


def fold_up_to(runner: ProjectionRunner, fed: KafkaFedLog, position: int) -> None:
    """Fold until all projections are there."""
    deadline = time.monotonic() + PATIENCE_S
    while not all(status.position >= position for status in runner.status(position)):
        assert time.monotonic() < deadline, runner.status(position)
        if runner.run_once() == 0:
            fed.wait(min(status.position for status in runner.status(position)), 0.5)


def views_of_the_store(feed: Feed, stores: Stores) -> dict[str, str]:
    alone = stores.open(name="alone")
    run_all(ProjectionRunner(feed.log, alone, PROJECTIONS))
    return checksums(alone)


def test_views_fed_from_kafka_are_those_of_the_store(feed: Feed, stores: Stores) -> None:
    head = feed.relay(sessions=40)
    store, fed = stores.open(), feed.open()
    runner = ProjectionRunner(fed, store, PROJECTIONS)

    fold_up_to(runner, fed, head)

    assert feed.from_store == []
    assert {(status.audit, status.caught_up) for status in runner.status(head)} == {("agrees", True)}
    assert checksums(store) == views_of_the_store(feed, stores)


def test_records_that_come_twice_are_folded_once_also_by_a_runner_that_goes_on(
    feed: Feed, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.readers.CLOCKS_APART", timedelta(0))
    head = feed.relay(sessions=20)
    store, fed = stores.open(), feed.open()
    first = ProjectionRunner(fed, store, PROJECTIONS, owner="first")
    fold_up_to(first, fed, head // 2)
    feed.redeliver()
    fold_up_to(first, fed, head)
    first.release()
    head = feed.relay(sessions=20)
    feed.redeliver()
    fed = feed.open()
    second = ProjectionRunner(fed, store, PROJECTIONS, owner="second")

    fold_up_to(second, fed, head)

    # The one event from the store tells the next runner when to begin.
    assert len(feed.from_store) <= 1
    assert {status.audit for status in second.status(head)} == {"agrees"}
    assert checksums(store) == views_of_the_store(feed, stores)


def test_a_page_whose_transaction_fails_is_folded_again(
    feed: Feed, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = feed.relay(sessions=20)
    store, fed = stores.open(), feed.open()
    runner = ProjectionRunner(fed, store, PROJECTIONS)
    fold_up_to(runner, fed, 1)
    feed.relay(sessions=5)
    with monkeypatch.context() as patched:
        patched.setattr("projections.runner.write_folded", _fail)
        with pytest.raises(ViewsUnavailable):
            fold_up_to(runner, fed, head + 1)

    fold_up_to(runner, fed, feed.log.head())

    assert {status.audit for status in runner.status(feed.log.head())} == {"agrees"}
    assert checksums(store) == views_of_the_store(feed, stores)


def _fail(*_: object) -> None:
    raise ViewsUnavailable("failed", "database or disk is full")


def test_workers_fed_from_kafka_give_what_one_gives(feed: Feed, stores: Stores) -> None:
    head = feed.relay(sessions=30)
    store = stores.open()
    feeds = [feed.open() for _ in range(2)]
    workers = [
        ProjectionRunner(fed, store, PROJECTIONS, share=Share(number, 2), owner=str(number))
        for number, fed in enumerate(feeds)
    ]
    deadline = time.monotonic() + PATIENCE_S
    while not all(status.caught_up for status in workers[0].status(head)):
        assert time.monotonic() < deadline, workers[0].status(head)
        for worker in workers:
            worker.run_once()

    assert checksums(store) == views_of_the_store(feed, stores)


def test_a_rebuild_beside_a_runner_that_is_fed_from_kafka_reads_the_store(feed: Feed, stores: Stores) -> None:
    head = feed.relay(sessions=20)
    store, fed = stores.open(), feed.open()
    runner = ProjectionRunner(fed, store, PROJECTIONS)
    fold_up_to(runner, fed, head)
    for projection in PROJECTIONS:
        rebuilt = runner.rebuild(projection.name)
        assert rebuilt.checksum == rebuilt.replaced


def test_what_kafka_does_not_have_is_read_from_the_store_after_a_while(feed: Feed, stores: Stores) -> None:
    relayed = feed.relay(sessions=5)
    feed.append(sessions=5)  # and not relayed
    now = [0.0]
    store, fed = stores.open(), feed.open(lambda: now[0])
    runner = ProjectionRunner(fed, store, PROJECTIONS)
    fold_up_to(runner, fed, relayed)
    assert runner.run_once() == 0
    assert {status.caught_up for status in runner.status(feed.log.head())} == {False}
    assert feed.from_store == []

    now[0] += 5.0
    fold_up_to(runner, fed, feed.log.head())

    assert feed.from_store == list(range(relayed + 1, feed.log.head() + 1))
    assert {status.audit for status in runner.status(feed.log.head())} == {"agrees"}


def test_a_position_that_the_log_left_out_holds_nobody_up(feed: Feed, stores: Stores) -> None:
    feed.append(sessions=10)
    with closing(sqlite3.connect(feed.folder.log)) as raw, raw:
        raw.execute("DELETE FROM events WHERE rowid=(SELECT MAX(rowid) FROM events WHERE originator_id='s3')")
        ((left_out,),) = raw.execute("SELECT MAX(rowid) + 1 FROM events WHERE originator_id='s3'").fetchall()
    head = feed.relay(sessions=0)
    store, fed = stores.open(), feed.open(lambda: 0.0)
    runner = ProjectionRunner(fed, store, PROJECTIONS)

    fold_up_to(runner, fed, head)

    assert feed.from_store[0] == left_out + 1
    assert {status.audit for status in runner.status(head)} == {"agrees"}


def test_what_the_topic_no_longer_keeps_is_read_from_the_store(feed: Feed, stores: Stores, kafka: Broker) -> None:
    head = feed.relay(sessions=60)
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    admin.delete_records({TopicPartition(feed.topic.name, partition): 40 for partition in range(3)})
    admin.close()
    store, fed = stores.open(), feed.open(lambda: 0.0)
    runner = ProjectionRunner(fed, store, PROJECTIONS)

    fold_up_to(runner, fed, head)

    assert 120 <= len(feed.from_store) < head
    assert {status.audit for status in runner.status(head)} == {"agrees"}
    assert checksums(store) == views_of_the_store(feed, stores)


def test_with_little_memory_for_events_that_wait_the_store_helps_out(
    feed: Feed, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.kafka.feed.MOST_WAITING", 20)
    head = feed.relay(sessions=60)
    store, fed = stores.open(), feed.open(lambda: 0.0)
    runner = ProjectionRunner(fed, store, PROJECTIONS)

    fold_up_to(runner, fed, head)

    assert {status.audit for status in runner.status(head)} == {"agrees"}
    assert checksums(store) == views_of_the_store(feed, stores)


def test_workers_of_the_command_follow_kafka(feed: Feed) -> None:
    head = feed.relay(sessions=10)
    options = ["--from", "kafka", "--kafka", feed.topic.servers[0], "--topic", feed.topic.name]
    options += ["--partitions", "3", "--workers", "2"]
    environ = os.environ | environment_of(feed.folder)
    with open_views(feed.folder) as store:
        process = subprocess.Popen([sys.executable, "-m", "projections", "run", *options], cwd=ROOT, env=environ)
        try:
            until_caught_up(feed.log, store, head)
            until_caught_up(feed.log, store, feed.relay(sessions=10))
        finally:
            process.terminate()
        assert process.wait() == 0


def until_caught_up(log: RecorderEventLog, store: ViewStore, head: int) -> None:
    runner, deadline = ProjectionRunner(log, store, PROJECTIONS), time.monotonic() + PATIENCE_S
    while not all(status.caught_up for status in runner.status(head)):
        assert time.monotonic() < deadline, runner.status(head)
        time.sleep(0.05)
