"""A reading's prosody beside its text, and all that is to be said of it, put together. Measures no sound."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, UnsetType, structs

from events.values import Break, Ending, Prosody
from policies.prosody.disfluencies import Disfluency
from policies.prosody.melody import MONOTONE_BELOW
from policies.prosody.phrasing import PlacedWord, breaks
from policies.prosody.stress import WordStress
from policies.prosody.text import expected_movement, marks_after

Told = TypeVar("Told")


class JudgedProsody(Struct, frozen=True, kw_only=True):
    """What cannot be told is None: the range of too short a voice, an ending that is not voiced.

    ``expected_ending`` is rise or fall, "" where both are usual or the last word was not said.
    """

    breaks: tuple[Break, ...] = ()
    range_semitones: float | None = None
    monotone: bool | None = None
    ending: Ending | None = None
    expected_ending: str = ""
    stress: tuple[WordStress, ...] = ()
    disfluencies: tuple[Disfluency, ...] = ()


def beside_text(prosody: Prosody, text: str, words: Sequence[PlacedWord]) -> Prosody:
    """With its breaks, and the ending that the text asks for; ``words`` are the text's where they were said."""
    last_said = bool(words) and words[-1].end_ms > words[-1].start_ms
    return structs.replace(
        prosody,
        breaks=breaks(words, prosody.pauses, marks_after(text, [word.text for word in words])),
        expected_ending=expected_movement(text) if last_said else "",
    )


def judged(
    prosody: Prosody, stress: tuple[WordStress, ...] = (), disfluencies: tuple[Disfluency, ...] = ()
) -> JudgedProsody:
    """Of a prosody beside its text."""
    span = _told(prosody.range_semitones)
    return JudgedProsody(
        breaks=_told(prosody.breaks) or (),
        range_semitones=span,
        monotone=None if span is None else span < MONOTONE_BELOW,
        ending=_told(prosody.ending),
        expected_ending=_told(prosody.expected_ending) or "",
        stress=stress,
        disfluencies=disfluencies,
    )


def _told(value: Told | UnsetType) -> Told | None:
    return None if isinstance(value, UnsetType) else value
