"""How the experts of speechocean762 judged an utterance, from the shapes in which the corpus tells it. Pure.

All figures are checked against the corpus's own scales here: what is outside of them is a fault of the file.
"""

from typing import Annotated

from msgspec import Meta, Struct

from events.lesson import SpeechRated
from events.values import PhoneRating, WordRating

RATER = "speechocean762 experts"
METHOD = "median"

Tenths = Annotated[float, Meta(ge=0, le=10)]
Share = Annotated[float, Meta(ge=0, le=1)]
OfPhone = Annotated[float, Meta(ge=0, le=2)]


class Unmatched(ValueError):
    """Two lists that should be of one length are not."""


class Sentence(Struct, frozen=True, kw_only=True):
    """The sentence as a whole; ``completeness`` is 0..1 in each list and figure."""

    accuracy: Tenths
    fluency: Tenths
    prosodic: Tenths
    completeness: Share
    total: Tenths
    accuracy_experts: tuple[Tenths, ...] = ()
    fluency_experts: tuple[Tenths, ...] = ()
    prosodic_experts: tuple[Tenths, ...] = ()
    completeness_experts: tuple[Share, ...] = ()
    total_experts: tuple[Tenths, ...] = ()


class Word(Struct, frozen=True, kw_only=True):
    """A word. ``phones_accuracy`` is None where the experts' phones do not match the expected ones."""

    text: str
    accuracy: Tenths
    stress: Tenths
    total: Tenths
    phones: tuple[str, ...]
    phones_accuracy: tuple[OfPhone | None, ...] | None = None
    heard: tuple[str, ...] = ()
    accuracy_experts: tuple[Tenths, ...] = ()
    stress_experts: tuple[Tenths, ...] = ()
    total_experts: tuple[Tenths, ...] = ()
    phones_experts: tuple[str, ...] = ()


def rated(sentence: Sentence, words: tuple[Word, ...]) -> SpeechRated:
    """The event, of turn 0. Raises `Unmatched` when lists that belong together differ in length."""
    return SpeechRated(
        turn=0,
        rater=RATER,
        method=METHOD,
        accuracy=sentence.accuracy,
        fluency=sentence.fluency,
        prosodic=sentence.prosodic,
        completeness=sentence.completeness,
        total=sentence.total,
        words=tuple(map(_word, words)),
        accuracy_each=sentence.accuracy_experts,
        fluency_each=sentence.fluency_experts,
        prosodic_each=sentence.prosodic_experts,
        completeness_each=sentence.completeness_experts,
        total_each=sentence.total_experts,
    )


def _word(word: Word) -> WordRating:
    return WordRating(
        text=word.text,
        accuracy=word.accuracy,
        stress=word.stress,
        total=word.total,
        phones=_phones(word),
        accuracy_each=word.accuracy_experts,
        stress_each=word.stress_experts,
        total_each=word.total_experts,
        phones_each=word.phones_experts,
    )


def _phones(word: Word) -> tuple[PhoneRating, ...]:
    figures: tuple[float | None, ...] = (None,) * len(word.phones) if word.phones_accuracy is None else ()
    figures = figures or word.phones_accuracy or ()
    if len(figures) != len(word.phones):
        raise Unmatched(f"word {word.text!r} has {len(word.phones)} phones and {len(figures)} figures for them")
    heard = word.heard or ("",) * len(word.phones)
    return tuple(
        PhoneRating(phone=phone, accuracy=figure, heard=said)
        for phone, figure, said in zip(word.phones, figures, heard, strict=True)
    )
