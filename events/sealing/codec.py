"""A codec that seals the personal fields of each event with the key of its learner.

The payload keeps its shape, with the personal fields empty, and ends in two members more::

    {"type": "…", …, "learner_key": 1, "sealed": "…"}

``learner_key`` is the number of the learner's key, ``sealed`` the base64 of a random nonce of 96 bits and of the
AES-256-GCM ciphertext of the personal part (JSON; see `events.sealing.personal`), with version and stream as additional
data: moved to another place it does not open. ``sealed`` is left out where nothing is personal. The payload of a type
that is unknown here is sealed as a whole, under ``sealed_whole``. What was stored before there were keys is read as it
is.

With the key destroyed an event reads with its personal fields empty and `Recorded.forgotten` set.
"""

import binascii
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import cast

import msgspec
from cryptography.exceptions import InvalidTag
from msgspec import Raw, Struct

from events.codec import EVENT_TYPES, Codec, StoredEnvelope, check_finite
from events.envelope import Fact, Recorded, Unknown
from events.errors import UnstorableEvent
from events.learner import stream_of
from events.lesson import SessionStarted
from events.recorder_log import RecorderEventLog, Stored
from events.sealing.errors import LearnerForgotten, LearnerKeyMissing
from events.sealing.keys import NONCE_BYTES, DataKey, KeyRing
from events.sealing.personal import KEPT, PERSONAL, merged, personal_part
from events.unread import covers
from events.upcasters import UPCASTERS, Upcaster

STREAMS = 50_000
"""Streams whose key is remembered, so that an old session cannot go on under a new key."""
FORGOTTEN = b'{"forgotten":true}'
"""What is left of a payload that was personal as a whole."""
_MARK = b',"learner_key":'
PAGE = 500


class Seal(Struct, frozen=True):
    """The members that sealing adds to a payload."""

    learner_key: int = 0
    sealed: bytes = b""
    sealed_whole: bytes = b""


class SealingCodec(Codec):
    """A `Codec` whose `encode` and `decode` may also raise what `KeyRing` raises.

    `encode` raises `LearnerForgotten` for an event of a session whose learner has been forgotten.
    """

    def __init__(
        self,
        keys: KeyRing,
        types: Sequence[type[Struct]] = EVENT_TYPES,
        upcasters: Mapping[str, Upcaster] = UPCASTERS,
    ) -> None:
        super().__init__(types, upcasters)
        self._keys = keys
        self._seals = msgspec.json.Decoder(Seal)
        self._streams: dict[str, int] = {}

    def _data_of(self, recorded: Recorded) -> Struct | Raw:
        if not recorded.learner or recorded.type in KEPT or recorded.forgotten:
            return super()._data_of(recorded)
        event = recorded.event
        key = self._keys.for_writing(recorded.learner, returning=isinstance(event, SessionStarted))
        # A learner's own stream goes on when the learner comes back.
        known = self._streams.setdefault(recorded.stream, key.generation)
        if known != key.generation and recorded.stream != stream_of(recorded.learner):
            raise LearnerForgotten(recorded.learner)
        if isinstance(event, Unknown):
            sealed = _sealed(key, recorded, event.payload)
            return Raw(b'{"learner_key":%d,"sealed_whole":"%b"}' % (key.generation, sealed))
        part = personal_part(type(event))
        try:
            personal, rest = part.split(event) if part is not None else (b"", event)
        except UnicodeEncodeError as error:
            raise UnstorableEvent(recorded.type, "$", str(error)) from error
        check_finite(event, personal)
        payload = self._encode_payload(rest)[:-1] + b"%b%d" % (_MARK, key.generation)
        return Raw(payload + (b',"sealed":"%b"}' % _sealed(key, recorded, personal) if personal else b"}"))

    def _event_of(self, stored: StoredEnvelope, payload: bytes) -> tuple[str, Fact | Unknown, bool]:
        seal = self._seal_of(payload)
        if not seal.learner_key:
            return self._unsealed(stored, payload)
        if len(self._streams) >= STREAMS:
            self._streams.clear()
        self._streams[stored.stream] = seal.learner_key
        try:
            key = self._keys.for_reading(stored.learner, seal.learner_key)
        except LearnerKeyMissing as error:
            raise ValueError(str(error)) from error
        if key is None:
            if seal.sealed_whole:
                return stored.type, Unknown(tag=stored.type, payload=FORGOTTEN), True
            return *self._decode_payload(stored.type, payload), True
        return *self._opened(stored, payload, seal, key), False

    def _opened(self, stored: StoredEnvelope, payload: bytes, seal: Seal, key: DataKey) -> tuple[str, Fact | Unknown]:
        tag = stored.type
        if seal.sealed_whole:
            return self._decode_payload(tag, _unsealed(key, stored, seal.sealed_whole))
        unread = self._unread.get(tag, ())
        if not seal.sealed or (unread and _nothing_read(tag, unread)):
            return self._decode_payload(tag, payload)
        personal = _unsealed(key, stored, seal.sealed)
        part = personal_part(self._types[tag]) if tag in self._types and tag not in self._upcasters else None
        if part is None:
            content = {**msgspec.json.decode(payload), "learner_key": None, "sealed": None}
            del content["learner_key"], content["sealed"]
            return self._decode_payload(tag, msgspec.json.encode(merged(content, msgspec.json.decode(personal))))
        end = payload.rfind(_MARK)
        if end >= 0 and part.nested.issubset(unread):
            # A member that comes twice has its last value: the personal ones take the place of the empty ones.
            return self._decode_payload(tag, b"%b,%b" % (payload[:end], personal[1:]))
        tag, event = self._decode_payload(tag, payload)
        return tag, cast(Fact, part.join(cast(Struct, event), personal, unread))

    def _unsealed(self, stored: StoredEnvelope, payload: bytes) -> tuple[str, Fact | Unknown, bool]:
        """An event from before there were keys; empty where its learner has been forgotten since."""
        tag, event, forgotten = super()._event_of(stored, payload)
        if forgotten or not stored.learner or stored.type in KEPT:
            return tag, event, forgotten
        when = self._keys.forgotten_at(stored.learner)
        if when is None or stored.time > when:
            return tag, event, False
        if isinstance(event, Unknown):
            return tag, Unknown(tag=tag, payload=FORGOTTEN), True
        tag, event = self._whole._decode_payload(stored.type, payload)
        part = personal_part(type(event))
        return tag, cast(Fact, part.split(event)[1]) if part is not None else event, True

    def _seal_of(self, payload: bytes) -> Seal:
        # A quote inside a JSON string is escaped, so this can be nothing but the end that `encode` wrote.
        start = payload.rfind(_MARK)
        if start >= 0:
            return self._seals.decode(b"{" + payload[start + 1 :])
        return self._seals.decode(payload) if b'"learner_key"' in payload else NOT_SEALED


NOT_SEALED = Seal()


def holds_sealed(log: RecorderEventLog) -> bool:
    """Whether any event of the log is sealed; the newest are looked at first, for old ones may be from before."""
    if any(map(_is_sealed, log.stored_tail(max(0, log.head() - PAGE), limit=PAGE))):
        return True
    after = 0
    while page := log.stored_tail(after, limit=PAGE):
        if any(map(_is_sealed, page)):
            return True
        after = page[-1].position
    return False


@cache
def _nothing_read(tag: str, unread: tuple[str, ...]) -> bool:
    """Whether of an event whose fields ``unread`` are not looked at nothing personal is."""
    return covers(unread, PERSONAL[tag])


def _is_sealed(row: Stored) -> bool:
    # What is damaged may be of any type.
    return isinstance(row.state, bytes) and _MARK in row.state


def _place(stream: str, version: int) -> bytes:
    return f"{version} {stream}".encode()


def _sealed(key: DataKey, recorded: Recorded, personal: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + key.events.encrypt(nonce, personal, _place(recorded.stream, recorded.version))
    return binascii.b2a_base64(sealed, newline=False)


def _unsealed(key: DataKey, stored: StoredEnvelope, sealed: bytes) -> bytes:
    try:
        return key.events.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(stored.stream, stored.version))
    except InvalidTag as error:
        reason = "what is sealed was written for another place or has been changed - at `$.sealed`"
        raise ValueError(reason) from error
