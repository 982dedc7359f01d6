"""Copies the log to Kafka in the order of the log, each event at least once, and remembers how far it is.

What is in Kafka already is known from the last record of each partition, so a relay that was killed between a send and
its checkpoint sends nothing twice. A request of a broken connection that the broker carries out late can still put a
record there twice; it comes with a position that has been seen, and readers drop it (see `events.readers`). A topic
made anew gets the whole log; it is known by its id, which the checkpoint has and the link asks for now and then.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from events.blobs import BlobStore
from events.errors import CorruptPayload, EventsError, KafkaUnavailable
from events.kafka.cloud_events import KafkaEvent, damaged_to_kafka, to_kafka, with_reference
from events.kafka.identity import id_at, missing_beginnings, see_same_events
from events.kafka.link import KafkaLink, Opened, partition_of
from events.kafka.topic import LARGEST_RECORD_BYTES
from events.recorder_log import Stored

logger = logging.getLogger(__name__)

BATCH = 500
"""Events under way at once; the next are read when these are acknowledged."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
WAIT_S = 1.0


class StoredLog(Protocol):
    """What a relay asks of the log."""

    def stored_tail(self, after: int, *, limit: int) -> Sequence[Stored]: ...
    def head(self) -> int: ...
    def wait(self, after: int, timeout_s: float) -> bool: ...


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a log has been relayed, and to which topic of which cluster.

    ``topic_id`` tells it from one that is made anew, ``event`` the log from one that is restored: the id of the event
    at ``position``. Both are "" where they are not known.
    """

    cluster: str
    topic: str
    position: int
    topic_id: str = ""
    event: str = ""


class RelayStatus(Struct, frozen=True, kw_only=True):
    """How a relay stands. ``state`` is starting, relaying or waiting; ``reason`` tells for what, or what is amiss.

    ``lag`` counts positions of the log that are not yet acknowledged by Kafka.
    """

    state: str
    reason: str
    position: int
    lag: int


class Checkpoints(Protocol):
    """Keeps a checkpoint."""

    def read(self) -> Checkpoint | None: ...
    def write(self, checkpoint: Checkpoint) -> None: ...


class CheckpointFile:
    """A checkpoint in a file that is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Checkpoint | None:
        """The checkpoint; None when there is none, or none that can be read: then Kafka itself tells what it has."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Checkpoint)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            logger.warning("%s is damaged (%s); relaying from what Kafka has", self._path, error)
            return None

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace it."""
        fresh = self._path.with_suffix(".part")
        fresh.write_bytes(msgspec.json.encode(checkpoint))
        fresh.replace(self._path)


class Relay:
    """One log's way to Kafka. Only one may run for a log at a time: see `RecorderEventLog.hold`."""

    def __init__(
        self,
        log: StoredLog,
        link: KafkaLink,
        checkpoint: Checkpoints,
        blobs: BlobStore,
        *,
        held: Callable[[], bool] = lambda: True,
    ) -> None:
        self._log = log
        self._link = link
        self._topic = link.topic
        self._checkpoint = checkpoint
        self._blobs = blobs
        self._held = held
        self._open = False
        self._ahead: tuple[KafkaEvent, ...] = ()
        self._cluster, self._topic_id = "", ""
        self._last: dict[int, int] = {}
        self._state, self._reason = "starting", ""
        self.position = 0
        self._kept = 0

    def status(self) -> RelayStatus:
        """How it stands now."""
        return RelayStatus(
            state=self._state, reason=self._reason, position=self.position, lag=max(0, self._log.head() - self.position)
        )

    def run(self, stopping: threading.Event) -> None:
        """Relay until told to stop, or until another process has the right to.

        Whatever Kafka or the log does meanwhile, it waits and tries again.
        """
        pause_s = FIRST_PAUSE_S
        while not stopping.is_set() and self._held():
            try:
                if not self.run_once():
                    self._log.wait(self.position, WAIT_S)
                pause_s = FIRST_PAUSE_S
            except Exception as error:  # a supervisor: if the relay ended, Kafka would stay behind for ever
                known = isinstance(error, EventsError)
                reason = str(error) if known else f"{type(error).__name__}: {error}"
                if reason != self._reason:
                    logger.warning("relay waits: %s", reason, exc_info=not known)
                self._state, self._reason = "waiting", reason
                self.disconnect()
                stopping.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
        self.disconnect()

    def run_once(self) -> int:
        """Relay the next events and wait until Kafka has them; how many. Raises `KafkaUnavailable`, `LogUnavailable`.

        After an error what was under way is in doubt; the next call finds out from Kafka.
        """
        if not self._held():
            raise KafkaUnavailable("held", "another process relays this log")
        if self._open and self._link.is_remade():
            self.disconnect()
        if not self._open:
            self._connect()
        events, self._ahead = self._ahead or self._read(self.position), ()
        if events:
            self._send(events)
            self.position = events[-1].position
        self._state, self._reason = "relaying", self._keep_place()
        return len(events)

    def _read(self, after: int) -> tuple[KafkaEvent, ...]:
        return tuple(self._record(row) for row in self._log.stored_tail(after, limit=BATCH))

    def _read_ahead(self, after: int) -> None:
        """Make the next events ready; what goes wrong goes wrong again, and is told, when it is their turn."""
        with suppress(EventsError):
            self._ahead = self._read(after)

    def _keep_place(self) -> str:
        """Write the checkpoint if it is behind; why it cannot be written, "" when it is.

        A disk that is full here holds no event up: the next relay learns from Kafka itself what is there.
        """
        if self._kept == self.position:
            return ""
        try:
            self._checkpoint.write(
                Checkpoint(
                    cluster=self._cluster,
                    topic=self._topic.name,
                    position=self.position,
                    topic_id=self._topic_id,
                    event=id_at(self._log, self.position),
                )
            )
        except OSError as error:
            reason = f"the checkpoint cannot be written: {error}"
            if reason != self._reason:
                logger.warning("relay goes on, but %s", reason)
            return reason
        self._kept = self.position
        return ""

    def disconnect(self) -> None:
        """Let go of the brokers at once; nothing that waits is sent any more."""
        self._link.close()
        self._open, self._ahead = False, ()

    def _connect(self) -> None:
        opened, known = self._link.open(), self._checkpoint.read()
        self._last = dict(opened.last)
        try:
            self.position = self._place_to_go_on(known, opened)
        except EventsError:
            self._link.close()
            raise
        self._cluster, self._topic_id = opened.cluster, opened.topic_id
        # Written with the next events also where it is only the topic that is another one.
        self._kept = self.position if known is not None and known.topic_id == opened.topic_id else -1
        self._open = True
        logger.info(
            "relaying to topic %s of cluster %s from position %d", self._topic.name, opened.cluster, self.position
        )

    def _place_to_go_on(self, known: Checkpoint | None, opened: Opened) -> int:
        """Behind the checkpoint, or the beginning where it is of another topic. Raises `KafkaUnavailable`."""
        if known is not None and known.cluster != opened.cluster:
            raise KafkaUnavailable(
                "other_cluster", f"the log was relayed to cluster {known.cluster}, this is cluster {opened.cluster}"
            )
        see_same_events(self._log, opened.ids, tuple(opened.last.values()))
        if known is not None and known.topic != self._topic.name:
            known = None
        if known is not None and _is_same_topic(known, opened):
            see_same_events(self._log, {known.position: known.event}, (known.position,))
            return known.position
        former = (known.topic_id if known is not None else "") or self._topic_id
        self._see_beginnings(opened, made_anew="" not in (former, opened.topic_id) and former != opened.topic_id)
        if known is not None:
            logger.warning("topic %s was made anew; relaying the whole log to it", self._topic.name)
        return 0

    def _see_beginnings(self, opened: Opened, *, made_anew: bool) -> None:
        """See that each partition is empty or begins as the log does. Raises `KafkaUnavailable`, ``incomplete``.

        In a topic made anew, what was sent before that was noticed may stand there instead. Readers drop a lower
        position behind a higher one, so it is deleted, to come again in its place.
        """
        missing = missing_beginnings(self._log, self._topic, opened.first)
        if not missing:
            return
        if not made_anew:
            partition, position = min(missing.items())
            detail = f"partition {partition} of topic {self._topic.name!r} begins behind position {position:,}"
            raise KafkaUnavailable("incomplete", f"{detail}, which belongs there")
        partitions = ", ".join(map(str, sorted(missing)))
        logger.warning("emptying partitions of topic %s that lack their beginning: %s", self._topic.name, partitions)
        self._link.empty(missing)
        for partition in missing:
            del self._last[partition]

    def _record(self, row: Stored) -> KafkaEvent:
        try:
            event = to_kafka(row.state, row.position)
        except CorruptPayload:
            event = damaged_to_kafka(row.state, row)
        if len(event.value) <= LARGEST_RECORD_BYTES:
            return event
        return with_reference(event, self._blobs.put(event.value, "application/json"))

    def _send(self, events: Sequence[KafkaEvent]) -> None:
        """Send what Kafka does not have yet."""
        placed = [(partition_of(event.key, self._topic.partitions), event) for event in events]
        fresh = [(partition, event) for partition, event in placed if event.position > self._last.get(partition, 0)]
        self._link.send([event for _, event in fresh], lambda: self._read_ahead(events[-1].position))
        for partition, event in fresh:
            self._last[partition] = event.position


def _is_same_topic(known: Checkpoint, opened: Opened) -> bool:
    """Whether the topic is the one of the checkpoint; by its id where both know it, else by whether it was used."""
    if known.topic_id and opened.topic_id:
        return known.topic_id == opened.topic_id
    return opened.begun or known.position == 0
