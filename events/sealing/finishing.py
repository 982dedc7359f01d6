"""Finishes what `forget` began and a crash, a full disk or a kill cut short. Destroys no key: that went first.

Whoever opens a log calls it, and so does a server from time to time: a learner who is forgotten by halves would stay in
the views or in some file for ever, and could not come back. A log that was restored from before a forgetting does not
tell of it any more: then it is done again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial

from events.errors import EventsError
from events.handover import WipeViews, hand_over
from events.learner import LearnerForgotten, stream_of
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.errors import RegisterDamaged
from events.sealing.forgetting import HOLD, finish, registered, telling_of, told, written_for
from events.sealing.key_store import Aftermath, StoredKey, Telling
from events.sealing.keys import KeyRing
from events.verification import Problem

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""How long others are waited for who have files in use: there will be another time."""
AGAIN_S = 60.0
"""When a process tries again to wipe files that others had in use."""
_OPEN = {
    "log_files": "bytes of what was deleted may still be in the files of log and keys",
    "view_files": "bytes of what was deleted may still be in the files of the views",
}


class Finisher:
    """Finishes all forgettings that were cut short, as often as it is asked to."""

    def __init__(self, keys: KeyRing, folder: DataFolder, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._aftermath = keys.aftermath
        self._folder = folder
        self._monotonic = monotonic
        self._wipe_from = float("-inf")

    def finish(self, log: RecorderEventLog, wipe_views: WipeViews | None = None) -> tuple[str, ...]:
        """Finish what is left, unless somebody is at it; the learners of whom the log tells only now.

        What cannot be done now is told to the program's own log, and tried again by the next. The views' files are left
        to others without ``wipe_views``.
        """
        try:
            hold = log.hold(HOLD) if self._is_left(log, wipe_views) else None
        except EventsError as error:
            logger.warning("nobody knows whether a forgetting was cut short: %s", error)
            return ()
        if hold is None:
            return ()
        try:
            return self._finish(log, wipe_views)
        finally:
            hold.release()

    def _is_left(self, log: RecorderEventLog, wipe_views: WipeViews | None) -> bool:
        if (newest := self._aftermath.newest()) is not None and not _stands(newest, log):
            return True
        if self._aftermath.left("search"):
            return True
        if self._monotonic() < self._wipe_from:
            return False
        return bool(self._aftermath.left("log_files") or (wipe_views and self._aftermath.left("view_files")))

    def _finish(self, log: RecorderEventLog, wipe_views: WipeViews | None) -> tuple[str, ...]:
        try:
            self._see_log(log)
            searched = {key.learner: self._search(key, log) for key in self._aftermath.left("search")}
            if self._monotonic() >= self._wipe_from:
                self._wipe(log, wipe_views)
            files = {key.learner for step in ("log_files", "view_files") for key in self._aftermath.left(step)}
        except EventsError as error:
            logger.warning("forgettings that were cut short cannot be finished now: %s", error)
            return ()
        for learner, (done, _) in searched.items():
            if done:
                but = ", but for old bytes in files that are still to be wiped" if learner in files else ""
                logger.warning("the forgetting of %r was cut short, and is finished now%s", learner, but)
        return tuple(learner for learner, (_, only_now) in searched.items() if only_now)

    def _see_log(self, log: RecorderEventLog) -> None:
        """Begin again with what the log does not tell of any more. One comparison finds that all is as it was."""
        while (newest := self._aftermath.newest()) is not None and not _stands(newest, log):
            there = _found(newest, log)
            if there is not None:
                self._aftermath.tell(there)
                continue
            logger.warning(
                "the log does not tell that %r was forgotten: it was restored, or is another", newest.learner
            )
            self._aftermath.untell(newest)

    def _search(self, key: StoredKey, log: RecorderEventLog) -> tuple[bool, bool]:
        """Whether something was finished now, and whether it is only now that the log tells of it."""
        try:
            there = told(key, log, key.learner)
            if there is not None and written_for(key, self._folder) and not key.told:
                self._aftermath.tell(telling_of(key, there))  # from before the store kept this
                self._aftermath.done([key], "search")
                return False, False
            if there is not None:
                registered(self._folder)  # as long as it is damaged there is nothing to be found by looking again
            finish(key, log, self._keys, self._folder)
        except RegisterDamaged as error:
            logger.warning("which datasets held %r, who has been forgotten, is not known: %s", key.learner, error)
            return False, False
        except (EventsError, OSError) as error:
            logger.warning("the forgetting of %r was cut short, and cannot be finished now: %s", key.learner, error)
            return False, False
        return True, there is None

    def _wipe(self, log: RecorderEventLog, wipe_views: WipeViews | None) -> None:
        """Both, as far as it can be done: who keeps the one's files in use does not hold up the other's."""
        steps = [partial(self._wipe_log, log)]
        if wipe_views is not None:
            steps.append(partial(self._wipe_views, wipe_views))
        for step in steps:
            try:
                step()
            except EventsError as error:
                self._wipe_from = self._monotonic() + AGAIN_S
                logger.warning("files cannot be wiped now of what was deleted: %s", error)

    def _wipe_log(self, log: RecorderEventLog) -> None:
        if due := self._aftermath.left("log_files"):
            self._keys.wipe(PATIENCE_S)
            log.wipe(PATIENCE_S)
            self._aftermath.done(due, "log_files")

    def _wipe_views(self, wipe_views: WipeViews) -> None:
        if (due := self._aftermath.left("view_files")) and wipe_views(self._folder):
            self._aftermath.done(due, "view_files")


def wipe_views_by_command(folder: DataFolder) -> bool:
    """See `WipeViews`: by a command of the layer above, which also folds what is new."""
    return hand_over(folder, "projections", "wipe", "--wait", str(PATIENCE_S), quiet=True) == 0


def untold(log: RecorderEventLog, keys: KeyRing) -> Iterator[Problem]:
    """The forgettings that are not finished, as faults of the log."""
    aftermath = keys.aftermath
    if (newest := aftermath.newest()) is not None and not _stands(newest, log) and _found(newest, log) is None:
        what = f"key {newest.generation} was destroyed, and the log, from before that, does not tell of it any more"
        yield _problem(newest.learner, f"{what}; the next command does it again")
    for key in aftermath.left("search"):
        if told(key, log, key.learner) is None:
            what = "no event tells of it, so views and copies still hold the learner"
        else:
            what = "not everything of the learner has been looked for"
        yield _problem(
            key.learner,
            f"{_destroyed(key)}, but {what}; see that disk and log can be written, and the next command finishes it",
        )
    yield from _unwiped(aftermath)


def _unwiped(aftermath: Aftermath) -> Iterator[Problem]:
    for key in aftermath.left("log_files"):
        yield _problem(key.learner, f"{_destroyed(key)}, but {_OPEN['log_files']}; the next command wipes them")
    for key in aftermath.left("view_files"):
        yield _problem(
            key.learner,
            f"{_destroyed(key)}, but {_OPEN['view_files']}; `python -m projections wipe` tells who is in the way",
        )


def _destroyed(key: StoredKey) -> str:
    return f"key {key.generation} was destroyed on {key.destroyed:%Y-%m-%d %H:%M:%S} UTC"


def _problem(learner: str, detail: str) -> Problem:
    return Problem(kind="forgetting", position=0, stream=stream_of(learner), version=0, detail=detail)


def _stands(telling: Telling, log: RecorderEventLog) -> bool:
    """Whether the very event is where it was. A damaged one has no id, and is another fault."""
    if not telling.position:
        return False
    there = log.tail(telling.position - 1, limit=1)
    return bool(there) and there[0].position == telling.position and there[0].id in ("", telling.event)


def _found(telling: Telling, log: RecorderEventLog) -> Telling | None:
    """Where else the log tells of it."""
    for each in reversed(log.read(stream_of(telling.learner))):
        if isinstance(each.event, LearnerForgotten) and each.event.generation >= telling.generation:
            return Telling(
                learner=telling.learner, generation=telling.generation, position=each.position or 0, event=each.id
            )
    return None
