"""Which fields of which events are personal, and how they are taken out of an event and put back.

Personal is whatever gives away who a learner is, what they said, wrote or want, and what the tutor said, which quotes
it. The phones and mouth shapes of a text spell it, so they go with it. Figures stay: scores, prosody, times, engines.

A path is a field, a field of a field (``pronunciation.words``), or a field of each item (``notes[].said``). A tag keeps
its line for ever, for its events are; a field that becomes personal later is sealed from then on.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

_ASSESSED = (
    "pronunciation.reference",
    "pronunciation.words",
    "pronunciation.miscues",
    "notes[].said",
    "notes[].better",
    "notes[].message",
)
_SPOKEN = ("text", "phonemes", "visemes")

PERSONAL: Mapping[str, tuple[str, ...]] = {
    "session.started.v1": ("goal", "topic", "exercise", "client"),
    "session.claimed.v1": (),
    "speech.uttered.v1": ("text", "reference"),
    "speech.transcribed.v1": ("text", "words"),
    "speech.assessed.v1": _ASSESSED,
    "speech.assessed.v2": _ASSESSED,
    "speech.rated.v1": ("words",),
    "tutor.replied.v1": ("text", "exercise", "topic", "evidence[].text"),
    "tutor.spoken.v1": _SPOKEN,
    "tutor.spoken.v2": _SPOKEN,
    "tutor.rendered.v1": (),
    "tutor.heard.v1": ("text",),
    "turn.failed.v1": ("message",),
    "turn.retried.v1": (),
    "feedback.rated.v1": ("comment",),
    "session.ended.v1": (),
    "learner.described.v1": ("age_group", "gender", "first_language"),
    "replies.compared.v1": ("a.text", "b.text"),
}
"""By tag. An event that is not named here has no personal field."""

KEPT = frozenset(
    {
        "learner.forgotten.v1",
        "consent.given.v1",
        "consent.withdrawn.v1",
        "audio.expired.v1",
        "learner.placed.v1",
        "dataset.built.v1",
        "counterfactual.run.v1",
        "model.trained.v1",
        "model.promoted.v1",
        "model.rolled_back.v1",
    }
)
"""What must be readable after a learner has been forgotten: it is never sealed, and holds nothing personal."""


class PersonalPart:
    """Takes the personal fields out of events of one type and puts them back."""

    def __init__(self, kind: type[Struct], paths: Sequence[str]) -> None:
        hints = get_type_hints(kind)
        self._whole: list[str] = []
        self._inner: dict[str, list[str]] = {}
        self._each: dict[str, list[str]] = {}
        for path in paths:
            field, _, inner = path.partition(".")
            if not inner:
                self._whole.append(field)
            elif field.endswith("[]"):
                self._each.setdefault(field[:-2], []).append(inner)
            else:
                self._inner.setdefault(field, []).append(inner)
        self._parts: dict[str, type[Struct]] = {}
        fields: list[tuple[str, Any]] = [(name, hints[name]) for name in self._whole]
        for name, inners in (self._inner | self._each).items():
            part = self._parts[name] = _optional(name, [(each, _struct_in(hints[name])[each]) for each in inners])
            fields.append((name, part if name in self._inner else tuple[part, ...]))  # type: ignore[valid-type]
        self.nested = frozenset(self._inner | self._each)
        """Fields of which only something inside is personal: of all others the personal part is the whole value."""
        self._part = _optional("Personal", fields)
        self._decoder = msgspec.json.Decoder(self._part)
        self._encoder = msgspec.json.Encoder()

    def split(self, event: Struct) -> tuple[bytes, Struct]:
        """The personal part as JSON, b"" when there is none, and the event without it."""
        taken: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for name in self._whole:
            if value := getattr(event, name):
                taken[name], left[name] = value, type(value)()
        for name, inners in self._inner.items():
            if (value := getattr(event, name)) is not None:
                taken[name], left[name] = self._split_one(name, inners, value)
        for name, inners in self._each.items():
            if values := getattr(event, name):
                pairs = [self._split_one(name, inners, value) for value in values]
                taken[name], left[name] = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
        if not taken:
            return b"", event
        return self._encoder.encode(self._part(**taken)), structs.replace(event, **left)

    def join(self, event: Struct, part: bytes, unread: Collection[str] = ()) -> Struct:
        """The event with its personal part, except in fields that were left ``unread``.

        Raises `msgspec.DecodeError`, or ValueError when the two do not fit.
        """
        taken = self._decoder.decode(part)
        changed: dict[str, Any] = {}
        for name in taken.__struct_fields__:
            value = getattr(taken, name)
            if value is UNSET or name in unread:
                continue
            if name in self._inner:
                changed[name] = structs.replace(getattr(event, name), **_set_fields(value))
            elif name in self._each:
                pairs = zip(getattr(event, name), value, strict=True)
                changed[name] = tuple(structs.replace(item, **_set_fields(each)) for item, each in pairs)
            else:
                changed[name] = value
        return structs.replace(event, **changed)

    def _split_one(self, name: str, inners: Sequence[str], value: Struct) -> tuple[Struct, Struct]:
        taken = {inner: each for inner in inners if (each := getattr(value, inner)) is not UNSET}
        left = {inner: type(each)() for inner, each in taken.items()}
        return self._parts[name](**taken), structs.replace(value, **left)


@cache
def personal_part(kind: type[Struct]) -> PersonalPart | None:
    """The personal part of events of this type; None when it has none."""
    paths = PERSONAL.get(str(kind.__struct_config__.tag), ())
    return PersonalPart(kind, paths) if paths else None


def merged(payload: Any, part: Any) -> Any:
    """A payload and its personal part, both as plain JSON values: for a type that this program does not know."""
    if isinstance(payload, dict) and isinstance(part, dict):
        return payload | {name: merged(payload.get(name), value) for name, value in part.items()}
    if isinstance(payload, list) and isinstance(part, list) and len(payload) == len(part):
        return [merged(one, other) for one, other in zip(payload, part, strict=True)]
    return part


def _optional(name: str, fields: Sequence[tuple[str, Any]]) -> type[Struct]:
    return msgspec.defstruct(name, [(field, kind | UnsetType, UNSET) for field, kind in fields], kw_only=True)


def _set_fields(part: Struct) -> dict[str, Any]:
    return {name: value for name in part.__struct_fields__ if (value := getattr(part, name)) is not UNSET}


def _struct_in(hint: Any) -> dict[str, Any]:
    """The fields of the one Struct in a hint such as ``Pronunciation | None`` or ``tuple[Note, ...]``."""
    kinds = [hint, *get_args(hint)]
    (kind,) = (each for each in kinds if isinstance(each, type) and issubclass(each, Struct))
    return get_type_hints(kind)
