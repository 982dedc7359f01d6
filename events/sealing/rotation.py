"""Changes the master key: every learner's key is wrapped anew, none is changed, nothing that is sealed is touched.

In this order, so that it can be killed anywhere and called again: the new master key is kept beside the old one; the
key store is told that it is the one in use, so that no key is wrapped by the old one any more; each key is wrapped
anew; the old master key is thrown away. A call that finds this half done finishes it and makes no further key.
"""

import os

from msgspec import Struct

from events.location import MASTER_KEY_VARIABLE
from events.sealing.errors import MasterKeyMissing, MasterKeyUnusable, MasterKeyWrong
from events.sealing.key_store import RotatingKeyStore
from events.sealing.keys import RandomBytes, marked, proves, rewrapped
from events.sealing.master_keys import MasterKey, MasterKeyFile, MasterKeySource, fresh_master_key


class Rotated(Struct, frozen=True, kw_only=True):
    """The ids of the master keys before and after, and how many keys were wrapped anew."""

    old: str
    new: str
    rewrapped: int


def rotate_master_key(
    store: RotatingKeyStore, source: MasterKeySource, *, random_bytes: RandomBytes = os.urandom
) -> Rotated:
    """Wrap all keys by a new master key. Raises what `events.sealing.keys.KeyRing` raises.

    Where the master keys are given, the newest of them must be another than the one in use.
    """
    mark = store.mark()
    if mark is None:
        store.adopt(marked(source.first()[-1], random_bytes), "")
        mark = store.mark()
        assert mark is not None
    known = {key.id: key for key in source.read()}
    if mark.master not in known:
        raise MasterKeyMissing(mark.master, tuple(known))
    if not proves(mark, known[mark.master]):
        raise MasterKeyWrong(mark.master)
    new = _newer(source, tuple(known.values()), mark.master, finished=not store.wrapped_otherwise(mark.master))
    known[new.id] = new
    if new.id != mark.master:
        store.adopt(marked(new, random_bytes), mark.master)
    count = 0
    while keys := store.wrapped_otherwise(new.id):
        for key in keys:
            if key.master not in known:
                raise MasterKeyMissing(key.master, tuple(known))
            count += store.rewrap(key, rewrapped(key, known[key.master], new, random_bytes), new.id)
    store.wipe()
    if isinstance(source, MasterKeyFile):
        source.write((new,))
    return Rotated(old=mark.master, new=new.id, rewrapped=count)


def _newer(source: MasterKeySource, known: tuple[MasterKey, ...], in_use: str, *, finished: bool) -> MasterKey:
    """The key to change to; the one in use when only the end of a change is missing."""
    newest = known[-1]
    if newest.id != in_use or not finished:
        return newest
    if isinstance(source, MasterKeyFile):
        if len(known) > 1:
            return newest
        fresh = fresh_master_key()
        source.write((*known, fresh))
        return fresh
    reason = f"its newest key ({in_use}) is in use already; add a newer one at the end on all hosts, then call again"
    raise MasterKeyUnusable(MASTER_KEY_VARIABLE, reason)
