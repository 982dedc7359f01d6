"""An utterance that was assessed: "I think we live here", read with an S for the TH and a B for the V."""

from msgspec.structs import replace

from events.lesson import SpeechAssessed, SpeechTranscribed, SpeechUttered
from events.values import (
    Blob,
    EngineUse,
    Note,
    Pause,
    PhoneScore,
    PitchPoint,
    Pronunciation,
    Prosody,
    Scores,
    WordScore,
)
from policies.feedback.turn import AssessedTurn

TEXT = "I think we live here"
ASR = EngineUse(kind="asr", name="whisper", version="1")


def phones(start_ms: int, written: str) -> tuple[PhoneScore, ...]:
    """ "TH 20 S, IH 90": phone, score, what was heard; 100 ms each."""
    return tuple(
        PhoneScore(
            phone=phone,
            start_ms=start_ms + 100 * index,
            end_ms=start_ms + 100 * (index + 1),
            score=float(score),
            heard="".join(heard),
        )
        for index, (phone, score, *heard) in enumerate(each.split() for each in written.split(", "))
    )


def word(text: str, start_ms: int, written: str) -> WordScore:
    """A word that was said."""
    own = phones(start_ms, written)
    score = sum(phone.score for phone in own) / len(own)
    return WordScore(text=text, start_ms=start_ms, end_ms=own[-1].end_ms, score=score, phones=own)


WORDS = (
    word("I", 200, "AY 95"),
    word("think", 410, "TH 20 S, IH 90, NG 85, K 88"),
    word("we", 900, "W 93, IY 91"),
    word("live", 1200, "L 90, IH 84, V 35 B"),
    WordScore(text="here", start_ms=0, end_ms=0, score=0.0, spoken=False),
)


def pronunciation(*, confidence: float = 0.98, completeness: float = 80.0) -> Pronunciation:
    """How it was read."""
    return Pronunciation(
        reference=TEXT,
        score=62.0,
        completeness=completeness,
        words=WORDS,
        accuracy=60.0,
        fluency=70.0,
        prosodic=71.0,
        confidence=confidence,
    )


PROSODY = Prosody(
    duration_ms=1600,
    speaking_ms=1100,
    f0_mean_hz=200.0,
    f0_std_hz=20.0,
    contour=tuple(PitchPoint(time_ms=200 + 20 * step, f0_hz=150.0 if step < 20 else 300.0) for step in range(40)),
    words_per_minute=128.4,
    pauses=(Pause(start_ms=810, end_ms=900, after_word=1), Pause(start_ms=1100, end_ms=1200, after_word=2)),
    hesitations=1,
)


def uttered() -> SpeechUttered:
    """The recording of it."""
    audio = Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=1)
    return SpeechUttered(turn=1, source="microphone", endpoint="silence", audio=audio, reference=TEXT, duration_ms=1600)


def assessed() -> SpeechAssessed:
    """The event."""
    return SpeechAssessed(
        turn=1,
        scores=Scores(total=61.0, pronunciation=62.0, fluency=70.0, prosody=71.0, completeness=80.0),
        prosody=PROSODY,
        pronunciation=pronunciation(),
    )


def free(note: Note) -> SpeechAssessed:
    """The same in free speech, with a slip."""
    return SpeechAssessed(
        turn=1,
        scores=Scores(total=61.0, pronunciation=62.0, fluency=70.0, prosody=71.0, grammar=50.0),
        prosody=PROSODY,
        pronunciation=pronunciation(),
        notes=(note,),
    )


def read_aloud(given: Pronunciation | None = None) -> AssessedTurn:
    """The sentence as it was given and read, or another reading."""
    event = assessed() if given is None else replace(assessed(), pronunciation=given)
    return AssessedTurn(assessed=event, said=heard("I sink we lib"), guided=True)


def heard(text: str, confidence: float = 0.9) -> SpeechTranscribed:
    """What the recogniser understood."""
    return SpeechTranscribed(turn=1, text=text, engine=ASR, confidence=confidence)
