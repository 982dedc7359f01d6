"""The tutor's melody of a sentence: kept as it is said, found again beside the learner's attempt at it."""

from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from actors.ports import EngineError
from actors.session.state import SessionState, Turn, evolve
from actors.session.work import Speak
from actors.stages.modelling import tutor_contour
from actors.stages.performing import speak
from actors.stages.stage import Resources
from events.blobs import BlobStore
from events.lesson import SessionStarted, TutorReplied, TutorSpoken
from events.values import Blob, EngineUse, Melody, Phoneme, PhoneScore, PitchPoint, WordScore
from policies.learner import LearnerHistory
from tests.fakes.engines import FakeEngines

TEXT = "Red tea."
USE = EngineUse(kind="prosody", name="fake-prosody", version="1")
STARTED = SessionStarted(session="s1", learner="ana", tutor="joe", goal="", level="A2", mode="sentence", seed=1)
GREETS = TutorReplied(turn=0, sentence=0, text="Hello.", engine=USE)
SETS = TutorReplied(turn=0, sentence=1, text=f"Say: {TEXT}", engine=USE, exercise=TEXT)
ASKS = TutorReplied(turn=0, sentence=2, text="Ready?", engine=USE, last=True)


async def spoken(
    folder: Path, sentence: TutorReplied, engines: FakeEngines, *, before: bool = True
) -> list[TutorSpoken]:
    """The segments of a sentence of the greeting, ``before`` which something has been said."""
    state = SessionState()
    said = (segment(0, 0, "h", f0_hz=100.0, last=True, sentence=0),) if before else ()
    for version, event in enumerate((STARTED, GREETS, SETS, ASKS, *said), start=1):
        state = evolve(state, event, version=version)
    resources = Resources(
        engines=engines,
        blobs=BlobStore(folder, durable=False),
        history=lambda learner, session: LearnerHistory(),
    )
    return [
        event async for event in speak(Speak(0, sentence.sentence), state, resources) if isinstance(event, TutorSpoken)
    ]


async def test_the_melody_of_a_sentence_to_be_said_is_kept_with_the_engine_that_measured_it(tmp_path: Path) -> None:
    (segment,) = await spoken(tmp_path, SETS, FakeEngines())
    assert isinstance(segment.melody, Melody)
    assert segment.melody.engine == USE
    assert segment.melody.contour[:2] == (PitchPoint(time_ms=20, f0_hz=150.0), PitchPoint(time_ms=40, f0_hz=150.0))


async def test_nobody_measures_a_sentence_that_the_learner_is_not_to_say(tmp_path: Path) -> None:
    engines = FakeEngines()
    (segment,) = await spoken(tmp_path, ASKS, engines)
    assert segment.melody is UNSET
    assert ("prosody", "melody") not in engines.calls


async def test_a_tutor_whose_melody_cannot_be_measured_speaks_all_the_same(tmp_path: Path) -> None:
    engines = FakeEngines()
    engines.faults["prosody"] = EngineError("no Praat today")
    (segment,) = await spoken(tmp_path, SETS, engines)
    assert isinstance(segment.melody, Melody)
    assert segment.melody.contour == ()
    assert (segment.melody.engine.degraded, segment.melody.engine.reason) == (True, "no Praat today")


def phones(*names: str, start_ms: int) -> tuple[PhoneScore, ...]:
    """Of 200 ms each."""
    return tuple(
        PhoneScore(phone=name, start_ms=start_ms + 200 * k, end_ms=start_ms + 200 * k + 200, score=80.0)
        for k, name in enumerate(names)
    )


WORDS = (
    WordScore(text="Red", start_ms=1000, end_ms=1600, score=80.0, phones=phones("R", "EH", "D", start_ms=1000)),
    WordScore(text="tea", start_ms=1600, end_ms=2000, score=80.0, phones=phones("T", "IY", start_ms=1600)),
)


def segment(number: int, start_ms: int, *ipa: str, f0_hz: float, last: bool, sentence: int = 1) -> TutorSpoken:
    """Phonemes of 100 ms each, and a point in the middle of each."""
    return TutorSpoken(
        turn=0,
        segment=number,
        sentence=sentence,
        text="",
        voice="joe",
        audio=Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=1),
        sample_rate_hz=16_000,
        start_ms=start_ms,
        duration_ms=100 * len(ipa),
        engine=USE,
        phonemes=tuple(Phoneme(ipa=each, start_ms=100 * k, end_ms=100 * k + 100) for k, each in enumerate(ipa)),
        sentence_end=last,
        melody=Melody(
            contour=tuple(PitchPoint(time_ms=100 * k + 50, f0_hz=f0_hz + k) for k in range(len(ipa))), engine=USE
        ),
    )


SAID = (
    segment(0, 0, "", "s", "eɪ", "", "ɹ", "ɛ", f0_hz=100.0, last=False),
    segment(1, 600, "d", "t", "iː", "", f0_hz=200.0, last=True),
)
GREETING = Turn(replied=(SETS,), spoken=SAID)


def test_what_was_said_in_pieces_lies_in_the_learners_phones() -> None:
    assert tutor_contour((GREETING,), TEXT, WORDS) == (
        PitchPoint(time_ms=1100, f0_hz=104.0),
        PitchPoint(time_ms=1300, f0_hz=105.0),
        PitchPoint(time_ms=1500, f0_hz=200.0),
        PitchPoint(time_ms=1700, f0_hz=201.0),
        PitchPoint(time_ms=1900, f0_hz=202.0),
    )


def test_of_several_times_the_last_counts() -> None:
    again = Turn(replied=(SETS,), spoken=(segment(0, 0, "ɹ", "ɛ", "d", "t", "iː", f0_hz=300.0, last=True),))
    laid = tutor_contour((GREETING, again), TEXT, WORDS)
    assert not isinstance(laid, type(UNSET))
    assert [point.f0_hz for point in laid] == [300.0, 301.0, 302.0, 303.0, 304.0]


def test_where_the_melody_of_the_last_time_is_not_all_known_the_time_before_counts() -> None:
    again = Turn(replied=(SETS,), spoken=(replace(SAID[0], melody=UNSET), SAID[1]))
    assert tutor_contour((GREETING, again), TEXT, WORDS) == tutor_contour((GREETING,), TEXT, WORDS)


def test_a_sentence_that_was_cut_off_in_the_middle_is_not_laid() -> None:
    assert tutor_contour((Turn(replied=(SETS,), spoken=SAID[:1]),), TEXT, WORDS) is UNSET


def test_there_is_none_of_a_sentence_that_the_tutor_never_said_or_in_a_log_from_before() -> None:
    assert tutor_contour((GREETING,), "Green tea.", WORDS) is UNSET
    assert tutor_contour((), TEXT, WORDS) is UNSET
    before = Turn(replied=(SETS,), spoken=tuple(replace(each, melody=UNSET) for each in SAID))
    assert tutor_contour((before,), TEXT, WORDS) is UNSET
