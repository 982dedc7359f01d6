"""The relay while its broker is killed, paused and started again under load."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.relay import Relay
from tests.events.test_relay import Room, in_order
from tests.servers.kafka import Broker, NoKafka, broker

EVENTS = 3_000


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    try:
        with broker() as running:
            yield running
    except NoKafka as error:
        pytest.skip(f"no Kafka: {error}")


@pytest.mark.timeout(240)
def test_a_broker_that_is_killed_and_paused_loses_doubles_and_reorders_nothing(
    tmp_path: Path, own_broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room(tmp_path, own_broker)
    relay, stopping = room.relay(), threading.Event()
    relaying = threading.Thread(target=relay.run, args=(stopping,))
    relaying.start()
    writing = threading.Thread(target=write_slowly, args=(room,))
    writing.start()
    took: list[tuple[str, float]] = []
    for fault in ("kill", "pause", "kill"):
        time.sleep(1.0)
        (own_broker.kill if fault == "kill" else own_broker.pause)()
        time.sleep(1.5)
        (own_broker.start if fault == "kill" else own_broker.go_on)()
        took.append((fault, until_relayed(room, relay)))
    writing.join()
    until_relayed(room, relay)
    stopping.set()
    relaying.join()
    read = room.read(EVENTS)
    with capsys.disabled():
        for fault, seconds in took:
            print(f"\n  broker {fault}: all relayed {seconds:.1f} s after it was back", end="")
    assert len(read) == EVENTS
    assert in_order(read)
    room.log.close()


def write_slowly(room: Room) -> None:
    for _ in range(EVENTS // 50):
        room.write(50)
        time.sleep(0.1)


def until_relayed(room: Room, relay: Relay) -> float:
    """Seconds until what is in the log now has been relayed."""
    head, began = room.log.head(), time.monotonic()
    while relay.position < head and time.monotonic() - began < 90:
        time.sleep(0.05)
    assert relay.position >= head, relay.status()
    return time.monotonic() - began
