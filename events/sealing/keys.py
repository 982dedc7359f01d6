"""The learners' data keys, opened: one a learner, AES-256, wrapped by a master key (AES-GCM, AAD = learner and number).

A key is made with a learner's first event. To forget a learner is to destroy it; the tombstone stays, so that nothing
of theirs opens again, whoever has copies. A forgotten learner who begins a new session gets a new key (the next
generation), which opens nothing of what was before; their old sessions cannot go on. That key is made only when
the log tells of the destruction: what tells of it then stands before everything of the new life.

The log notes which keys it needs (`events.sealing.used_keys`). A store that does not know of one is from an older
backup: no key is made in it, for a new one would take the number of a lost one, and be lost itself when the newest
store is put back.

Opened keys are kept for the busiest learners. Every second at most the store is asked whether somebody has been
forgotten; if so, all opened keys are dropped. So another process's `destroy` is obeyed within a second.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from events.log import Clock, utc_now
from events.sealing.errors import (
    KeyStoreOlder,
    LearnerBeingForgotten,
    LearnerForgotten,
    LearnerKeyMissing,
    MasterKeyMissing,
    MasterKeyWrong,
)
from events.sealing.key_store import Aftermath, MasterMark, RotatingKeyStore, StoredKey
from events.sealing.master_keys import KEY_BYTES, MasterKey, MasterKeySource
from events.sealing.used_keys import NoLog, UsedKeys

NONCE_BYTES = 12
"""96 bits: NIST SP 800-38D, section 5.2.1.1."""
CHECK_S = 1.0
OPENED_LEARNERS = 4096
PROOF = b"colloquy master key"

RandomBytes = Callable[[int], bytes]


class DataKey:
    """One key of a learner, opened: ``events`` and ``blobs`` seal, ``naming`` derives the nonces of blobs."""

    def __init__(self, learner: str, generation: int, secret: bytes) -> None:
        self.learner = learner
        self.generation = generation
        self.events = AESGCM(_derived(secret, b"events"))
        self.blobs = AESGCM(_derived(secret, b"blobs"))
        self.naming = _derived(secret, b"blob nonces")


class _Learner:
    """What is known of a learner's keys."""

    def __init__(self, stored: tuple[StoredKey, ...]) -> None:
        self.stored = {key.generation: key for key in stored}
        self.opened: dict[int, DataKey] = {}
        self.newest = stored[-1] if stored else None
        self.generation = self.newest.generation if self.newest else 0
        self.noted = False
        self.forgotten_at = max((key.destroyed for key in stored if key.destroyed), default=None)


class KeyRing:
    """Opens, makes and destroys learners' keys. Thread-safe. ``used`` is what the log knows of them.

    Every method may raise `KeysUnavailable`, `MasterKeyMissing`, `MasterKeyWrong` or `MasterKeyUnusable`, and those
    that write `LogUnavailable`.
    """

    def __init__(
        self,
        store: RotatingKeyStore,
        masters: MasterKeySource,
        used: UsedKeys | None = None,
        *,
        clock: Clock = utc_now,
        random_bytes: RandomBytes = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._masters = masters
        self._used = used or NoLog()
        self._clock = clock
        self._random_bytes = random_bytes
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._learners: OrderedDict[str, _Learner] = OrderedDict()
        self._destructions = -1
        self._checked = float("-inf")
        self._known: dict[str, MasterKey] = {}

    def check(self) -> None:
        """See that the master key in use is here and right; makes nothing."""
        mark = self._store.mark()
        if mark is not None:
            self._in_use(mark)

    def is_empty(self) -> bool:
        """Whether no key has ever been made."""
        return self._store.mark() is None

    def for_writing(self, learner: str, *, returning: bool = False) -> DataKey:
        """The learner's key, made when there is none yet; ``returning`` says that a new session begins.

        Raises `LearnerForgotten` when the key has been destroyed, unless ``returning``; `LearnerBeingForgotten`, also
        then, as long as the log does not tell of it; `KeyStoreOlder` when the store does not know of a key that the log
        needs.
        """
        with self._lock:
            known = self._learner(learner)
            if known.noted and known.newest is not None and known.newest.destroyed is None:
                return self._open(known, known.newest)
            for _ in range(4):
                used = self._used.newest(learner)  # before the store is asked: a key is noted when it is there
                known = self._learner_anew(learner)
                if used > known.generation:
                    raise KeyStoreOlder(learner, used)
                newest = known.newest
                if newest is not None and newest.destroyed is None:
                    known.noted = used == known.generation or self._used.note(learner, known.generation)
                    return self._open(known, newest)
                if newest is not None and not returning:
                    raise LearnerForgotten(learner)
                if newest is not None and not newest.told:
                    raise LearnerBeingForgotten(learner)
                self._make(learner, known.generation + 1)
            raise LearnerKeyMissing(learner, known.generation + 1)

    def for_reading(self, learner: str, generation: int) -> DataKey | None:
        """A key of the learner; None when it has been destroyed. Raises `LearnerKeyMissing`."""
        if self._monotonic() - self._checked < CHECK_S:  # as for nearly every event: nothing to look up, or to change
            remembered = self._learners.get(learner)
            if remembered is not None and (opened := remembered.opened.get(generation)) is not None:
                return opened
        with self._lock:
            known = self._learner(learner)
            opened = known.opened.get(generation)
            if opened is not None:
                return opened
            if generation not in known.stored:
                known = self._learner_anew(learner)
            stored = known.stored.get(generation)
            if stored is None:
                raise LearnerKeyMissing(learner, generation)
            return self._open(known, stored) if stored.destroyed is None else None

    def forgotten_at(self, learner: str) -> datetime | None:
        """When the learner was last forgotten; None for never."""
        with self._lock:
            return self._learner(learner).forgotten_at

    def generation(self, learner: str) -> int:
        """The number of the learner's newest key, 0 when there is none."""
        with self._lock:
            return self._learner(learner).generation

    def knows(self, learner: str) -> bool:
        """Whether the learner has ever had a key, as far as store and log know."""
        return self.generation(learner) > 0 or self._used.newest(learner) > 0

    def destroy(self, learner: str) -> bool:
        """Destroy the learner's keys for ever; False when they were. A learner without keys gets a tombstone too.

        So does a key that the log needs and the store does not know of.
        """
        done = self._store.destroy(learner, self._clock())
        with self._lock:
            self._learners.clear()
        lost = self._used.newest(learner)  # only now: whatever has become of the log, the key goes
        if lost > 1:
            done = self._store.destroy(learner, self._clock(), lost) or done
        return done

    def destroyed(self, learner: str) -> StoredKey | None:
        """The tombstone of the learner's newest key that has been destroyed, asked of the store."""
        return next((key for key in reversed(self._store.keys_of(learner)) if key.destroyed is not None), None)

    @property
    def aftermath(self) -> Aftermath:
        """How far each forgetting is."""
        return self._store.aftermath

    def wipe(self, wait_s: float | None = None) -> None:
        """See `RotatingKeyStore.wipe`."""
        self._store.wipe(wait_s)

    def _learner(self, learner: str) -> _Learner:
        """Needs the lock."""
        now = self._monotonic()
        if now - self._checked >= CHECK_S:
            destructions = self._store.destructions()
            if destructions != self._destructions:
                self._learners.clear()
            self._destructions, self._checked = destructions, now
        known = self._learners.get(learner)
        if known is None:
            known = self._learners[learner] = _Learner(self._store.keys_of(learner))
            if len(self._learners) > OPENED_LEARNERS:
                self._learners.popitem(last=False)
        else:
            self._learners.move_to_end(learner)
        return known

    def _learner_anew(self, learner: str) -> _Learner:
        """As `_learner`: what is remembered may be from before another process made a key."""
        self._learners.pop(learner, None)
        return self._learner(learner)

    def _open(self, known: _Learner, stored: StoredKey) -> DataKey:
        opened = known.opened.get(stored.generation)
        if opened is None:
            try:
                master = self._named(stored.master)
            except MasterKeyMissing:
                # It may have been retired since: the keys were then wrapped anew before.
                (stored,) = (key for key in self._store.keys_of(stored.learner) if key.generation == stored.generation)
                master = self._named(stored.master)
            secret = unwrapped(stored, master)
            opened = known.opened[stored.generation] = DataKey(stored.learner, stored.generation, secret)
        return opened

    def see_store_newest(self) -> None:
        """Raises `KeyStoreOlder` where the store does not know of the key that came into use last."""
        last, number = self._used.last()
        if number and number > max((key.generation for key in self._store.keys_of(last)), default=0):
            raise KeyStoreOlder(last, number)

    def _make(self, learner: str, generation: int) -> None:
        """Make a key; nothing is done when another process is first, or has just changed the master key.

        Raises `KeyStoreOlder`: where the key that came into use last is lost, a new one would be too.
        """
        self.see_store_newest()
        mark = self._store.mark() or first_mark(self._store, self._masters, self._random_bytes)
        master = self._in_use(mark)
        secret = self._random_bytes(KEY_BYTES)
        nonce = self._random_bytes(NONCE_BYTES)
        wrapped = nonce + AESGCM(master.secret).encrypt(nonce, secret, _place(learner, generation))
        self._store.add(
            StoredKey(learner=learner, generation=generation, master=master.id, wrapped=wrapped, made=self._clock())
        )

    def _in_use(self, mark: MasterMark) -> MasterKey:
        """The master key in use, of which ``mark`` was the mark just now."""
        try:
            master = self._named(mark.master)
        except MasterKeyMissing:
            now = self._store.mark()
            if now is None or now == mark:
                raise
            return self._in_use(now)  # it has been changed since, and the old one thrown away
        if not proves(mark, master):
            raise MasterKeyWrong(mark.master)
        return master

    def _named(self, name: str) -> MasterKey:
        if name not in self._known:
            self._known = {key.id: key for key in self._masters.read()}
        if name not in self._known:
            raise MasterKeyMissing(name, tuple(self._known))
        return self._known[name]


def first_mark(store: RotatingKeyStore, masters: MasterKeySource, random_bytes: RandomBytes) -> MasterMark:
    """Bring the first master key into use; the mark of the one that is, for another process may be first."""
    store.adopt(marked(masters.first()[-1], random_bytes), "")
    mark = store.mark()
    assert mark is not None
    return mark


def marked(master: MasterKey, random_bytes: RandomBytes) -> MasterMark:
    """The mark of a master key that comes into use."""
    nonce = random_bytes(NONCE_BYTES)
    proof = nonce + AESGCM(master.secret).encrypt(nonce, PROOF, master.id.encode())
    return MasterMark(master=master.id, proof=proof)


def proves(mark: MasterMark, master: MasterKey) -> bool:
    """Whether the mark was made with this key."""
    nonce, sealed = mark.proof[:NONCE_BYTES], mark.proof[NONCE_BYTES:]
    try:
        return AESGCM(master.secret).decrypt(nonce, sealed, mark.master.encode()) == PROOF
    except InvalidTag:
        return False


def unwrapped(stored: StoredKey, master: MasterKey) -> bytes:
    """The key inside. Raises `MasterKeyWrong`."""
    nonce, sealed = stored.wrapped[:NONCE_BYTES], stored.wrapped[NONCE_BYTES:]
    try:
        return AESGCM(master.secret).decrypt(nonce, sealed, _place(stored.learner, stored.generation))
    except InvalidTag as error:
        raise MasterKeyWrong(master.id) from error


def rewrapped(stored: StoredKey, old: MasterKey, new: MasterKey, random_bytes: RandomBytes) -> bytes:
    """The same key wrapped by another master key. Raises `MasterKeyWrong`."""
    nonce = random_bytes(NONCE_BYTES)
    place = _place(stored.learner, stored.generation)
    return nonce + AESGCM(new.secret).encrypt(nonce, unwrapped(stored, old), place)


def _place(learner: str, generation: int) -> bytes:
    return f"colloquy data key {generation} of {learner}".encode()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    """A key for one purpose: HKDF-Expand (RFC 5869, section 2.3); the secret is uniformly random already."""
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=b"colloquy " + purpose).derive(secret)
