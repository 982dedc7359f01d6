"""Events and origins for the tests of the log, made at random from a seed."""

import random
from datetime import UTC, datetime, timedelta

from msgspec import UNSET

from events.envelope import Origin
from events.lesson import (
    LessonEvent,
    SessionClaimed,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TutorHeard,
    TutorReplied,
)
from events.values import Blob, Break, Ending, EngineUse, Evidence, Note, PitchPoint, Prosody, Scores, Word

ENGINE = EngineUse(kind="asr", name="whisper", version="1.2", latency_ms=12.5)


def origin(learner: str = "ana", causation: str = "command-1") -> Origin:
    """An origin for one learner."""
    return Origin(learner=learner, causation=causation, correlation="request-1", producer="test")


class TickingClock:
    """A clock that starts at ``start`` and goes on by one second with each look."""

    def __init__(self, start: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def started(learner: str = "ana", session: str = "s1") -> SessionStarted:
    """A session's first event."""
    return SessionStarted(
        session=session, learner=learner, tutor="iris", goal="travel", level="A2", mode="conversation", seed=7
    )


def random_text(rng: random.Random) -> str:
    """Text with what breaks naive JSON: quotes, escapes, controls, astral characters, the word null."""
    pieces = ("a", "Zoë", '"', "\\", "\n", "\x00", "\x7f", "\u2028", "𝄞", "🗣️", "null", "NaN", "'", " ", "ə")
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(12)))


def random_event(rng: random.Random) -> LessonEvent:
    """Any event whose fields vary in type: optional parts, floats, nested tuples, text of all sorts."""
    turn = rng.randrange(50)
    blob = Blob(sha256=f"{rng.getrandbits(256):064x}", media_type="audio/flac", size_bytes=rng.randrange(1 << 40))
    figure = rng.choice((None, 0.0, 1e-300, 1.7976931348623157e308, rng.uniform(-100, 100)))
    match rng.randrange(9):
        case 0:
            return SpeechUttered(
                turn=turn, source="microphone", endpoint="silence", audio=rng.choice((None, blob)), level_db=figure
            )
        case 1:
            words = tuple(
                Word(text=random_text(rng), start_ms=i * 300, end_ms=i * 300 + 200, confidence=rng.random())
                for i in range(rng.randrange(6))
            )
            return SpeechTranscribed(turn=turn, text=random_text(rng), engine=ENGINE, words=words)
        case 2:
            contour = tuple(PitchPoint(time_ms=i * 10, f0_hz=rng.uniform(75, 500)) for i in range(rng.randrange(40)))
            ending = Ending(start_ms=400, end_ms=800, semitones=rng.uniform(-9, 9), movement="fall")
            missing = Break(kind="missing", after_word=2, start_ms=300, end_ms=320, silence_ms=20)
            prosody = Prosody(
                duration_ms=900,
                speaking_ms=800,
                f0_mean_hz=figure,
                contour=contour,
                ending=rng.choice((UNSET, ending)),
                breaks=(missing,) * rng.randrange(3),
                tutor_contour=rng.choice((UNSET, contour)),
            )
            note = Note(kind="tense", start=0, end=2, said="go", better="went", message=random_text(rng))
            scores = Scores(total=rng.uniform(0, 100), grammar=figure)
            return SpeechAssessed(turn=turn, scores=scores, prosody=prosody, notes=(note,) * rng.randrange(3))
        case 3:
            evidence = Evidence(kind="phone", text="TH", start_ms=10, end_ms=90, value=figure)
            return TutorReplied(turn=turn, sentence=0, text=random_text(rng), engine=ENGINE, evidence=(evidence,))
        case 4:
            return TutorHeard(turn=turn, heard_ms=rng.randrange(9000), text=random_text(rng), interrupted=True)
        case 5:
            return TurnFailed(turn=turn, stage="voice", code="timeout", message=random_text(rng))
        case 6:
            return SessionClaimed(epoch=rng.randrange(1 << 53), host=random_text(rng))
        case 7:
            return started(session=random_text(rng))
        case _:
            return SessionEnded(reason="learner")
