"""``python -m tests.faults.matrix --kills N``: kill -9 at every point between an append and a view, on real servers.

Processes are forked one after the other; each works, is killed at a point of the matrix, and the next one goes on from
what is durable. At the end nothing may be lost, doubled or reordered: in the log, on Kafka, in a consumer's effects,
in the views.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from events.blobs import BlobStore
from events.kafka.link import ProducerLink
from events.kafka.relay import CheckpointFile, Relay
from events.kafka.topic import KafkaTopic, create_topic
from events.kafka.verification import kafka_differences, read_topic
from events.location import DataFolder
from events.opening import open_log
from events.recorder_log import RecorderEventLog
from events.verification import verify
from projections.catalogue import PROJECTIONS
from projections.opening import open_views
from projections.rebuild import compare
from projections.runner import ProjectionRunner
from tests.faults.roles import POINTS, STREAMS, Consumer, Place, run_patiently, work
from tests.servers.kafka import broker
from tests.servers.postgres import postgres

PARTITIONS = 3


class Kill(Struct, frozen=True):
    """One killed process: its store and point, and the seconds until it had done its first step."""

    store: str
    point: tuple[str, str]
    recovered_s: float
    acknowledged: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix, print it; 1 when the promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.matrix", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_012)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    each = -(-options.kills // (2 * len(POINTS)))
    kills: list[Kill] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, broker() as kafka, postgres() as url:
        for store, log_url in (("sqlite", ""), ("postgres", url)):
            data = DataFolder(Path(folder) / store, log_url)
            data.root.mkdir()
            topic = KafkaTopic(servers=(kafka.address,), name=f"{store}-{uuid4().hex}", partitions=PARTITIONS)
            create_topic(topic)
            place = Place(data=data, topic=topic)
            mine = list(kill_all(place, store, each, rng))
            kills += mine
            faults += [f"{store}: {fault}" for fault in broken(place, mine)]
    print_table(kills, faults)
    return 1 if faults else 0


def kill_all(place: Place, store: str, each: int, rng: random.Random) -> Iterator[Kill]:
    """Kill a process at each point so many times, in a random order."""
    points = [point for point in POINTS for _ in range(each)]
    rng.shuffle(points)
    for point in points:
        yield kill_one(place, store, point, rng.randrange(1 << 30))


def kill_one(place: Place, store: str, point: tuple[str, str], seed: int) -> Kill:
    """Fork a process that works and dies at the point."""
    reading, writing = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(place, point, random.Random(seed), lambda text: os.write(writing, f"{text}\n".encode()) and None)
        except BaseException as error:
            os.write(writing, f"!{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        first = told.readline().decode().strip()
        recovered_s = time.monotonic() - began
        rest = told.read().decode().strip()
    _, status = os.waitpid(child, 0)
    if first.startswith("!") or rest or not os.WIFSIGNALED(status):
        raise RuntimeError(f"{store}, {point}: the process did not die where it should: {first} {rest} {status}")
    return Kill(store, point, recovered_s, tuple(first.split()))


def broken(place: Place, kills: Sequence[Kill]) -> list[str]:
    """Let everything catch up; what is then lost, doubled or out of order."""
    with open_log(place.data) as log:
        blobs = BlobStore(place.data.blobs)
        finish_relay(place, log, blobs)
        found = [f"log: {problem.kind} at {problem.position}" for problem in verify(log, blobs)]
        found += [f"Kafka: {one.kind} at {one.position}" for one in kafka_differences(log, place.topic, blobs)]
        found += broken_log(log, kills)
        found += broken_effects(place, log)
        found += broken_views(place, log)
        doubled = read_topic(place.topic, blobs).doubled
        print(f"{log._recorder.__class__.__module__}: {log.head():,} events, {doubled} records twice on Kafka")
    return found


def finish_relay(place: Place, log: RecorderEventLog, blobs: BlobStore) -> None:
    """Relay the rest."""
    relay = Relay(log, ProducerLink(place.topic), CheckpointFile(place.data.relay), blobs)
    while relay.run_once():
        pass
    relay.disconnect()


def broken_log(log: RecorderEventLog, kills: Sequence[Kill]) -> list[str]:
    """What was acknowledged and is not there, and streams with gaps."""
    events = [recorded for stream in STREAMS for recorded in log.read(stream)]
    ids = [recorded.id for recorded in events]
    acknowledged = {each for kill in kills for each in kill.acknowledged}
    found = [f"log: {each} was acknowledged and is lost" for each in acknowledged - set(ids)]
    if len(ids) != len(set(ids)):
        found.append("log: an event is there twice")
    for stream in STREAMS:
        versions = [recorded.version for recorded in log.read(stream)]
        if versions != list(range(1, len(versions) + 1)):
            found.append(f"log: the versions of {stream} are not 1, 2, 3, …")
    return found


def broken_effects(place: Place, log: RecorderEventLog) -> list[str]:
    """Positions that the consumer dealt with never or twice."""
    consumer, quiet = Consumer(place), 0
    while quiet < 5:
        quiet = 0 if consumer.step(1_000) else quiet + 1
    effects, head = consumer.effects(), log.head()
    stored = {row.position for row in log.stored_tail(0, limit=head)}
    found = [f"consumer: {position} is missing" for position in stored - set(effects)]
    return found + [f"consumer: {position} came {times} times" for position, times in effects.items() if times != 1]


def broken_views(place: Place, log: RecorderEventLog) -> list[str]:
    """Projections whose views differ from a fresh fold of the log."""
    views = open_views(place.data)
    runner = ProjectionRunner(log, views, PROJECTIONS)
    run_patiently(runner)
    while runner.run_once():
        pass
    runner.release()
    found = []
    for projection in PROJECTIONS:
        compared = compare(log, views, projection)
        if compared.differing:
            found.append(f"view {projection.name}: {compared.differing}")
    views.close()
    return found


def print_table(kills: Sequence[Kill], faults: Sequence[str]) -> None:
    """A row for each store and point."""
    table = Table(
        "store", "stage", "killed", "kills", "recovered, median", "at most", title=f"{len(kills)} times kill -9"
    )
    for store in dict.fromkeys(kill.store for kill in kills):
        for point in POINTS:
            times = [kill.recovered_s for kill in kills if (kill.store, kill.point) == (store, point)]
            if times:
                median, most = f"{statistics.median(times):.2f} s", f"{max(times):.2f} s"
                table.add_row(store, *point, str(len(times)), median, most)
    console = Console(width=120)
    console.print(table)
    console.print(f"{len(faults)} lost, doubled or reordered" if faults else "0 lost, 0 doubled, 0 reordered")
    for fault in faults[:20]:
        console.print(fault)


if __name__ == "__main__":
    sys.exit(main())
