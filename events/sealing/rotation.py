"""Changes the master key: every learner's key is wrapped anew, none is changed, nothing that is sealed is touched.

In this order, so that it can be killed anywhere and called again: the new master key is kept beside the old one; the
key store is told that it is the one in use, so that no key is wrapped by the old one any more; each key is wrapped
anew; the old master key is thrown away. A call that finds this half done finishes it and makes no further key.

One process at a time changes the master key of a log. That hold can be lost where it is a connection to a server, so
each step takes place only if nobody else has changed the master key since, and a master key is thrown away only when
the store no longer needs it.
"""

import os
import time

from msgspec import Struct

from events.holding import Hold
from events.location import MASTER_KEY_VARIABLE
from events.recorder_log import RecorderEventLog
from events.sealing.errors import MasterKeyChanging, MasterKeyMissing, MasterKeyUnusable, MasterKeyWrong
from events.sealing.key_store import RotatingKeyStore
from events.sealing.keys import RandomBytes, first_mark, marked, proves, rewrapped
from events.sealing.master_keys import MasterKey, MasterKeyFile, MasterKeySource, fresh_master_key

HOLD = "rotate-master-key"
WAIT_S = 10.0
"""How long one call waits for another to end."""
PAUSE_S = 0.1


class Rotated(Struct, frozen=True, kw_only=True):
    """The ids of the master keys before and after, and how many keys were wrapped anew."""

    old: str
    new: str
    rewrapped: int


def rotate_master_key(
    store: RotatingKeyStore,
    source: MasterKeySource,
    log: RecorderEventLog,
    *,
    keep: bool = False,
    random_bytes: RandomBytes = os.urandom,
) -> Rotated:
    """Wrap all keys of a log by a new master key. Where another call is at it, that one is waited for.

    Where the master keys are given, the newest of them must be another than the one in use. ``keep`` leaves the old
    ones in the file, for another log that needs them. Raises `MasterKeyChanging` and what `events.sealing.keys.KeyRing`
    raises.
    """
    hold = _hold(log)
    try:
        return _rotate(store, source, keep, random_bytes)
    finally:
        hold.release()


def _hold(log: RecorderEventLog) -> Hold:
    give_up = time.monotonic() + WAIT_S
    while (hold := log.hold(HOLD)) is None:
        if time.monotonic() > give_up:
            raise MasterKeyChanging
        time.sleep(PAUSE_S)
    return hold


def _rotate(store: RotatingKeyStore, source: MasterKeySource, keep: bool, random_bytes: RandomBytes) -> Rotated:
    mark = store.mark() or first_mark(store, source, random_bytes)
    known = {key.id: key for key in source.read()}
    if mark.master not in known:
        raise MasterKeyMissing(mark.master, tuple(known))
    if not proves(mark, known[mark.master]):
        raise MasterKeyWrong(mark.master)
    finished = not store.wrapped_otherwise(mark.master)
    new = _newer(source, tuple(known.values()), mark.master, finished=finished, keep=keep)
    if new.id != mark.master and not store.adopt(marked(new, random_bytes), mark.master):
        _see_in_use(store, new)
    count = _rewrap(store, known, new, random_bytes)
    store.wipe()
    _see_in_use(store, new)
    if store.wrapped_otherwise(new.id):
        raise MasterKeyChanging
    if isinstance(source, MasterKeyFile) and not keep:
        source.drop(known.keys() - {new.id})
    return Rotated(old=mark.master, new=new.id, rewrapped=count)


def _newer(
    source: MasterKeySource, known: tuple[MasterKey, ...], in_use: str, *, finished: bool, keep: bool
) -> MasterKey:
    """The key to change to; the one in use when only the end of a change is missing."""
    newest = known[-1]
    if newest.id != in_use or not finished:
        return newest
    if isinstance(source, MasterKeyFile):
        if len(known) > 1 and not keep:
            return newest
        fresh = fresh_master_key()
        source.add((*known, fresh))
        return fresh
    reason = f"its newest key ({in_use}) is in use already; add a newer one at the end on all hosts, then call again"
    raise MasterKeyUnusable(MASTER_KEY_VARIABLE, reason)


def _rewrap(store: RotatingKeyStore, known: dict[str, MasterKey], new: MasterKey, random_bytes: RandomBytes) -> int:
    """Wrap by ``new`` whatever another master key wraps; how many keys that were."""
    count = 0
    while keys := store.wrapped_otherwise(new.id):
        _see_in_use(store, new)
        for key in keys:
            if key.master not in known:
                raise MasterKeyMissing(key.master, tuple(known))
            count += store.rewrap(key, rewrapped(key, known[key.master], new, random_bytes), new.id)
    return count


def _see_in_use(store: RotatingKeyStore, new: MasterKey) -> None:
    """Raises `MasterKeyChanging` when somebody else has gone on to another master key."""
    mark = store.mark()
    if mark is None or mark.master != new.id:
        raise MasterKeyChanging
