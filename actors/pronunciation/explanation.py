"""All that a report shows of one recording: what was judged, and how our voice would say the text. Draws nothing."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from actors.assessment.tracks import clear_contour
from actors.chain import EngineChain
from actors.hearing.decode import resampled
from actors.ports import EngineError
from actors.pronunciation.assessor import Assessor, Examined
from actors.pronunciation.judgement import Span
from actors.pronunciation.manifest import Ask
from events.values import PitchPoint
from policies.prosody.judging import JudgedProsody
from policies.prosody.laying import warped
from policies.prosody.phrasing import SHORTEST_BREAK_MS, breaks
from policies.prosody.text import marks_after
from policies.tutors import TUTORS

SEMITONES = 12


class Reference(Struct, frozen=True, kw_only=True):
    """The pitch of our voice on the same text, laid into the learner's times and register.

    ``moved`` is by how many semitones; it breaks after the words of ``breaks_after``. Without a contour ``missing``
    says why.
    """

    voice: str = ""
    contour: tuple[PitchPoint, ...] = ()
    moved: float = 0.0
    breaks_after: tuple[int, ...] = ()
    missing: str = ""


class Explanation(Struct, frozen=True, kw_only=True):
    """One recording explained; ``poor_below`` is the phone score (0..2) below which experts mostly object.

    ``intonation`` is what was found, but its breaks are those beside our voice's.
    """

    name: str
    text: str
    found: Examined
    poor_below: float
    reference: Reference
    intonation: JudgedProsody = JudgedProsody()


def explain(assessor: Assessor, voices: EngineChain, file: Path, text: str) -> Explanation:
    """``voices`` say the text for comparison, if one of them can.

    Raises `EngineInputError` where the recording or the text cannot be used.
    """
    found = assessor.examine(Ask(number=1, id=file.name, audio=file, text=text))
    reference = _reference(assessor, voices, found, text)
    words = found.judgement.words
    marks = marks_after(text, [word.text for word in words])
    return Explanation(
        name=file.name,
        text=text,
        found=found,
        poor_below=assessor.judge.facts.poor_below,
        reference=reference,
        intonation=msgspec.structs.replace(
            found.intonation, breaks=breaks(words, found.prosody.pauses, marks, reference.breaks_after)
        ),
    )


def moved(contour: Sequence[PitchPoint], to: Sequence[PitchPoint]) -> tuple[tuple[PitchPoint, ...], float]:
    """A contour in the register of another (equal medians), and by how many semitones it was moved."""
    if not contour or not to:
        return tuple(contour), 0.0
    ratio = float(np.median([point.f0_hz for point in to]) / np.median([point.f0_hz for point in contour]))
    points = tuple(PitchPoint(time_ms=point.time_ms, f0_hz=point.f0_hz * ratio) for point in contour)
    return points, SEMITONES * float(np.log2(ratio))


def _breaks(spoken: Sequence[Sequence[Span]]) -> tuple[int, ...]:
    """The words after which it is silent."""
    pairs = enumerate(pairwise(spoken))
    return tuple(index for index, (one, other) in pairs if other[0][0] - one[-1][1] >= SHORTEST_BREAK_MS)


def _reference(assessor: Assessor, voices: EngineChain, found: Examined, text: str) -> Reference:
    try:
        stretches = list(voices.stream("speak", text, tutor=TUTORS[0].name))
        sounds = [resampled(one.samples.astype(np.float32) / 32768, one.sample_rate_hz) for one, _ in stretches]
        audio = np.concatenate(sounds)
        tracks = assessor.prosody.tracks(audio)
        spoken = assessor.judge.phone_times(audio, found.expected)
    except EngineError as error:
        return Reference(missing=str(error))
    contour = clear_contour(tracks) if tracks else ()
    own = [[(phone.start_ms, phone.end_ms) for phone in word.phones if word.said] for word in found.judgement.words]
    points, semitones = moved(warped(contour, spoken, own), found.prosody.contour)
    return Reference(
        voice=stretches[0][1].name,
        contour=points,
        moved=semitones,
        breaks_after=_breaks(spoken),
        missing="" if points else "our voice and the recording have no word in common whose pitch could be compared",
    )
