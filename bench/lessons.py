"""Lessons made up from a seed, with the events that real ones have; for measuring log, projections and datasets.

Kinds, numbers and sizes of a turn's events are those of ``tests/golden/lessons/first-lesson-v1``, which real engines
made: two or three sentences by the tutor, three fragments of video over each, times in whole ms, F0 each 10 ms.
"""

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
    TutorRendered,
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
SENTENCE = "What would you like with your tea?"
SENTENCE_MS = 2_280
FRAGMENTS = 3
VOICED = 0.6
"""Share of the frames of an utterance that have a pitch."""
ENGINE = EngineUse(kind="asr", name="faster-whisper", version="1.2.1", digest="0" * 64, latency_ms=312.5)


def lesson(rng: random.Random, learner: str, session: str, words: Sequence[str] = WORDS) -> list[LessonEvent]:
    """A session of ten turns in which the learner says some of ``words``."""
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
        WordScore(text=word, start_ms=350 * n, end_ms=350 * (n + 1), score=_score(rng), phones=_phones(rng, 350 * n))
        for n, word in enumerate(words)
    )
    voiced = [time_ms for time_ms in range(0, duration_ms, 10) if rng.random() < VOICED]
    contour = tuple(PitchPoint(time_ms=time_ms, f0_hz=round(rng.uniform(90, 220), 1)) for time_ms in voiced)
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
            scores=Scores(total=_score(rng), pronunciation=_score(rng), fluency=_score(rng)),
            prosody=Prosody(duration_ms=duration_ms, speaking_ms=duration_ms, f0_mean_hz=150.0, contour=contour),
            pronunciation=Pronunciation(reference=text, score=60.0, completeness=100.0, words=scored),
            notes=(Note(kind="article", start=0, end=1, said="a", better="the", message="Say: the."),),
            engines=(ENGINE,) * 3,
        ),
    ]


def _answered(rng: random.Random, turn: int) -> list[LessonEvent]:
    count, start_ms = rng.randrange(2, 4), 0
    events: list[LessonEvent] = []
    for sentence in range(count):
        last = sentence == count - 1
        events.append(
            TutorReplied(turn=turn, sentence=sentence, text=SENTENCE, engine=ENGINE, last=last, acts=("react", "ask"))
        )
        events.append(_spoken(rng, turn, sentence, start_ms, last=last))
        events.extend(_rendered(rng, turn, sentence, start_ms))
        start_ms += SENTENCE_MS
    return [*events, TutorHeard(turn=turn, heard_ms=start_ms, text=" ".join([SENTENCE] * count))]


def _spoken(rng: random.Random, turn: int, sentence: int, start_ms: int, *, last: bool) -> TutorSpoken:
    return TutorSpoken(
        turn=turn,
        segment=sentence,
        sentence=sentence,
        text=SENTENCE,
        voice="af_heart",
        audio=_blob(rng, "audio/flac"),
        sample_rate_hz=24_000,
        start_ms=start_ms,
        duration_ms=SENTENCE_MS,
        engine=ENGINE,
        phonemes=tuple(Phoneme(ipa="ə", start_ms=90 * n, end_ms=90 * (n + 1)) for n in range(25)),
        visemes=tuple(Viseme(viseme="aa", start_ms=60 * n, end_ms=60 * (n + 1), weight=0.44) for n in range(38)),
        last=last,
    )


def _rendered(rng: random.Random, turn: int, segment: int, start_ms: int) -> list[LessonEvent]:
    init = _blob(rng, "video/mp4")
    return [
        TutorRendered(
            turn=turn,
            segment=segment,
            fragment=fragment,
            init=init,
            media=_blob(rng, "video/iso.segment"),
            start_ms=start_ms + fragment * SENTENCE_MS // FRAGMENTS,
            duration_ms=SENTENCE_MS // FRAGMENTS,
            look="iris",
            emotion="neutral",
            engine=ENGINE,
            last=fragment == FRAGMENTS - 1,
        )
        for fragment in range(FRAGMENTS)
    ]


def _phones(rng: random.Random, start_ms: int) -> tuple[PhoneScore, ...]:
    return tuple(
        PhoneScore(
            phone=rng.choice(PHONES), start_ms=start_ms + 80 * n, end_ms=start_ms + 80 * (n + 1), score=_score(rng)
        )
        for n in range(4)
    )


def _blob(rng: random.Random, media_type: str) -> Blob:
    return Blob(sha256=f"{rng.getrandbits(256):064x}", media_type=media_type, size_bytes=rng.randrange(100_000))


def _score(rng: random.Random) -> float:
    return round(rng.uniform(0, 100), 1)
