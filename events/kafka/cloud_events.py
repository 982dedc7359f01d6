"""Events on Kafka as CloudEvents 1.0 in binary mode: the envelope in the headers, the payload as JSON in the value.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md. The key is the stream,
so a stream's events stay in order in one partition. What the log has sealed for a learner stays sealed. Extension
attributes are lower-case letters only, as the specification wants.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Raw, Struct, structs

from events.codec import Place, StoredEnvelope
from events.errors import CorruptPayload
from events.values import Blob

SPEC_VERSION = "1.0"
SOURCE = "/colloquy/"
"""How the source of every event of ours begins."""
CONTENT_TYPE = "application/json"

Headers = Sequence[tuple[str, bytes]]
"""Of a record of somebody else's a value may be None, whatever the type says."""


class StoredPlace(Protocol):
    """Where an event is stored; see `events.recorder_log.Stored`."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def type(self) -> str: ...


class KafkaEvent(Struct, frozen=True, kw_only=True):
    """A Kafka record's parts. ``position`` is the event's in the log."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    position: int


DAMAGED = "damaged"
_EXTENSIONS = ("causation", "correlation", "tenant", "learner", "producer")
_envelope = msgspec.json.Decoder(StoredEnvelope)


def to_kafka(stored: bytes, position: int) -> KafkaEvent:
    """A stored event (see `events.codec`) as a Kafka record. Raises `CorruptPayload` when its envelope is damaged."""
    try:
        envelope = _envelope.decode(stored)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptPayload("", 0, "$", str(error)) from error
    # An attribute without a value is left out; the specification knows no empty ones.
    extensions = [
        (name, value.encode())
        for name, value in (
            ("ce_causation", envelope.causation),
            ("ce_correlation", envelope.correlation),
            ("ce_tenant", envelope.tenant),
            ("ce_learner", envelope.learner),
            ("ce_producer", envelope.producer),
        )
        if value
    ]
    subject = envelope.stream.encode()
    headers = (
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_id", envelope.id.encode()),
        ("ce_source", f"{SOURCE}{envelope.tenant}".encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", subject),
        ("ce_time", msgspec.to_builtins(envelope.time).encode()),
        ("ce_version", b"%d" % envelope.version),
        ("ce_position", b"%d" % position),
        *extensions,
        ("content-type", CONTENT_TYPE.encode()),
    )
    return KafkaEvent(key=subject, value=bytes(envelope.data), headers=headers, position=position)


def damaged_to_kafka(stored: bytes, place: StoredPlace) -> KafkaEvent:
    """A stored event whose envelope cannot be read: its bytes as they are, with what the store knows of it."""
    headers = (
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_id", f"{place.stream}/{place.version}".encode()),
        ("ce_source", f"{SOURCE}damaged".encode()),
        ("ce_type", place.type.encode()),
        ("ce_subject", place.stream.encode()),
        ("ce_version", str(place.version).encode()),
        ("ce_position", str(place.position).encode()),
        (f"ce_{DAMAGED}", b"true"),
        ("content-type", b"application/octet-stream"),
    )
    return KafkaEvent(key=place.stream.encode(), value=stored, headers=headers, position=place.position)


def with_reference(event: KafkaEvent, blob: Blob) -> KafkaEvent:
    """The event with its payload in a blob, for one that is larger than Kafka takes (the extension `dataref`)."""
    return structs.replace(event, value=b"", headers=(*event.headers, ("ce_dataref", blob.sha256.encode())))


def place_of(headers: Headers) -> Place | None:
    """Where the event of a record lies in the log; None for a record that is no event of ours.

    Whoever may write to the topic can put such a one there, a tool for trying it out, say.
    """
    try:
        found = _attributes(headers)
        place = Place(
            stream=found["subject"], version=int(found["version"]), type=found["type"], position=int(found["position"])
        )
    except (KeyError, ValueError):
        return None
    return place if found.get("source", "").startswith(SOURCE) and (place.position or 0) > 0 else None


def id_of(headers: Headers) -> str:
    """The event's id; "" where the record has none, or its event was damaged in the log already."""
    found = _attributes(headers)
    return "" if DAMAGED in found else found.get("id", "")


def reference_of(headers: Headers) -> str:
    """The SHA-256 of the blob that holds the payload; "" when the record does."""
    return _attributes(headers).get("dataref", "")


def from_kafka(place: Place, headers: Headers, value: bytes) -> bytes:
    """The stored event of a record at its place. Raises `CorruptPayload` for a record that is not as it was relayed."""
    found = _attributes(headers)
    if DAMAGED in found:
        return value
    try:
        envelope = StoredEnvelope(
            id=found["id"],
            stream=place.stream,
            version=place.version,
            type=place.type,
            time=msgspec.convert(found["time"], datetime),
            data=Raw(value),
            **{name: found.get(name, "") for name in _EXTENSIONS},
        )
    except (KeyError, msgspec.ValidationError) as error:
        raise CorruptPayload(place.stream, place.version, "$", f"the record lacks a header ({error})") from error
    return msgspec.json.encode(envelope)


def _attributes(headers: Headers) -> dict[str, str]:
    return {
        name.removeprefix("ce_"): text.decode() for name, text in headers if name.startswith("ce_") and text is not None
    }
