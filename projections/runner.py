"""Keeps the views up to date with the log: reads pages, folds them, stores views and positions in one transaction.

Each part of the learners is folded by one runner at a time (`lease.py`); another one stands by and takes over. A page
is folded before its transaction begins, so that runners of other parts, and rebuilds, need not wait for it.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from events.envelope import Recorded
from events.errors import EventsError, ViewsNotWiped
from events.handover import WipeViews
from events.location import DataFolder
from events.log import EventLog
from events.sealing.finishing import PATIENCE_S
from projections.audit import Auditor
from projections.errors import ProjectionsError
from projections.fold import Fold
from projections.folded import Folded
from projections.forgotten import scrub_buildings
from projections.lease import Lease
from projections.opening import remove_aside
from projections.origin import begin_anew, is_of
from projections.projection import PARTS, AnyProjection, part_of
from projections.rebuild import Rebuilt, Step, ignore, rebuild
from projections.status import Status, status_of
from projections.storing import (
    all_standings,
    forget_everywhere,
    left_out,
    move_positions,
    parked_keys,
    positions_of,
    stored_view,
    write_folded,
)
from projections.views import Cursor, Standing, ViewStore

logger = logging.getLogger(__name__)

BATCH = 500
MOST_BATCHES = 8
"""Pages grow to so many batches while a runner is behind: rows that change on each page are then written less often."""
LEASE_S = 10.0
IDLE_WAIT_S = 0.5
RETRY_S = 1.0
AUDIT_S = 10.0
KEEP_UP_S = 5.0


@runtime_checkable
class Upkept(Protocol):
    """A log in which something may have been left undone."""

    def keep_up(self, wipe_views: WipeViews | None = None) -> None:
        """Finish it; see `RecorderEventLog.keep_up`."""
        ...


class Share(Struct, frozen=True):
    """Worker ``number`` (from 0) of ``workers``."""

    number: int = 0
    workers: int = 1

    @property
    def parts(self) -> tuple[int, ...]:
        """The parts of the learners that it folds."""
        return tuple(part for part in range(PARTS) if part % self.workers == self.number)


class ProjectionRunner:
    """Folds ``log`` into ``store``. ``clock`` gives Unix seconds; ``owner`` must differ from any other runner's."""

    def __init__(
        self,
        log: EventLog,
        store: ViewStore,
        projections: Sequence[AnyProjection],
        *,
        share: Share = Share(),  # noqa: B008  # frozen
        owner: str = "",
        clock: Callable[[], float] = time.time,
        lease_s: float = LEASE_S,
    ) -> None:
        self._log = log
        self._store = store
        self._projections = tuple(projections)
        owner = owner or f"{socket.gethostname()}:{os.getpid()}:{id(self):x}"
        self._lease = Lease(owner, share.parts, clock, lease_s)
        self._working: dict[str, _Working] = {}
        self._auditor = Auditor(log)
        self._batches = 1
        self._clock = clock
        self._audited = 0.0
        self._kept_up = clock()
        self._loss = ""
        self.fault = ""

    def run_once(self) -> int:
        """Fold one page for each projection; how many events were dealt with, 0 when all are up to date.

        An event counts once for each projection, whichever part it belongs to. Raises `RunnerFenced` while another
        runner folds these parts, and the errors of the log and the store.
        """
        try:
            self._make_ready()
            pages: dict[int, tuple[Recorded, ...]] = {}
            for working in self._working.values():
                if working.position not in pages:
                    pages[working.position] = self._log.tail(working.position, limit=BATCH * self._batches)
            behind = any(len(page) == BATCH * self._batches for page in pages.values())
            self._batches = min(2 * self._batches, MOST_BATCHES) if behind else 1
            if any(pages.values()) or self._lease.wants_renewal:
                return self._fold(pages)
        except BaseException:
            # The folds may be ahead of the store now: begin again from what is stored.
            self._working.clear()
            self._batches = 1
            raise
        return 0

    def run(self, stop: threading.Event) -> None:
        """Fold until ``stop`` is set. Waits out faults of the log and the store, and other runners."""
        told = ""
        try:
            while not stop.is_set():
                try:
                    if self.run_once():
                        told = ""
                    else:
                        self.audit()
                        self._keep_up()
                        self._log.wait(self._reached(), IDLE_WAIT_S)
                    self.fault = self._loss
                except (EventsError, ProjectionsError) as error:
                    self.fault = str(error)
                    if self.fault != told:
                        logger.warning("The views wait: %s", error)
                    told = self.fault
                    stop.wait(RETRY_S)
                except Exception as error:  # a supervisor: views that stand still for ever would be worse
                    logger.exception("The views are not up to date; trying again every %s s", RETRY_S)
                    self.fault = f"{type(error).__name__}: {error}"
                    stop.wait(RETRY_S)
        finally:
            with suppress(ProjectionsError):  # the lease runs out by itself
                self.release()

    def release(self) -> None:
        """Let another runner take over at once."""
        self._working.clear()
        if self._lease.held:
            with self._store.transaction() as cursor:
                self._lease.release(cursor)

    def status(self, head: int) -> tuple[Status, ...]:
        """How each projection does when the log's last position is ``head``; also without the right to fold."""
        with self._store.reading() as cursor:
            return tuple(status_of(self._log, cursor, self._auditor, each, head) for each in self._projections)

    def audit(self) -> None:
        """Compare the counts of all projections with the log's; `fault` and the program's own log tell of a loss."""
        if self._clock() < self._audited + AUDIT_S:
            return
        self._audited, self._loss = self._clock(), ""
        with self._store.reading() as cursor:
            standings = all_standings(cursor)
            if any(not is_of(self._log, cursor, name, standings[name].generation) for name in self._working):
                self._working.clear()  # to be opened again, and begun anew
            for name in self._working:
                found = self._auditor.audit(cursor, name, standings[name].generation)
                if found.differs:
                    self._loss = f"{name} has dealt with {found.dealt_with} of {found.logged} events; rebuild it"
                    logger.error("The views are wrong: %s", self._loss)

    def _keep_up(self) -> None:
        """See that no forgetting that was cut short leaves a learner in the views, or in their files."""
        if isinstance(self._log, Upkept) and self._clock() >= self._kept_up + KEEP_UP_S:
            self._kept_up = self._clock()
            self._log.keep_up(self._wipe_views)

    def _wipe_views(self, folder: DataFolder) -> bool:
        """See `WipeViews`. Others who are behind are not waited for: there will be another time."""
        if any(each.lag for each in self.status(self._log.head())):
            return False
        try:
            scrub_buildings(self._log, self._store, self._projections)
            remove_aside(folder)
            self._store.wipe(PATIENCE_S)
        except ProjectionsError as error:
            raise ViewsNotWiped(str(error)) from error
        return True

    def rebuild(self, name: str, *, accept: bool = False, step: Step = ignore) -> Rebuilt:
        """See `projections.rebuild.rebuild`."""
        (projection,) = (each for each in self._projections if each.name == name)
        return rebuild(self._log, self._store, projection, accept=accept, step=step)

    def _make_ready(self) -> None:
        """Claim the right to fold, and look where each projection stands."""
        if not self._lease.held:
            self._working.clear()
            with self._store.transaction() as cursor:
                self._lease.cap(cursor)  # for itself: a claim that fails takes back what it wrote
            with self._store.transaction() as cursor:
                self._lease.claim(cursor, self._store.dialect)
        for projection in self._projections:
            if projection.name not in self._working:
                self._open(projection)

    def _open(self, projection: AnyProjection) -> None:
        with self._store.reading() as cursor:
            standing = all_standings(cursor)[projection.name]
            restored = not is_of(self._log, cursor, projection.name, standing.generation)
        if restored:
            if 0 not in self._lease.parts:
                return  # as below
            with self._store.transaction() as cursor:
                self._lease.renew(cursor, self._store.dialect)
                begin_anew(cursor, self._store.dialect, projection)
            self._auditor = Auditor(self._log)  # what it has counted is of the other log
        if self._store.standing(projection.name).version != projection.version:
            if 0 not in self._lease.parts:
                return  # the runner of the first part rebuilds; until it has, there is nothing to fold into
            rebuild(self._log, self._store, projection, accept=True, step=lambda *_: self._keep_lease())
        with self._store.reading() as cursor:
            self._working[projection.name] = _Working(self._store, cursor, projection, self._lease.parts)

    def _keep_lease(self) -> None:
        if self._lease.wants_renewal:
            with self._store.transaction() as cursor:
                self._lease.renew(cursor, self._store.dialect)

    def _fold(self, pages: dict[int, tuple[Recorded, ...]]) -> int:
        """Fold pages, given by the position before them, and store them in one transaction."""
        folded = {
            name: working.fold(page) for name, working in self._working.items() if (page := pages[working.position])
        }
        moved: dict[str, bool] = {}
        with self._store.transaction() as cursor:
            self._lease.renew(cursor, self._store.dialect)
            standings = all_standings(cursor, self._store.dialect.for_share)
            for name, changed in folded.items():
                moved[name] = self._working[name].write(cursor, standings.get(name), changed)
        count = 0
        for name, wrote in moved.items():
            count += len(pages[self._working[name].position])
            if wrote:
                self._working[name].moved()
            else:
                # A rebuild or a command has changed what is stored: read it again, and these events too.
                del self._working[name]
        return count

    def _reached(self) -> int:
        return min((working.position for working in self._working.values()), default=0)


class _Working:
    """A projection being folded: some parts of one generation."""

    def __init__(self, store: ViewStore, cursor: Cursor, projection: AnyProjection, parts: tuple[int, ...]) -> None:
        name = projection.name
        self._store = store
        self._projection = projection
        self._standing: Standing = all_standings(cursor)[name]
        self._generation = self._standing.generation
        everywhere = positions_of(cursor, name, self._generation)
        self._positions = {part: everywhere[part] for part in parts}
        self._moves: dict[int, tuple[int, int]] = {}
        self._last = ""
        parked = parked_keys(cursor, name, self._generation)
        self._fold: Fold[Any] = Fold(projection, self._load, parked, left_out(cursor, name))

    @property
    def position(self) -> int:
        """How far the part is that is furthest behind."""
        return min(self._positions.values())

    def _load(self, key: str) -> bytes | None:
        with self._store.reading() as cursor:
            return stored_view(cursor, self._projection.name, self._generation, key)

    def fold(self, page: tuple[Recorded, ...]) -> Folded:
        """Fold what is due of a page."""
        end, self._last = page[-1].position or 0, page[-1].id
        self._moves = {part: (position, max(position, end)) for part, position in self._positions.items()}
        due = [
            each for each in page if (each.position or 0) > self._positions.get(part_of(self._projection, each), end)
        ]
        return self._fold.apply(due)

    def write(self, cursor: Cursor, standing: Standing | None, folded: Folded) -> bool:
        """Store what `fold` gave; False, and nothing done, when something else has changed what is stored."""
        known = (self._standing.generation, self._standing.revision)
        if standing is None or (standing.generation, standing.revision) != known:
            return False
        name = self._projection.name
        if not move_positions(cursor, name, self._generation, self._moves, folded.counts, self._last):
            raise ProjectionsError(f"the positions of {name!r} moved under this runner's lease")
        forget_everywhere(cursor, name, folded)
        write_folded(cursor, self._store.dialect, self._projection, self._generation, folded)
        return True

    def moved(self) -> None:
        """The transaction is committed."""
        self._positions = {part: after for part, (_, after) in self._moves.items()}
