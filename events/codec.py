"""Events to JSON and back. Knows nothing of where the bytes are kept.

One stored event is one JSON object: the envelope's fields and, under ``data``, the payload with its tag in ``type``.
The position is the store's, not the event's, and is left out. The envelope is read first and the payload after it by
its tag, so an unknown type costs nothing but its meaning. Envelope fields that this program does not know are ignored;
the stored bytes still have them.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Annotated, Any, Self, cast, get_args

import msgspec
from msgspec import Meta, Raw, Struct, structs

from events.comparison import RepliesCompared
from events.counterfactual import CounterfactualRun
from events.dataset import DatasetBuilt
from events.envelope import Fact, Recorded, Unknown
from events.errors import CorruptPayload, UnstorableEvent
from events.learner import LearnerEvent
from events.lesson import LessonEvent
from events.training import ModelEvent
from events.unread import Unread, lean
from events.upcasters import UPCASTERS, Upcaster

LESSON_TYPES: tuple[type[Struct], ...] = get_args(LessonEvent)
EVENT_TYPES: tuple[type[Struct], ...] = (
    *LESSON_TYPES,
    *get_args(LearnerEvent),
    DatasetBuilt,
    CounterfactualRun,
    RepliesCompared,
    *get_args(ModelEvent),
)

_DATA = b',"data":'
_NO_DATA = b',"data":null}'
_FORGOTTEN = b'"forgotten":true}'
"""How the payload ends of an event that was copied when its learner had been forgotten."""
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What damaged bytes make of decoding: the first from msgspec, the next three from upcasters, the last is nested."""


class _Envelope(Struct, frozen=True, kw_only=True, gc=False):
    """The JSON object of one event, but for its payload."""

    id: str
    stream: str
    version: Annotated[int, Meta(ge=1)]
    type: str
    time: Annotated[datetime, Meta(tz=True)]
    causation: str
    correlation: str
    tenant: str
    learner: str
    producer: str


class StoredEnvelope(_Envelope, frozen=True, kw_only=True, gc=False):
    """The JSON object of one event."""

    data: Raw


class _Storing(_Envelope, frozen=True, kw_only=True, gc=False):
    """As `StoredEnvelope`, on the way there: the payload need not be JSON yet."""

    data: Struct | Raw


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """Where a store keeps an event, as far as the store itself knows."""

    stream: str
    version: int
    type: str
    position: int | None = None


def tag_of(event: Fact | Unknown) -> str:
    """The type tag that the event is stored under."""
    if isinstance(event, Unknown):
        return event.tag
    return str(event.__struct_config__.tag)


NOT_A_FIGURE = "a number that is not finite (None stands for a figure that nobody has)"
NOT_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]")
"""A number of 64 bits in MessagePack whose exponent is all ones: infinity or NaN (IEEE 754). Other bytes may look so.

To encode an event once more and search it is twenty times as quick as to look at every number.
"""


class Codec:
    """Encodes and decodes the given event types; ``upcasters`` lift payloads of older ones."""

    def __init__(
        self, types: Sequence[type[Struct]] = EVENT_TYPES, upcasters: Mapping[str, Upcaster] = UPCASTERS
    ) -> None:
        self._types = {str(kind.__struct_config__.tag): kind for kind in types}
        self._decoders = {tag: msgspec.json.Decoder(kind) for tag, kind in self._types.items()}
        self._upcasters = upcasters
        self._unread: dict[str, tuple[str, ...]] = {}
        self._leaner: dict[Unread, Self] = {}
        self._whole = self  # a leaner copy still refers to the codec that it was made of
        self._envelope = msgspec.json.Decoder(StoredEnvelope)
        self._encoder = msgspec.json.Encoder()

    def leaving(self, unread: Unread) -> Self:
        """This codec for reading only, leaving these fields of events unread; see `events.unread`.

        What a field that is not read holds is not looked at either: events are read whose decoding would fail.
        """
        if unread not in self._leaner:
            leaner = copy(self)
            leaner._unread = {tag: fields for tag, fields in unread if tag in self._types}
            leaner._decoders = self._decoders | {
                tag: msgspec.json.Decoder(lean(self._types[tag], fields)) for tag, fields in leaner._unread.items()
            }
            self._leaner[unread] = leaner
        return self._leaner[unread]

    @property
    def upcast_tags(self) -> frozenset[str]:
        """The tags whose events become events of another."""
        return frozenset(self._upcasters)

    def encode(self, recorded: Recorded) -> bytes:
        """The stored form. Raises `UnstorableEvent` for NaN, infinity or text that is not Unicode."""
        data = self._data_of(recorded)
        stored = _Storing(
            id=recorded.id,
            stream=recorded.stream,
            version=recorded.version,
            type=recorded.type,
            time=recorded.time,
            causation=recorded.causation,
            correlation=recorded.correlation,
            tenant=recorded.tenant,
            learner=recorded.learner,
            producer=recorded.producer,
            data=data,
        )
        encoded = self._encoded(stored, recorded.type)
        if isinstance(data, Struct):
            check_finite(data, encoded)
        return encoded

    def _encoded(self, value: object, tag: str) -> bytes:
        try:
            return self._encoder.encode(value)
        except UnicodeEncodeError as error:
            raise UnstorableEvent(tag, "$", str(error)) from error

    def decode(self, data: bytes, *, position: int | None = None) -> Recorded:
        """The event of a stored form. Raises `CorruptPayload` when it is not one of its type."""
        try:
            return self._decode_split(data, position)
        except _UNREADABLE:  # not as we write it, or damaged: look closely
            return self._decode_whole(data, position)

    def _decode_split(self, data: bytes, position: int | None) -> Recorded:
        """The event of a stored form as `encode` writes it, with the payload last: it is gone through only once.

        Raises ValueError, among others, for any other form; what is accepted here is what `_decode_whole` accepts.
        """
        # A quote inside a JSON string is escaped, so the first of these marks is none inside the envelope's own fields.
        start = data.index(_DATA)
        stored = self._envelope.decode(data[:start] + _NO_DATA)
        payload = data[start + len(_DATA) : -1]
        if payload[:1] != b"{" or not data.endswith(b"}}") or stored.type not in self._decoders:
            raise ValueError("the payload does not come last, or nobody will look at all of it")
        tag, event, forgotten = self._event_of(stored, payload)
        return _recorded(stored, tag, event, position, forgotten=forgotten)

    def _decode_whole(self, data: bytes, position: int | None) -> Recorded:
        try:
            stored = self._envelope.decode(data)
        except _UNREADABLE as error:
            reason, path = _fault(error)
            raise CorruptPayload("", 0, path, reason) from error
        payload = bytes(stored.data)
        try:
            tag, event, forgotten = self._event_of(stored, payload)
        except _UNREADABLE as error:
            reason, path = _fault(error)
            raise CorruptPayload(stored.stream, stored.version, f"$.data{path[1:]}", reason) from error
        return _recorded(stored, tag, event, position, forgotten=forgotten)

    def decode_or_keep(self, data: bytes, place: Place) -> Recorded:
        """As `decode`, but damage becomes an `Unknown` with its fault instead of an error.

        For readers of the whole log, whom one bad event must not stop. A damaged envelope leaves only ``place``.
        """
        try:
            recorded = self.decode(data, position=place.position)
        except CorruptPayload as error:
            fault = f"{error.reason} at `{error.path}`"
        else:
            if (recorded.stream, recorded.version) == (place.stream, place.version):
                return recorded
            fault = f"it says of itself that it is version {recorded.version} of stream {recorded.stream!r}"
        if isinstance(data, str):  # what somebody has edited by hand, SQLite gives as text
            data = data.encode()
        try:
            stored = self._envelope.decode(data)
        except _UNREADABLE:
            stored = _bare(place)
            return _recorded(stored, place.type, Unknown(tag=place.type, payload=data, fault=fault), place.position)
        stored = structs.replace(stored, stream=place.stream, version=place.version)
        event = Unknown(tag=stored.type, payload=bytes(stored.data), fault=fault)
        return _recorded(stored, stored.type, event, place.position)

    def _data_of(self, recorded: Recorded) -> Struct | Raw:
        """The payload, as it is or as JSON already. What is sealed is sealed here; see `events.sealing.codec`."""
        event = recorded.event
        if not isinstance(event, Unknown) and not recorded.forgotten:
            return event
        payload = event.payload if isinstance(event, Unknown) else self._encode_payload(event)
        if recorded.forgotten and not payload.endswith(_FORGOTTEN):
            payload = payload[:-1] + b"," + _FORGOTTEN if payload.endswith(b"}") else b"{" + _FORGOTTEN
        return Raw(payload)

    def _event_of(self, stored: StoredEnvelope, payload: bytes) -> tuple[str, Fact | Unknown, bool]:
        """Tag and event of a payload, and whether its learner has been forgotten."""
        return *self._decode_payload(stored.type, payload), payload.endswith(_FORGOTTEN)

    def _encode_payload(self, event: Struct) -> bytes:
        payload = self._encoded(event, str(event.__struct_config__.tag))
        check_finite(event, payload)
        return payload

    def _decode_payload(self, tag: str, payload: bytes) -> tuple[str, Fact | Unknown]:
        if tag in self._upcasters:
            tag, content = self._upcast(tag, payload)
            if tag in self._types:
                return tag, cast(Fact, msgspec.convert(content, self._types[tag]))
            return tag, Unknown(tag=tag, payload=msgspec.json.encode(content))
        decoder = self._decoders.get(tag)
        if decoder is None:
            return tag, Unknown(tag=tag, payload=payload)
        return tag, cast(Fact, decoder.decode(payload))

    def _upcast(self, tag: str, payload: bytes) -> tuple[str, dict[str, Any]]:
        content = msgspec.json.decode(payload, type=dict[str, Any])
        for _ in self._upcasters:
            upcaster = self._upcasters.get(tag)
            if upcaster is None:
                break
            tag, content = upcaster(content)
        return tag, {**content, "type": tag}


def _recorded(
    stored: StoredEnvelope, tag: str, event: Fact | Unknown, position: int | None, *, forgotten: bool = False
) -> Recorded:
    return Recorded(
        id=stored.id,
        stream=stored.stream,
        version=stored.version,
        type=tag,
        time=stored.time if stored.time.tzinfo is UTC else stored.time.astimezone(UTC),
        causation=stored.causation,
        correlation=stored.correlation,
        tenant=stored.tenant,
        learner=stored.learner,
        producer=stored.producer,
        event=event,
        position=position,
        forgotten=forgotten,
    )


def _bare(place: Place) -> StoredEnvelope:
    return StoredEnvelope(
        id="",
        stream=place.stream,
        version=place.version,
        type=place.type,
        time=datetime.fromtimestamp(0, UTC),
        causation="",
        correlation="",
        tenant="",
        learner="",
        producer="",
        data=Raw(b"null"),
    )


def _fault(error: Exception) -> tuple[str, str]:
    """Reason and JSON path of an error; msgspec writes the path after the reason."""
    reason, _, path = str(error).partition(" - at `")
    return reason, path.rstrip("`") or "$"


def check_finite(event: Struct, encoded: bytes) -> None:
    """Raises `UnstorableEvent` for a NaN or infinity in an event; ``encoded`` is JSON that holds it."""
    # msgspec writes them as null: without a null there can be none.
    if b"null" in encoded:
        for path in not_finite(event):
            raise UnstorableEvent(str(event.__struct_config__.tag), path, NOT_A_FIGURE)


def not_finite(value: Struct) -> Iterator[str]:
    """The paths of what is NaN or infinite in an event or a view; it costs little where nothing is."""
    try:
        suspicious = NOT_FINITE.search(msgspec.msgpack.encode(value)) is not None
    except OverflowError:  # MessagePack has no whole numbers beyond 64 bits; JSON does
        suspicious = True
    if suspicious:
        yield from _not_finite(value, "$")


def _not_finite(value: object, path: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _not_finite(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _not_finite(item, f"{path}[{index}]")


CODEC = Codec()
"""The codec of today's events."""

encode = CODEC.encode
decode = CODEC.decode
