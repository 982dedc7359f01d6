"""Keeps the views up to date while the server runs, in a thread of its own. Folds nothing itself."""

import threading

from events.log import EventLog
from projections.catalogue import PROJECTIONS
from projections.runner import ProjectionRunner
from projections.status import Status
from projections.views import ViewStore


class Projecting:
    """A projection runner in a thread."""

    def __init__(self, log: EventLog, views: ViewStore) -> None:
        self._stopping = threading.Event()
        self._runner = ProjectionRunner(log, views, PROJECTIONS)
        self._thread = threading.Thread(target=self._runner.run, args=(self._stopping,), name="projections")

    def start(self) -> None:
        """Begin to follow the log."""
        self._thread.start()

    def statuses(self, head: int) -> tuple[Status, ...]:
        """How each projection does when the log's last position is ``head``."""
        return self._runner.status(head)

    def stop(self) -> None:
        """Finish the batch under way and stop."""
        self._stopping.set()
        self._thread.join()
