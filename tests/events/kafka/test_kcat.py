"""What a tool that is not ours reads from the topic: CloudEvents 1.0 in binary mode.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from events.blobs import BlobStore
from events.kafka.link import ProducerLink, partition_of
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.topic import KafkaTopic, create_topic
from events.lesson import SessionEnded, TurnRetried
from events.location import DataFolder
from events.opening import open_log
from tests.events.samples import origin, started
from tests.servers.kafka import Broker

FORMAT = r"%k\t%p\t%h\t%s\n"
"""Key, partition, headers and value of a record, one a line (kcat(1))."""
TIMEOUT_S = 60
ATTRIBUTE = re.compile(r"ce_[a-z0-9]+")
"""Names of attributes: CloudEvents 1.0, Naming Conventions."""


class Record(msgspec.Struct, frozen=True):
    """A record as kcat shows it."""

    key: str
    partition: int
    headers: dict[str, str]
    value: str


@pytest.fixture
def topic(tmp_path: Path, kafka: Broker) -> KafkaTopic:
    """A topic with two lessons, relayed."""
    if shutil.which("kcat") is None:
        pytest.skip("there is no `kcat`: apt install kcat")
    topic, folder = (
        KafkaTopic(servers=(kafka.address,), name=f"kcat-{tmp_path.name}", partitions=3),
        DataFolder(tmp_path),
    )
    create_topic(topic)
    with open_log(folder) as log:
        for learner in ("ana", "ben"):
            events = [started(learner, f"of-{learner}"), TurnRetried(turn=1), SessionEnded(reason="learner")]
            log.append(f"of-{learner}", events, expected_version=0, origin=origin(learner, "command-7"))
        relay = Relay(log, ProducerLink(topic), CheckpointFile(folder.relay), BlobStore(folder.blobs))
        while relay.run_once():
            pass
        relay.disconnect()
    return topic


def shown_by_kcat(topic: KafkaTopic) -> list[Record]:
    done = subprocess.run(
        ["kcat", "-C", "-q", "-e", "-b", topic.servers[0], "-t", topic.name, "-o", "beginning", "-f", FORMAT],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    lines = (line.split("\t", 3) for line in done.stdout.splitlines())
    return [
        Record(key, int(partition), dict(header.split("=", 1) for header in headers.split(",")), value)
        for key, partition, headers, value in lines
    ]


def test_kcat_shows_the_attributes_of_cloud_events_as_headers(topic: KafkaTopic) -> None:
    records = {(shown.key, int(shown.headers["ce_version"])): shown for shown in shown_by_kcat(topic)}

    assert set(records) == {(f"of-{learner}", version) for learner in ("ana", "ben") for version in (1, 2, 3)}
    for (stream, version), shown in records.items():
        headers = shown.headers
        tag = {1: "session.started.v1", 2: "turn.retried.v1", 3: "session.ended.v1"}[version]
        assert headers.pop("content-type") == "application/json"
        assert all(ATTRIBUTE.fullmatch(name) and value for name, value in headers.items())
        assert (headers["ce_specversion"], headers["ce_source"]) == ("1.0", "/colloquy/local")
        assert (headers["ce_type"], headers["ce_subject"]) == (tag, stream)
        assert datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
        assert (headers["ce_learner"], headers["ce_causation"]) == (stream.removeprefix("of-"), "command-7")
    assert len({shown.headers["ce_id"] for shown in records.values()}) == 6
    assert sorted(int(shown.headers["ce_position"]) for shown in records.values()) == [1, 2, 3, 4, 5, 6]


def test_kcat_shows_the_payload_as_json_and_a_stream_in_one_partition(topic: KafkaTopic) -> None:
    shown = shown_by_kcat(topic)

    for each in shown:
        payload = msgspec.json.decode(each.value)
        assert payload["type"] == each.headers["ce_type"]
        # Binary mode: the envelope is in the headers alone.
        assert not payload.keys() & {"specversion", "id", "source", "data"}
        assert each.partition == partition_of(each.key.encode(), 3)
    for stream in ("of-ana", "of-ben"):
        assert [int(each.headers["ce_version"]) for each in shown if each.key == stream] == [1, 2, 3]
    # What the learner wants was sealed in the log, and is here.
    assert all("sealed" in each.value and "travel" not in each.value for each in shown if '"goal"' in each.value)
