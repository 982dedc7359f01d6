"""The tutor's melody of a sentence to be said: measured as the tutor says it, laid beside the learner's afterwards.

Knows no sound; see `policies.prosody.laying` for how it is laid.
"""

from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType

from actors.assessment.lexicon import arpabet
from actors.chain import ChainExhausted
from actors.ports import EngineError, Speech
from actors.session.state import Turn
from actors.stages.stage import Resources
from events.lesson import TutorReplied, TutorSpoken
from events.values import EngineUse, Melody, Phoneme, PitchPoint, WordScore
from policies.prosody.laying import SaidPhone, beside


async def melody_of(speech: Speech, sentence: TutorReplied, resources: Resources, *, first: bool) -> Melody | UnsetType:
    """The melody of a stretch of the tutor's voice, left out unless its sentence sets one to be said.

    The ``first`` stretch of a turn has none: the learner waits for it. One that no engine can measure has no points,
    and its engine's use says why.
    """
    if first or not sentence.exercise:
        return UNSET
    try:
        contour, use = await resources.engines.call("prosody", "melody", speech.samples, speech.sample_rate_hz)
    except (ChainExhausted, EngineError) as error:
        use = EngineUse(kind="prosody", name="none", version="", degraded=True, reason=str(error))
        return Melody(contour=(), engine=use)
    return Melody(contour=contour, engine=use)


def tutor_contour(
    earlier: Sequence[Turn], reference: str, words: Sequence[WordScore]
) -> tuple[PitchPoint, ...] | UnsetType:
    """How the tutor said a sentence last, in the times of the learner's ``words``; left out where it never did."""
    segments = _said_last(earlier, reference)
    contour = [
        PitchPoint(time_ms=segment.start_ms + point.time_ms, f0_hz=point.f0_hz)
        for segment in segments
        if not isinstance(segment.melody, UnsetType)
        for point in segment.melody.contour
    ]
    phones = [phone for segment in segments for each in segment.phonemes for phone in _phones(each, segment.start_ms)]
    return beside(contour, phones, words) or UNSET


def _said_last(earlier: Sequence[Turn], reference: str) -> tuple[TutorSpoken, ...]:
    """The segments of the last sentence that set this one as exercise, said to its end, whose melody is all known."""
    for turn in reversed(earlier):
        for sentence in turn.replied:
            segments = tuple(each for each in turn.spoken if each.sentence == sentence.sentence)
            known = all(isinstance(each.melody, Melody) for each in segments)
            if sentence.exercise == reference and known and segments and segments[-1].sentence_end:
                return segments
    return ()


def _phones(phoneme: Phoneme, after_ms: int) -> Iterator[SaidPhone]:
    """A phoneme as the phones that the learner's are called by; two share its time."""
    names = arpabet((phoneme.ipa,))
    start_ms, length_ms = after_ms + phoneme.start_ms, phoneme.end_ms - phoneme.start_ms
    for index, name in enumerate(names):
        edges = [start_ms + length_ms * place // len(names) for place in (index, index + 1)]
        yield SaidPhone(name, *edges)
