"""Disks that are full or may only be read: of the broker, of the data folder, of the database."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.errors import LogUnavailable
from events.lesson import SessionEnded
from events.log import EventLog
from events.postgres import PostgresEventLog
from events.sqlite import SQLiteEventLog
from tests.events.kafka.test_relay import Room, by_position, in_order, raw_count
from tests.events.relays import relaying_of, until_relayed, until_waiting
from tests.events.samples import origin
from tests.servers.disks import NoSmallDisk, SmallDisk, small_disk
from tests.servers.kafka import Broker, NoKafka, broker

DISK_MB = 40
KILOBYTE = "k" * 1_000


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A small disk that every user may go to."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    folder.chmod(0o755)
    try:
        with small_disk(folder, DISK_MB) as made:
            yield made
    except NoSmallDisk as error:
        pytest.skip(f"no small disk: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker_on_disk(disk: SmallDisk) -> Iterator[Broker]:
    """A broker whose segments are on the small disk."""
    try:
        with broker(records=disk.folder / "records") as running:
            yield running
    except NoKafka as error:
        pytest.skip(f"no Kafka: {error}")


def fill_log(log: EventLog, stream: str, version: int) -> tuple[int, LogUnavailable]:
    """Append until there is no space; the version that was acknowledged last, and the fault."""
    while True:
        try:
            log.append(stream, [SessionEnded(reason=KILOBYTE)], expected_version=version, origin=origin())
        except LogUnavailable as fault:
            return version, fault
        version += 1


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("quick_relay")
def test_a_broker_whose_disk_is_full_loses_and_doubles_nothing(
    tmp_path: Path, disk: SmallDisk, broker_on_disk: Broker
) -> None:
    room = Room(tmp_path, broker_on_disk)
    with relaying_of(room) as relaying:
        room.write(100)
        until_relayed(relaying)
        disk.fill()
        room.write(500, reason=KILOBYTE)

        until_waiting(relaying)

        assert relaying.status().lag > 0
        disk.free()
        broker_on_disk.kill()  # if it has not ended by itself, as one does that cannot write to its only disk
        broker_on_disk.start()
        assert until_relayed(relaying) == ""
    read = room.read(600)
    assert in_order(read)
    assert by_position(read) == list(room.log.tail(0, limit=700))
    room.log.close()


@pytest.mark.usefixtures("quick_relay")
def test_the_relay_goes_on_while_its_checkpoint_cannot_be_written(disk: SmallDisk, kafka: Broker) -> None:
    room = Room(disk.folder, kafka)
    room.write(20)
    disk.fill()
    with relaying_of(room) as relaying:
        assert "checkpoint cannot be written" in until_relayed(relaying)
        assert raw_count(room.topic) == 20
        head, fault = fill_log(room.log, "t", 0)
        assert (fault.reason, fault.retryable) == ("full", True)
        disk.free()
        room.log.append("t", [SessionEnded(reason="space")], expected_version=head, origin=origin())
        while until_relayed(relaying):
            time.sleep(0.05)
    assert room.file.exists()
    assert raw_count(room.topic) == 20 + head + 1
    room.log.close()


def test_a_log_that_may_only_be_read_is_told_and_complete_afterwards(disk: SmallDisk) -> None:
    path = disk.folder / "log.sqlite"
    with SQLiteEventLog(path) as log:
        log.append("s", [SessionEnded(reason="first")], expected_version=0, origin=origin())
    disk.may_only_be_read()

    with pytest.raises(LogUnavailable, match="right to write") as caught:
        SQLiteEventLog(path)

    assert (caught.value.reason, caught.value.retryable) == ("read_only", False)
    disk.may_only_be_read(False)
    with SQLiteEventLog(path) as log:
        log.append("s", [SessionEnded(reason="second")], expected_version=1, origin=origin())
        assert [each.event for each in log.read("s")] == [SessionEnded(reason="first"), SessionEnded(reason="second")]


@pytest.fixture
def postgres_on_disk(postgres_url: str, disk: SmallDisk) -> Iterator[str]:
    """The URL of a database whose tables are on the small disk."""
    with ExitStack() as stack:
        connection = stack.enter_context(psycopg.connect(postgres_url, autocommit=True))
        row = connection.execute("SHOW data_directory").fetchone()
        if row is None or not Path(row[0]).exists():
            pytest.skip("the PostgreSQL of COLLOQUY_TEST_POSTGRES runs elsewhere: its disk cannot be filled")
        place, name = disk.folder / "tables", f"full_{uuid4().hex}"
        place.mkdir()
        owner = os.stat(row[0])
        os.chown(place, owner.st_uid, owner.st_gid)
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'".encode())
        stack.callback(connection.execute, f"DROP TABLESPACE {name}".encode())
        connection.execute(f"CREATE DATABASE {name} TABLESPACE {name}".encode())
        stack.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)".encode())
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()


def test_a_database_without_space_says_so_and_goes_on_by_itself(postgres_on_disk: str, disk: SmallDisk) -> None:
    with PostgresEventLog(postgres_on_disk) as log:
        log.append("s", [SessionEnded(reason="first")], expected_version=0, origin=origin())
        disk.fill()

        version, fault = fill_log(log, "s", 1)

        assert (fault.reason, fault.retryable) == ("full", True)
        assert len(log.read("s")) == version == log.head()
        disk.free()
        log.append("s", [SessionEnded(reason="last")], expected_version=version, origin=origin())
        assert [each.position for each in log.read("s")] == list(range(1, version + 2))
