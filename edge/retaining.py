"""Deletes recordings whose time is over while the server runs, in a thread of its own. Decides nothing."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from actors.retention import lines, retain
from events.blobs import BlobStore
from events.errors import EventsError
from events.recorder_log import RecorderEventLog

logger = logging.getLogger(__name__)

FIRST_AFTER_S = 300.0
"""A server that has just started has better things to do."""
EVERY_S = 24 * 3600.0


class Retaining:
    """Does what `python -m events retain` does, once a day; of several servers on a log one does it."""

    def __init__(
        self,
        log: RecorderEventLog,
        blobs: BlobStore,
        limit_days: int,
        now: Callable[[], datetime],
        *,
        first_after_s: float = FIRST_AFTER_S,
        every_s: float = EVERY_S,
    ) -> None:
        self._log = log
        self._blobs = blobs
        self._limit_days = limit_days
        self._now = now
        self._pauses_s = (first_after_s, every_s)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention")

    def start(self) -> None:
        """Begin to wait for the first time."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being deleted and stop."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        first_after_s, every_s = self._pauses_s
        pause_s = first_after_s
        while not self._stopping.wait(pause_s):
            pause_s = every_s
            try:
                self._retain()
            except EventsError as error:
                logger.error("recordings whose time is over could not be deleted: %s", error)
                pause_s = first_after_s

    def _retain(self) -> None:
        hold = self._log.hold("retention")
        if hold is None:
            return
        try:
            for line in lines(retain(self._log, self._blobs, now=self._now(), limit_days=self._limit_days)):
                logger.info("retention: %s", line)
        finally:
            hold.release()
