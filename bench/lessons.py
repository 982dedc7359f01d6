"""Lessons made up from a seed, with events of the size that real ones have; for measuring log and projections."""

import random
from collections.abc import Sequence

from events.lesson import (
    LessonEvent,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)
from events.values import (
    Blob,
    EngineUse,
    Note,
    Phoneme,
    PhoneScore,
    PitchPoint,
    Pronunciation,
    Prosody,
    Scores,
    Viseme,
    Word,
    WordScore,
)

WORDS = ("i", "would", "like", "to", "order", "a", "cup", "of", "tea", "with", "milk", "please", "it", "is", "cold")
PHONES = ("AY", "W", "UH", "D", "L", "IH", "K", "T", "UW", "AO", "R", "ER", "AH", "V", "TH", "S", "M", "Z", "P", "OW")
TURNS = 10
ENGINE = EngineUse(kind="asr", name="faster-whisper", version="1.2.1", digest="0" * 64, latency_ms=312.5)


def lesson(rng: random.Random, learner: str, session: str, words: Sequence[str] = WORDS) -> list[LessonEvent]:
    """A session of ten turns, six events each, in which the learner says some of ``words``."""
    events: list[LessonEvent] = [
        SessionStarted(
            session=session, learner=learner, tutor="iris", goal="travel", level="A2", mode="conversation", seed=1
        )
    ]
    for turn in range(1, TURNS + 1):
        events.extend(_heard(rng, turn, rng.choices(words, k=rng.randrange(5, 14))))
        events.extend(_answered(rng, turn))
    return [*events, SessionEnded(reason="learner")]


def _heard(rng: random.Random, turn: int, words: list[str]) -> list[LessonEvent]:
    duration_ms = 350 * len(words)
    scored = tuple(
        WordScore(
            text=word, start_ms=350 * n, end_ms=350 * (n + 1), score=rng.uniform(0, 100), phones=_phones(rng, 350 * n)
        )
        for n, word in enumerate(words)
    )
    contour = tuple(PitchPoint(time_ms=20 * n, f0_hz=rng.uniform(90, 220)) for n in range(duration_ms // 20))
    text = " ".join(words)
    return [
        SpeechUttered(
            turn=turn,
            source="microphone",
            endpoint="silence",
            audio=_blob(rng, "audio/flac"),
            sample_rate_hz=16_000,
            duration_ms=duration_ms + 800,
            speech_start_ms=200,
            speech_end_ms=200 + duration_ms,
            level_db=-23.5,
        ),
        SpeechTranscribed(
            turn=turn,
            text=text,
            engine=ENGINE,
            words=tuple(
                Word(text=word, start_ms=350 * n, end_ms=350 * (n + 1), confidence=rng.random())
                for n, word in enumerate(words)
            ),
            confidence=0.9,
        ),
        SpeechAssessed(
            turn=turn,
            scores=Scores(total=rng.uniform(0, 100), pronunciation=rng.uniform(0, 100), fluency=rng.uniform(0, 100)),
            prosody=Prosody(duration_ms=duration_ms, speaking_ms=duration_ms, f0_mean_hz=150.0, contour=contour),
            pronunciation=Pronunciation(reference=text, score=60.0, completeness=100.0, words=scored),
            notes=(Note(kind="article", start=0, end=1, said="a", better="the", message="Say: the."),),
            engines=(ENGINE,) * 3,
        ),
    ]


def _answered(rng: random.Random, turn: int) -> list[LessonEvent]:
    text = "That sounds lovely! What would you like to eat with your tea?"
    return [
        TutorReplied(turn=turn, sentence=0, text=text, engine=ENGINE, last=True, acts=("react", "ask")),
        TutorSpoken(
            turn=turn,
            segment=0,
            sentence=0,
            text=text,
            voice="af_heart",
            audio=_blob(rng, "audio/flac"),
            sample_rate_hz=24_000,
            start_ms=0,
            duration_ms=3_600,
            engine=ENGINE,
            phonemes=tuple(Phoneme(ipa="ə", start_ms=70 * n, end_ms=70 * (n + 1)) for n in range(50)),
            visemes=tuple(Viseme(viseme="aa", start_ms=70 * n, end_ms=70 * (n + 1)) for n in range(50)),
            last=True,
        ),
        TutorHeard(turn=turn, heard_ms=3_600, text=text),
    ]


def _phones(rng: random.Random, start_ms: int) -> tuple[PhoneScore, ...]:
    return tuple(
        PhoneScore(
            phone=rng.choice(PHONES), start_ms=start_ms + 80 * n, end_ms=start_ms + 80 * (n + 1), score=rng.random()
        )
        for n in range(4)
    )


def _blob(rng: random.Random, media_type: str) -> Blob:
    return Blob(sha256=f"{rng.getrandbits(256):064x}", media_type=media_type, size_bytes=rng.randrange(100_000))
