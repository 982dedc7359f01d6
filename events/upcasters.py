"""How events of old shapes become events of today's. Pure functions from payload to payload; stored bytes stay as is.

A new field with a default needs no upcaster. A changed meaning needs a new type (``v2``), and here a function under
the old tag that gives the new tag and the new payload. They are chained: v1 to v2, v2 to v3.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


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


def _assessed_by_place(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Points of the F0 contour and scored phones became arrays."""
    payload = dict(payload)
    if prosody := payload.get("prosody"):
        points = [[point["time_ms"], point["f0_hz"]] for point in prosody.get("contour", ())]
        payload["prosody"] = {**prosody, "contour": points}
    if pronunciation := payload.get("pronunciation"):
        words = [{**word, "phones": _phones(word.get("phones", ()))} for word in pronunciation.get("words", ())]
        payload["pronunciation"] = {**pronunciation, "words": words}
    return "speech.assessed.v2", payload


def _phones(phones: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return [[one["phone"], one["start_ms"], one["end_ms"], one["score"], one.get("heard", "")] for one in phones]


def _spoken_by_place(payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Phonemes and mouth shapes became arrays."""
    phonemes = [[one["ipa"], one["start_ms"], one["end_ms"]] for one in payload.get("phonemes", ())]
    visemes = [
        [one["viseme"], one["start_ms"], one["end_ms"], one.get("weight", 1.0)] for one in payload.get("visemes", ())
    ]
    return "tutor.spoken.v2", {**payload, "phonemes": phonemes, "visemes": visemes}


UPCASTERS: Mapping[str, Upcaster] = {
    "speech.assessed.v1": _assessed_by_place,
    "tutor.spoken.v1": _spoken_by_place,
}
"""By old tag."""
