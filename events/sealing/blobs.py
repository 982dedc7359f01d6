"""A learner's blobs, sealed with the learner's key. Knows nothing of what they hold.

A sealed blob is the mark ``CQB1``, the number of the key (4 bytes, big endian), a nonce of 96 bits, and the AES-256-GCM
ciphertext, with mark and number as additional data. The nonce is the HMAC-SHA-256 of the content under a key of its
own, so the same content of the same learner gives the same bytes and the same name. The name is the SHA-256 of the
sealed bytes: whoever has no key can still check them. Blobs from before there were keys are read as they are.
"""

import hmac
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from msgspec import structs

from events.blobs import BlobStore
from events.sealing.errors import BlobForgotten, BlobSealed
from events.sealing.keys import NONCE_BYTES, KeyRing
from events.values import Blob

MARK = b"CQB1"
HEAD_BYTES = len(MARK) + 4


class LearnerBlobs:
    """Gives each learner's blobs in ``store``. May be used from many threads."""

    def __init__(self, store: BlobStore, keys: KeyRing) -> None:
        self.store = store
        self._keys = keys

    def of(self, learner: str) -> "BlobsOfLearner":
        """The blobs of one learner."""
        return BlobsOfLearner(self.store, self._keys, learner)


class BlobsOfLearner:
    """One learner's blobs: `events.blobs.Blobs`. Its methods may also raise what `KeyRing` raises."""

    def __init__(self, store: BlobStore, keys: KeyRing, learner: str) -> None:
        self._store = store
        self._keys = keys
        self._learner = learner

    def put(self, data: bytes, media_type: str) -> Blob:
        """Keep ``data``, sealed. Raises `LearnerForgotten` and what `BlobStore.put` raises."""
        key = self._keys.for_writing(self._learner)
        head = MARK + key.generation.to_bytes(4, "big")
        nonce = hmac.digest(key.naming, data, sha256)[:NONCE_BYTES]
        kept = self._store.put(head + nonce + key.blobs.encrypt(nonce, data, head), media_type)
        return structs.replace(kept, size_bytes=len(data), stored_bytes=kept.size_bytes)

    def get(self, sha256: str) -> bytes:
        """The content. Raises `BlobForgotten`, `BlobSealed` and what `BlobStore.get` raises."""
        data = self._store.get(sha256)
        if not data.startswith(MARK):
            return data
        key = self._keys.for_reading(self._learner, int.from_bytes(data[len(MARK) : HEAD_BYTES], "big"))
        if key is None:
            raise BlobForgotten(sha256, self._learner)
        nonce, sealed = data[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], data[HEAD_BYTES + NONCE_BYTES :]
        try:
            return key.blobs.decrypt(nonce, sealed, data[:HEAD_BYTES])
        except InvalidTag as error:
            raise BlobSealed(sha256, self._learner) from error

    def has(self, sha256: str) -> bool:
        """Whether there is a blob of this name; whether it opens is not looked at."""
        return self._store.has(sha256)
