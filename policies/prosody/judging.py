"""All that is to be said of a reading's prosody, put together. What it rests on is measured elsewhere."""

from collections.abc import Sequence

from msgspec import Struct

from events.values import Pause, PitchPoint
from policies.prosody.disfluencies import Disfluency
from policies.prosody.melody import MONOTONE_BELOW, Ending, ending, range_semitones
from policies.prosody.phrasing import Break, PlacedWord, breaks
from policies.prosody.stress import WordStress
from policies.prosody.text import expected_movement, marks_after


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


def judge_prosody(
    text: str,
    words: Sequence[PlacedWord],
    pauses: Sequence[Pause],
    contour: Sequence[PitchPoint],
    *,
    stress: tuple[WordStress, ...] = (),
    disfluencies: tuple[Disfluency, ...] = (),
) -> JudgedProsody:
    """Of a text's words where they were said; ``contour`` holds clear voice only."""
    marks = marks_after(text, [word.text for word in words])
    said = [word for word in words if word.end_ms > word.start_ms]
    span = range_semitones(contour)
    return JudgedProsody(
        breaks=breaks(words, pauses, marks),
        range_semitones=None if span is None else round(span, 1),
        monotone=None if span is None else span < MONOTONE_BELOW,
        ending=ending(contour, said[-1]) if said else None,
        expected_ending=expected_movement(text) if said and said[-1] is words[-1] else "",
        stress=stress,
        disfluencies=disfluencies,
    )
