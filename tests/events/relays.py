"""A relay in its thread, as a server runs it, for tests of what it does about faults."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from events.kafka.relaying import Relaying
from events.kafka.topic import KafkaTopic
from tests.events.kafka.test_relay import Room

PATIENCE_S = 120


@contextmanager
def relaying_of(room: Room, topic: KafkaTopic | None = None) -> Iterator[Relaying]:
    """The room's relay at work, to ``topic`` if that is another than the room's."""
    relaying = Relaying(room.log, topic or room.topic, room.file, room.blobs)
    relaying.start()
    try:
        yield relaying
    finally:
        relaying.stop()


def until_waiting(relaying: Relaying) -> str:
    """Wait until Kafka will not do; why."""
    _until(lambda: relaying.status().reason.startswith("Kafka is unavailable"), relaying)
    assert relaying.status().state == "waiting"
    return relaying.status().reason


def until_relayed(relaying: Relaying) -> str:
    """Wait until all that is in the log is on Kafka; what is amiss all the same."""
    _until(lambda: relaying.status().state == "relaying" and relaying.status().lag == 0, relaying)
    return relaying.status().reason


def _until(reached: Callable[[], bool], relaying: Relaying) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, relaying.status()
        time.sleep(0.05)
