"""Values that events store by place (`events.values`), with the names of their fields: for messages, rows and reports.

Each but the word is its value in all but its JSON, so it stands wherever the value may.
"""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType, structs

from events.values import Phoneme, PhoneScore, PitchPoint, Prosody, Viseme, WordScore


class NamedPhoneScore(PhoneScore, frozen=True, kw_only=True, gc=False, array_like=False):
    """A `PhoneScore` as a JSON object."""


class NamedPitchPoint(PitchPoint, frozen=True, kw_only=True, gc=False, array_like=False):
    """A `PitchPoint` as a JSON object."""


class NamedPhoneme(Phoneme, frozen=True, kw_only=True, gc=False, array_like=False):
    """A `Phoneme` as a JSON object."""


class NamedViseme(Viseme, frozen=True, kw_only=True, gc=False, array_like=False):
    """A `Viseme` as a JSON object."""


class NamedWordScore(Struct, frozen=True, kw_only=True, gc=False):
    """A `WordScore` whose phones are JSON objects, its fields in the same order."""

    text: str
    start_ms: int
    end_ms: int
    score: float
    phones: tuple[NamedPhoneScore, ...] = ()
    spoken: bool = True
    accuracy: float | UnsetType = UNSET
    stress: float | UnsetType = UNSET


def named_words(words: Sequence[WordScore]) -> tuple[NamedWordScore, ...]:
    """The words, their phones with names."""
    return tuple(NamedWordScore(**structs.asdict(word) | {"phones": _phones(word)}) for word in words)


def _phones(word: WordScore) -> tuple[NamedPhoneScore, ...]:
    return tuple(NamedPhoneScore(**structs.asdict(phone)) for phone in word.phones)


def named_prosody(prosody: Prosody) -> Prosody:
    """The prosody, its contours with names."""
    theirs = prosody.tutor_contour
    return structs.replace(
        prosody,
        contour=_points(prosody.contour),
        tutor_contour=theirs if isinstance(theirs, UnsetType) else _points(theirs),
    )


def _points(contour: Sequence[PitchPoint]) -> tuple[PitchPoint, ...]:
    return tuple(NamedPitchPoint(time_ms=point.time_ms, f0_hz=point.f0_hz) for point in contour)


def named_phonemes(phonemes: Sequence[Phoneme]) -> tuple[NamedPhoneme, ...]:
    """The phonemes with names."""
    return tuple(NamedPhoneme(**structs.asdict(phoneme)) for phoneme in phonemes)


def named_visemes(visemes: Sequence[Viseme]) -> tuple[NamedViseme, ...]:
    """The mouth shapes with names."""
    return tuple(NamedViseme(**structs.asdict(viseme)) for viseme in visemes)
