"""Keeps the views up to date with the log: reads pages, folds them, stores views and position in one transaction.

One runner at a time may write to a views' file (`lease.py`); a second one stands by and takes over.
"""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from events.envelope import Recorded
from events.errors import EventsError
from events.log import EventLog
from projections.errors import ProjectionsError
from projections.fold import Fold
from projections.lease import Lease
from projections.projection import Projection
from projections.rebuild import Rebuilt, Step, rebuild
from projections.views import Standing, ViewStore, write_rows

BATCH = 500
LEASE_S = 10.0
IDLE_WAIT_S = 0.5
RETRY_S = 1.0


class Status(Struct, frozen=True, kw_only=True):
    """How a projection does. ``lag`` counts the log's events that it has not folded, ``outdated`` tells that its
    views come from another version of its fold.
    """

    name: str
    position: int
    lag: int
    views: int
    parked: int
    version: int
    outdated: bool


class ProjectionRunner:
    """Folds ``log`` into ``store``. ``clock`` gives Unix seconds; ``owner`` must differ from any other runner's."""

    def __init__(
        self,
        log: EventLog,
        store: ViewStore,
        projections: Sequence[Projection[Any]],
        *,
        owner: str = "",
        clock: Callable[[], float] = time.time,
        lease_s: float = LEASE_S,
    ) -> None:
        self._log = log
        self._store = store
        self._projections = tuple(projections)
        self._lease = Lease(owner or f"{socket.gethostname()}:{os.getpid()}:{id(self):x}", clock, lease_s)
        self._working: dict[str, tuple[Standing, Fold[Any]]] = {}
        self.fault = ""

    def run_once(self) -> int:
        """Fold one page for each projection; how many events were folded, 0 when all are up to date.

        Raises `RunnerFenced` while another runner folds, and the errors of the log and the store.
        """
        try:
            self._make_ready()
            pages: dict[int, tuple[Recorded, ...]] = {}
            for standing, _ in self._working.values():
                if standing.position not in pages:
                    pages[standing.position] = self._log.tail(standing.position, limit=BATCH)
            if any(pages.values()) or self._lease.wants_renewal:
                return self._fold(pages)
        except BaseException:
            # The folds may be ahead of the store now: begin again from what is stored.
            self._working.clear()
            raise
        return 0

    def run(self, stop: threading.Event) -> None:
        """Fold until ``stop`` is set. Waits out faults of the log and the store, and other runners."""
        try:
            while not stop.is_set():
                try:
                    if self.run_once() == 0:
                        self._log.wait(self._reached(), IDLE_WAIT_S)
                    self.fault = ""
                except (EventsError, ProjectionsError) as error:
                    self.fault = str(error)
                    stop.wait(RETRY_S)
        finally:
            self.release()

    def release(self) -> None:
        """Let another runner take over at once."""
        self._working.clear()
        if self._lease.held:
            with self._store.transaction() as cursor:
                self._lease.release(cursor)

    def status(self, head: int) -> tuple[Status, ...]:
        """How each projection does when the log's last position is ``head``; also without the right to fold."""
        return tuple(self._status(projection, head) for projection in self._projections)

    def rebuild(self, name: str, *, accept: bool = False, step: Step = lambda reached, end: None) -> Rebuilt:
        """See `projections.rebuild.rebuild`."""
        (projection,) = (each for each in self._projections if each.name == name)
        return rebuild(self._log, self._store, projection, accept=accept, step=step)

    def _make_ready(self) -> None:
        """Claim the right to fold, and look where each projection stands."""
        if not self._lease.held:
            self._working.clear()
            with self._store.transaction() as cursor:
                self._lease.claim(cursor)
        for projection in self._projections:
            if projection.name not in self._working:
                self._working[projection.name] = self._opened(projection)

    def _opened(self, projection: Projection[Any]) -> tuple[Standing, Fold[Any]]:
        name = projection.name
        standing = self._store.standing(name)
        if standing.version != projection.version:
            rebuild(self._log, self._store, projection, accept=True, step=lambda *_: self._keep_lease())
            standing = self._store.standing(name)
        parked = [each.key for each in self._store.parked(name)]
        return standing, Fold(projection, lambda key: self._store.stored(name, standing.generation, key), parked)

    def _keep_lease(self) -> None:
        if self._lease.wants_renewal:
            with self._store.transaction() as cursor:
                self._lease.renew(cursor)

    def _fold(self, pages: dict[int, tuple[Recorded, ...]]) -> int:
        """Fold and store pages, given by the position before them, in one transaction."""
        count = 0
        moved: dict[str, tuple[Standing, Fold[Any]] | None] = {}
        with self._store.transaction() as cursor:
            self._lease.renew(cursor)
            for name, (standing, fold) in self._working.items():
                page = pages[standing.position]
                if page:
                    moved[name] = self._fold_page(cursor, standing, fold, page)
                    count += len(page)
        for name, working in moved.items():
            if working is None:
                del self._working[name]
            else:
                self._working[name] = working
        return count

    def _fold_page(
        self, cursor: sqlite3.Cursor, standing: Standing, fold: Fold[Any], page: tuple[Recorded, ...]
    ) -> tuple[Standing, Fold[Any]] | None:
        """The projection after a page; None, and nothing done, when a rebuild has put another table in service."""
        position = page[-1].position or 0
        cursor.execute(
            "UPDATE projections SET position=? WHERE name=? AND generation=? AND position=?",
            (position, standing.name, standing.generation, standing.position),
        )
        if cursor.rowcount == 0:
            return None
        folded = fold.apply(page)
        write_rows(cursor, standing.name, standing.generation, folded.rows, folded.parked, folded.forgotten)
        return replace(standing, position=position), fold

    def _reached(self) -> int:
        return min((standing.position for standing, _ in self._working.values()), default=0)

    def _status(self, projection: Projection[Any], head: int) -> Status:
        standing = self._store.standing(projection.name)
        return Status(
            name=projection.name,
            position=standing.position,
            lag=max(0, head - standing.position),
            views=self._store.count(projection.name),
            parked=len(self._store.parked(projection.name)),
            version=standing.version,
            outdated=standing.version != projection.version,
        )
