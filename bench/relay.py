"""The relay beside kafka-python's bare producer on the same records, and how far Kafka is behind the log.

``python -m bench.relay``. Starts a broker of its own (see `tests.servers.kafka`) unless one is named. The bare producer
is given the very records that the relay sends, already encoded, with the same settings.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import uuid4

from kafka import KafkaProducer
from rich.console import Console
from rich.table import Table

from bench.log import ORIGIN, lessons
from bench.machine import machine, percentile
from events.blobs import BlobStore
from events.kafka.cloud_events import KafkaEvent, to_kafka
from events.kafka.link import ProducerLink
from events.kafka.relay import BATCH, CheckpointFile, Relay
from events.kafka.topic import KafkaTopic, create_topic
from events.log import Batch
from events.readers import KafkaReader
from events.sqlite import SQLiteEventLog
from tests.servers.kafka import NoKafka, broker

PER_SECOND = 1_000
EVERY_S = 0.02


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.relay", description=__doc__)
    parser.add_argument("--kafka", default="", metavar="HOST:PORT")
    parser.add_argument("--lessons", type=int, default=400, help="of some 165 events each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="of the measurement of lag")
    options = parser.parse_args(arguments)
    try:
        with ExitStack() as stack:
            address = options.kafka or stack.enter_context(broker()).address
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            throughput(address, folder, options.lessons, options.rounds)
            lag(address, folder, options.seconds)
    except NoKafka as error:
        print(f"no Kafka here: {error}", file=sys.stderr)
        return 1
    return 0


def throughput(address: str, folder: Path, count: int, rounds: int) -> None:
    """Records a second: the relay, the relay without Kafka, and the bare producer, in turns."""
    with SQLiteEventLog(folder / "log.sqlite") as log:
        for number, events in enumerate(lessons(count)):
            log.append_many([Batch(stream=f"s{number}", events=tuple(events), expected_version=0, origin=ORIGIN)])
        rows = log.stored_tail(0, limit=log.head())
        records = [to_kafka(row.state, row.position) for row in rows]
        ways: dict[str, Callable[[], float]] = {
            "relay": lambda: relayed(log, new_topic(address), folder),
            "bare producer": lambda: produced(new_topic(address), records),
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, measure in ways.items():
                rates[way].append((len(records) - BATCH) / measure())
    ratios = [ours / bare for ours, bare in zip(*rates.values(), strict=True)]
    table = Table("way", "records/s, median", "range", title=f"{len(records):,} records to Kafka", caption=machine())
    for way, found in rates.items():
        table.add_row(way, f"{statistics.median(found):,.0f}", f"{min(found):,.0f} - {max(found):,.0f}")
    console = Console(width=100)
    console.print(table)
    console.print(f"relay / bare producer: {statistics.median(ratios):.0%} (median of {rounds} pairs)")


def new_topic(address: str) -> KafkaTopic:
    """A topic of its own."""
    topic = KafkaTopic(servers=(address,), name=f"bench-{uuid4().hex}")
    create_topic(topic)
    return topic


def relayed(log: SQLiteEventLog, topic: KafkaTopic, folder: Path) -> float:
    """Seconds to relay the log from its second batch on."""
    checkpoint = CheckpointFile(folder / f"{topic.name}.json")
    relay = Relay(log, ProducerLink(topic), checkpoint, BlobStore(folder / "blobs"))
    relay.run_once()  # connects, and sends the first batch
    began = time.perf_counter()
    while relay.run_once():
        pass
    took = time.perf_counter() - began
    relay.disconnect()
    return took


def produced(topic: KafkaTopic, records: Sequence[KafkaEvent]) -> float:
    """Seconds to send the records from the second batch on by kafka-python alone, as many under way as the relay's."""
    producer = KafkaProducer(bootstrap_servers=list(topic.servers), enable_idempotence=True, acks="all", linger_ms=5)
    began = 0.0
    for first in range(0, len(records), BATCH):
        began = time.perf_counter() if first == BATCH else began
        for record in records[first : first + BATCH]:
            producer.send(topic.name, record.value, record.key, headers=list(record.headers))
        producer.flush()
    took = time.perf_counter() - began
    producer.close()
    return took


def lag(address: str, folder: Path, seconds: float) -> None:
    """Milliseconds from the commit of an event to its arrival at a consumer, at a thousand events a second.

    Writer, relay and consumer are processes of their own, as they are in service.
    """
    topic = new_topic(address)
    processes = get_context("spawn")
    writes, arrivals = processes.SimpleQueue(), processes.SimpleQueue()
    written_all = processes.Event()
    with SQLiteEventLog(folder / "lag.sqlite") as log:
        relay = Relay(log, ProducerLink(topic), CheckpointFile(folder / "lag.json"), BlobStore(folder / "blobs"))
        stopping = threading.Event()
        relaying = threading.Thread(target=relay.run, args=(stopping,))
        relaying.start()
        reader = processes.Process(target=read, args=(topic, folder, arrivals, written_all))
        writer = processes.Process(target=write, args=(folder / "lag.sqlite", writes, seconds))
        reader.start()
        arrivals.get()  # it is there
        writer.start()
        written: dict[int, float] = writes.get()
        while relay.position < log.head():
            time.sleep(0.05)
        written_all.set()
        arrived: dict[int, float] = arrivals.get()
        stopping.set()
        for each in (relaying, reader, writer):
            each.join()
    lags = [(arrived[position] - at) * 1e3 for position, at in written.items() if position in arrived]
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    rate = len(written) / seconds
    print(f"lag at {rate:,.0f} events/s: p50 {p50:.0f} ms, p99 {p99:.0f} ms, {len(written) - len(lags)} not arrived")


def write(path: Path, writes: "SimpleQueue[dict[int, float]]", seconds: float) -> None:
    """Append a thousand events a second, in small batches; tells when each was committed, by position."""
    source = lessons(1)[0]
    each = int(PER_SECOND * EVERY_S)
    written: dict[int, float] = {}
    with SQLiteEventLog(path) as log:
        began = time.monotonic()
        for tick in range(int(seconds / EVERY_S)):
            time.sleep(max(0.0, began + tick * EVERY_S - time.monotonic()))
            batches = [
                Batch(stream=f"s{tick}-{n}", events=(source[n % len(source)],), expected_version=0, origin=ORIGIN)
                for n in range(each)
            ]
            for recorded in log.append_many(batches):
                assert isinstance(recorded, tuple)
                written[recorded[0].position or 0] = time.monotonic()
    writes.put(written)


def read(topic: KafkaTopic, folder: Path, arrivals: "SimpleQueue[dict[int, float]]", written_all: Event) -> None:
    """A consumer that tells when each event came, by position; it says first that it is there."""
    arrived: dict[int, float] = {}
    reader = KafkaReader(topic, BlobStore(folder / "blobs"))
    reader.read(limit=1, timeout_s=1.0)
    arrivals.put({})
    quiet_s = 0.0
    while quiet_s < 1.0:
        found = reader.read(limit=1_000, timeout_s=0.2)
        quiet_s = 0.0 if found or not written_all.is_set() else quiet_s + 0.2
        for delivery in found:
            arrived[delivery.mark.position] = time.monotonic()
    reader.close()
    arrivals.put(arrived)


if __name__ == "__main__":
    sys.exit(main())
