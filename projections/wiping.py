"""Leaves nothing in the views' files of what was deleted: the command ``wipe``, and what every command does by the way.

The views must be folded so far that nothing of a forgotten learner is in them; then the store writes its files anew.
"""

import time
from contextlib import suppress

from events.errors import ViewsNotWiped
from events.location import DataFolder
from events.opening import open_keys
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS
from projections.commands import caught_up
from projections.errors import ProjectionsError, RunnerFenced, ViewsBehind
from projections.forgotten import scrub_buildings
from projections.lease import folded_by
from projections.opening import remove_aside
from projections.projection import PARTS
from projections.runner import LEASE_S, ProjectionRunner
from projections.views import ViewStore

PAUSE_S = 0.1
FOLD_WAIT_S = 2 * LEASE_S
"""Whoever has not moved for so long is not going to: a runner that was killed has lost its lease by then."""


def wipe(log: RecorderEventLog, store: ViewStore, folder: DataFolder, *, wait_s: float | None = None) -> int:
    """Fold what is new, then write the store's files anew. Raises as `wipe_folded`."""
    aftermath = open_keys(folder).aftermath
    due = aftermath.left("view_files")
    head = wipe_folded(log, store, folder, wait_s=wait_s)
    aftermath.done(due, "view_files")
    print(f"the views are folded to position {head:,}, and nothing of what was deleted is left in the views' files")
    return 0


def wipe_by_the_way(log: RecorderEventLog, store: ViewStore, folder: DataFolder, *, wait_s: float) -> bool:
    """See `events.handover.WipeViews`: for a command that is there for something else."""
    try:
        wipe_folded(log, store, folder, wait_s=wait_s)
    except ProjectionsError as error:
        raise ViewsNotWiped(str(error)) from error
    return True


def wipe_folded(log: RecorderEventLog, store: ViewStore, folder: DataFolder, *, wait_s: float | None) -> int:
    """Fold what is new and write the store's files anew; the position that is folded to.

    Others are waited for as long as they get on, and then for ``wait_s`` (None for the usual time). Raises
    `ViewsBehind`, and what `ViewStore.wipe` raises.
    """
    head = log.head()
    _fold(caught_up(log, store), store, head, FOLD_WAIT_S if wait_s is None else wait_s)
    scrub_buildings(log, store, PROJECTIONS)
    remove_aside(folder)
    store.wipe(wait_s)
    return head


def _fold(runner: ProjectionRunner, store: ViewStore, head: int, wait_s: float) -> None:
    """Where another one folds, it needs no longer than the newest events take."""
    left, give_up = 0, time.monotonic() + wait_s
    while behind := sum(each.lag for each in runner.status(head)):
        if behind < left:
            give_up = time.monotonic() + wait_s
        elif time.monotonic() > give_up:
            raise _behind(store, head)
        left = behind
        time.sleep(PAUSE_S)
        with suppress(RunnerFenced):  # one that was killed keeps its lease for a while; then this one takes over
            while runner.run_once():
                pass
            runner.release()


def _behind(store: ViewStore, head: int) -> ViewsBehind:
    with store.reading() as cursor:
        owners = folded_by(cursor, time.time())
    missing = tuple(part for part in range(PARTS) if part not in owners)
    return ViewsBehind(head, missing, tuple(sorted(set(owners.values()))))
