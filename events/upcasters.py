"""How events of old shapes become events of today's. Pure functions from payload to payload; stored bytes stay as is.

A new field with a default needs no upcaster. A changed meaning needs a new type (``v2``), and here a function under
the old tag that gives the new tag and the new payload. They are chained: v1 to v2, v2 to v3. What is no payload of
the old tag they refuse by `msgspec.ValidationError`, whose path names the fault as it does in an event of today.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from events.named import NamedPhoneme, NamedPhoneScore, NamedPitchPoint, NamedViseme

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


def family_of(tag: str) -> str:
    """A type without its version."""
    return tag.rpartition(".v")[0]


def lifted(value: Any, upcasters: Mapping[str, Upcaster] | None = None) -> Any:
    """A JSON value with every event in it as today's: for what was written of events and is not itself one."""
    upcasters = UPCASTERS if upcasters is None else upcasters
    if isinstance(value, list):
        return [lifted(each, upcasters) for each in value]
    if not isinstance(value, dict):
        return value
    value = {name: lifted(each, upcasters) for name, each in value.items()}
    for _ in upcasters:
        upcaster = upcasters.get(str(value.get("type")))
        if upcaster is None:
            break
        tag, content = upcaster(value)
        value = {**content, "type": tag}
    return value


class _Prosody(Struct, frozen=True, gc=False):
    contour: tuple[NamedPitchPoint, ...] = ()


class _Word(Struct, frozen=True, gc=False):
    phones: tuple[NamedPhoneScore, ...] = ()


class _Pronunciation(Struct, frozen=True, gc=False):
    words: tuple[_Word, ...] = ()


class _Assessed(Struct, frozen=True, gc=False, tag="speech.assessed.v1"):
    """What the second version has otherwise. To read it as what it was tells where it is damaged."""

    prosody: _Prosody | None = None
    pronunciation: _Pronunciation | None = None


class _Spoken(Struct, frozen=True, gc=False, tag="tutor.spoken.v1"):
    """As `_Assessed`."""

    phonemes: tuple[NamedPhoneme, ...] = ()
    visemes: tuple[NamedViseme, ...] = ()


def _assessed_by_place(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Points of the F0 contour and scored phones became arrays."""
    then, payload = msgspec.convert(payload, _Assessed), dict(payload)
    if then.prosody is not None:
        payload["prosody"] = {**payload["prosody"], "contour": [_placed(point) for point in then.prosody.contour]}
    if then.pronunciation is not None:
        words = [
            {**word, "phones": [_placed(phone) for phone in each.phones]}
            for word, each in zip(payload["pronunciation"].get("words", ()), then.pronunciation.words, strict=True)
        ]
        payload["pronunciation"] = {**payload["pronunciation"], "words": words}
    return "speech.assessed.v2", payload


def _spoken_by_place(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Phonemes and mouth shapes became arrays."""
    then = msgspec.convert(payload, _Spoken)
    phonemes, visemes = [_placed(each) for each in then.phonemes], [_placed(each) for each in then.visemes]
    return "tutor.spoken.v2", {**payload, "phonemes": phonemes, "visemes": visemes}


def _placed(value: Struct) -> list[Any]:
    return list(structs.astuple(value))


UPCASTERS: Mapping[str, Upcaster] = {
    "speech.assessed.v1": _assessed_by_place,
    "tutor.spoken.v1": _spoken_by_place,
}
"""By old tag."""
