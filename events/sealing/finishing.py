"""Finishes what `forget` began and a crash, a full disk or a kill cut short. Destroys no key: that went first.

Whoever opens a log calls it, and so does a server from time to time: a learner who is forgotten by halves would stay in
the views for ever, and could not come back.
"""

import logging
from collections.abc import Iterator

from events.errors import EventsError, OldBytesRemain
from events.learner import stream_of
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.errors import RegisterDamaged
from events.sealing.forgetting import HOLD, finish, registered, told, written_for
from events.sealing.key_store import StoredKey
from events.sealing.keys import KeyRing
from events.verification import Problem

logger = logging.getLogger(__name__)


def finish_forgetting(log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> tuple[str, ...]:
    """Finish all that was cut short, unless somebody is at it; the learners of whom the log tells only now.

    What cannot be done now is told to the program's own log, and tried again by the next.
    """
    try:
        unfinished = keys.unfinished()
        hold = log.hold(HOLD) if unfinished else None
    except EventsError as error:
        logger.warning("nobody knows whether a forgetting was cut short: %s", error)
        return ()
    if hold is None:
        return ()
    try:
        return tuple(key.learner for key in unfinished if _finished(key, log, keys, folder))
    finally:
        hold.release()


def untold(log: RecorderEventLog, keys: KeyRing) -> Iterator[Problem]:
    """The forgettings that are not finished, as faults of the log."""
    for key in keys.unfinished():
        if told(key, log, key.learner) is None:
            what = "no event tells of it, so views and copies still hold the learner"
        else:
            what = "not everything of the learner has been looked for"
        yield Problem(
            kind="forgetting",
            position=0,
            stream=stream_of(key.learner),
            version=0,
            detail=f"key {key.generation} was destroyed on {key.destroyed:%Y-%m-%d %H:%M:%S} UTC, but {what};"
            " see that disk and log can be written, and the next command finishes it",
        )


def _finished(key: StoredKey, log: RecorderEventLog, keys: KeyRing, folder: DataFolder) -> bool:
    """Whether it is only now that the log tells of it."""
    try:
        known = told(key, log, key.learner) is not None
        if known and (written_for(key, folder) and not key.told):
            keys.tell(key, finished=True)  # from before the store kept this
            return False
        if known:
            registered(folder)  # as long as it is damaged there is nothing to be found by looking again
        finish(key, log, keys, folder)
        keys.wipe()
        log.wipe()
    except OldBytesRemain as error:
        logger.warning("the forgetting of %r was cut short, and is finished now, but: %s", key.learner, error)
    except RegisterDamaged as error:
        logger.warning("which datasets held %r, who has been forgotten, is not known: %s", key.learner, error)
    except (EventsError, OSError) as error:
        logger.warning("the forgetting of %r was cut short, and cannot be finished now: %s", key.learner, error)
        return False
    else:
        logger.warning("the forgetting of %r was cut short, and is finished now", key.learner)
    return not known
