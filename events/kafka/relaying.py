"""Keeps a log's relay running: makes the topic, holds the right to relay, goes on when another process gives it up."""

import logging
import threading
from contextlib import suppress
from pathlib import Path

from events.blobs import BlobStore
from events.errors import EventsError
from events.kafka.link import ProducerLink
from events.kafka.relay import CheckpointFile, Relay, RelayStatus
from events.kafka.topic import KafkaTopic, create_topic
from events.recorder_log import RecorderEventLog

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 5.0


class Relaying:
    """A relay that goes on whatever happens."""

    def __init__(self, log: RecorderEventLog, topic: KafkaTopic, checkpoint: Path, blobs: BlobStore) -> None:
        self._log = log
        self._topic = topic
        self._checkpoint = CheckpointFile(checkpoint)
        self._blobs = blobs
        self._stopping = threading.Event()
        self._relay: Relay | None = None
        self._reason = "it is starting"
        self._thread = threading.Thread(target=self.run, name="relay")

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch under way and stop."""
        self._stopping.set()
        self._thread.join()

    def status(self) -> RelayStatus:
        """How it stands now."""
        if self._relay is not None:
            return self._relay.status()
        return RelayStatus(state="waiting", reason=self._reason, position=0, lag=self._log.head())

    def run(self) -> None:
        """Relay until told to stop. The right to is lost with the database's connection, and then taken again."""
        while not self._stopping.is_set():
            try:
                hold = self._log.hold("relay")
            except EventsError as error:
                self._wait(str(error))
                continue
            if hold is None:
                self._wait("another process relays this log")
                continue
            try:
                with suppress(EventsError):  # the relay meets the same fault, and tells it
                    create_topic(self._topic)
                self._relay = Relay(self._log, ProducerLink(self._topic), self._checkpoint, self._blobs, held=hold.held)
                self._relay.run(self._stopping)
            finally:
                self._relay = None
                hold.release()

    def _wait(self, reason: str) -> None:
        if reason != self._reason:
            logger.warning("relay waits: %s", reason)
        self._reason = reason
        self._stopping.wait(ASK_AGAIN_S)
