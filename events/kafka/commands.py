"""The commands that look after Kafka: ``python -m events topics`` and ``relay``."""

import argparse
import sys
from collections.abc import Mapping

from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from events.arguments import positive
from events.blobs import BlobStore
from events.errors import KafkaUnavailable
from events.holding import Hold
from events.kafka.link import ProducerLink
from events.kafka.records import edge_records, told_of
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.relaying import Relaying
from events.kafka.topic import KafkaTopic, create_topic, inspect_topic, topic_at
from events.location import DataFolder
from events.recorder_log import RecorderEventLog

KAFKA = "COLLOQUY_KAFKA"
TOPIC = "COLLOQUY_KAFKA_TOPIC"
PARTITIONS = "COLLOQUY_KAFKA_PARTITIONS"


def add_kafka_options(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """Where Kafka is."""
    parser.add_argument("--kafka", default=environ.get(KAFKA, ""), metavar="HOST:PORT,…", help=f"brokers (or {KAFKA})")
    topic = KafkaTopic(servers=())
    name = environ.get(TOPIC) or topic.name
    parser.add_argument("--topic", default=name, metavar="NAME", help=f"the topic's name (or {TOPIC}; {name})")
    # As text, which argparse reads and refuses as if it had been given.
    partitions = environ.get(PARTITIONS) or str(topic.partitions)
    told = f"how many it has, for ever (or {PARTITIONS}; {partitions})"
    parser.add_argument("--partitions", type=positive, default=partitions, metavar="N", help=told)


def topic_of(options: argparse.Namespace) -> KafkaTopic:
    """The topic that the options name. Raises `KafkaUnavailable` without brokers."""
    if not options.kafka:
        raise KafkaUnavailable("unnamed", "no brokers are named")
    return replace(topic_at(options.kafka, name=options.topic), partitions=options.partitions)


def topics(options: argparse.Namespace) -> int:
    """Make the topic, or tell how it stands."""
    topic = topic_of(options)
    if options.create:
        create_topic(topic, retention_days=options.retention_days, replicas=options.replicas)
    state = inspect_topic(topic)
    print(f"topic {topic.name} in cluster {state.cluster}")
    table = Table("partition", "last position")
    records = edge_records(topic)
    for partition in range(state.partitions):
        last = records.last.get(partition)
        table.add_row(str(partition), f"{last.position:,}" if last else "empty")
    Console().print(table)
    for line in told_of(topic, records.foreign):
        print(f"{line}; the relay and readers pass it over", file=sys.stderr)
    return 0


def relay(log: RecorderEventLog, folder: DataFolder, options: argparse.Namespace) -> int:
    """Relay what is in the log; with --follow go on with what comes."""
    topic, hold = topic_of(options), log.hold("relay")
    if hold is None:
        raise KafkaUnavailable("held", "another process relays this log")
    try:
        inspect_topic(topic, to_write=True)
        if not options.follow:
            return _relay_once(log, folder, topic, hold)
    finally:
        hold.release()
    print(f"relaying to topic {topic.name} until this is ended (Ctrl-C)", file=sys.stderr)
    Relaying(log, topic, folder.relay, BlobStore(folder.blobs)).run()
    return 0


def _relay_once(log: RecorderEventLog, folder: DataFolder, topic: KafkaTopic, hold: Hold) -> int:
    relaying = Relay(log, ProducerLink(topic), CheckpointFile(folder.relay), BlobStore(folder.blobs), held=hold.held)
    try:
        with progress_of("relaying") as progress:
            task = progress.add_task("events", total=log.head())
            while relaying.run_once():
                progress.update(task, completed=relaying.position)
            progress.update(task, completed=relaying.position)
    finally:
        relaying.disconnect()
    print(f"relayed up to position {relaying.position:,}")
    return 0


def progress_of(what: str) -> Progress:
    """A bar for people who look on; nothing where nobody does."""
    console = Console(stderr=True)
    return Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
