"""The messages of a canned lesson, in the real message types, with real sound and a real face. Serves nothing."""

import base64
import hashlib
import io
from functools import lru_cache

import numpy as np
import soundfile
from numpy.typing import NDArray

from actors.face.drawn import DrawnFace
from actors.ports import FaceTrack, Fragment
from events.named import named_prosody, named_visemes, named_words
from events.values import (
    Blob,
    EngineUse,
    Evidence,
    Note,
    Pause,
    PhoneScore,
    PitchPoint,
    Prosody,
    Scores,
    Viseme,
    Word,
    WordScore,
)
from projections.messages import (
    H264_MEDIA_TYPE,
    AnalysisMessage,
    Message,
    Outgoing,
    ProsodyMessage,
    TranscriptionMessage,
    TutorAudioMessage,
    TutorReplyMessage,
    TutorVideoMessage,
    VisemesMessage,
    frame,
)

GREY_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
RATE_HZ = 24_000
SEGMENT_MS = 1_200
SHAPES = ("aa", "PP", "E", "SS", "oh", "DD", "ih", "FF", "ou", "nn")
ASR = EngineUse(kind="asr", name="faster-whisper base", version="1.2.1", latency_ms=310.0)
FALLBACK = EngineUse(
    kind="asr",
    name="PocketSphinx",
    version="5.1.1",
    degraded=True,
    reason="faster-whisper base did not answer within 6 s.",
)
RULES = EngineUse(kind="tutor", name="rules", version="1")
PIPER = EngineUse(kind="voice", name="Piper", version="1.4")
GREETING = ("Hello! I am glad that you are here.", "What did you do at the weekend?")
ANSWER = ("You went to the theatre, how nice!", "Which play did you see there?")

SPOKEN = (
    ("I", 180, 330, 92.0, "AY 92"),
    ("went", 330, 640, 88.0, "W 90, EH 84, N 91, T 86"),
    ("to", 640, 770, 84.0, "T 88, UW 80"),
    ("the", 770, 960, 46.0, "DH 24 D, AH 68"),
    ("theatre", 960, 1580, 52.0, "TH 21 S, IY 83, AH 71, T 64, ER 58"),
    ("with", 2120, 2390, 71.0, "W 94, IH 77, TH 42 T"),
    ("my", 2390, 2580, 90.0, "M 93, AY 87"),
    ("friends", 2580, 3180, 81.0, "F 88, R 72 L, EH 85, N 90, D 74, Z 77"),
    ("yesterday", 3180, 3960, 86.0, "Y 89, EH 86, S 90, T 84, ER 78, D 88, EY 87"),
)
"""Word, from and to in ms, score, and its phones: expected, score, and what was heard instead."""
TEXT = " ".join(word[0] for word in SPOKEN)
RECORDING_MS = 4_200


def flac(seconds: float, pitch_hz: float = 180.0) -> bytes:
    """A hum in syllables."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    loudness = 0.12 * np.clip(np.sin(2 * np.pi * 2.2 * times), 0, 1) ** 0.5
    tone: NDArray[np.float64] = sum(np.sin(2 * np.pi * pitch_hz * k * times) / k for k in (1, 2, 3))
    file = io.BytesIO()
    soundfile.write(file, loudness * tone, RATE_HZ, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def blob_of(data: bytes, media_type: str = "audio/flac") -> Blob:
    """How the log names these bytes."""
    return Blob(sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size_bytes=len(data))


def heard(turn: int, seq: int, text: str = TEXT, *, degraded: bool = False) -> TranscriptionMessage:
    """The final transcription."""
    words = tuple(Word(text=word[0], start_ms=word[1], end_ms=word[2], confidence=0.94) for word in SPOKEN)
    return TranscriptionMessage(
        seq=seq, part=0, turn=turn, final=True, text=text, words=words, confidence=0.94,
        engine=FALLBACK if degraded else ASR,
    )  # fmt: skip


def assessed(turn: int, seq: int) -> tuple[Message, ...]:
    """Prosody and analysis, two parts of one event; the tutor is an octave lower, but for a high "with"."""
    points = [
        PitchPoint(time_ms=time, f0_hz=float(190 + 38 * np.sin(time / 310) - time / 90))
        for start, end in ((200, 1520), (2140, 3920))
        for time in range(start, end, 20)
        if time % 400 > 60
    ]
    heights = [point.f0_hz for point in points]
    tutor = tuple(
        PitchPoint(time_ms=point.time_ms, f0_hz=point.f0_hz * (0.75 if 2_120 <= point.time_ms < 2_390 else 0.5))
        for point in points
    )
    prosody = Prosody(
        duration_ms=RECORDING_MS, speaking_ms=3_240, f0_mean_hz=float(np.mean(heights)), f0_min_hz=min(heights),
        f0_max_hz=max(heights), f0_std_hz=float(np.std(heights)), contour=tuple(points), words_per_minute=128.6,
        pauses=(Pause(start_ms=1_580, end_ms=2_120, after_word=4),), hesitations=1,
        tutor_contour=tutor,
    )  # fmt: skip
    note = Note(
        kind="tense", start=0, end=4, said="I go yesterday", better="I went yesterday",
        message="“Yesterday” is over, so the verb stands in the past: go → went.",
    )  # fmt: skip
    words = tuple(
        WordScore(text=text, start_ms=start, end_ms=end, score=score, phones=_phones(start, end, phones))
        for text, start, end, score, phones in SPOKEN
    )
    missed = WordScore(text="evening", start_ms=0, end_ms=0, score=0.0, spoken=False)
    analysis = AnalysisMessage(
        seq=seq, part=1, turn=turn,
        scores=Scores(total=76.0, pronunciation=71.0, fluency=78.0, prosody=83.0, completeness=90.0, grammar=58.0),
        reference=f"{TEXT} evening", words=named_words((*words, missed)), notes=(note,), engines=(ASR,),
    )  # fmt: skip
    return ProsodyMessage(seq=seq, part=0, turn=turn, prosody=named_prosody(prosody)), analysis


def _phones(start: int, end: int, written: str) -> tuple[PhoneScore, ...]:
    phones = [phone.split() for phone in written.split(", ")]
    step = (end - start) // len(phones)
    return tuple(
        PhoneScore(
            phone=name,
            start_ms=start + k * step,
            end_ms=start + (k + 1) * step,
            score=float(score),
            heard="".join(heard),
        )
        for k, (name, score, *heard) in enumerate(phones)
    )


def reply(turn: int, seq: int, sentence: int, text: str, *, last: bool, exercise: str = "") -> TutorReplyMessage:
    """One sentence of the tutor."""
    return TutorReplyMessage(
        seq=seq, part=0, turn=turn, sentence=sentence, text=text, last=last, emotion="happy", acts=("react",),
        evidence=(Evidence(kind="word", text="theatre", value=52.0),), exercise=exercise, engine=RULES,
    )  # fmt: skip


def spoken(turn: int, seq: int, sentence: int, text: str, *, last: bool) -> tuple[str | bytes, ...]:
    """The frames of one sentence's voice, visemes and video."""
    data = sound(sentence)
    blob, start_ms = blob_of(data), sentence * SEGMENT_MS
    audio = TutorAudioMessage(
        seq=seq, part=0, turn=turn, segment=sentence, sentence=sentence, text=text, media_type="audio/flac",
        sha256=blob.sha256, sample_rate_hz=RATE_HZ, start_ms=start_ms, duration_ms=SEGMENT_MS, voice="joe", last=last,
        engine=PIPER,
    )  # fmt: skip
    mouth = VisemesMessage(
        seq=seq,
        part=1,
        turn=turn,
        segment=sentence,
        start_ms=start_ms,
        duration_ms=SEGMENT_MS,
        visemes=named_visemes(visemes()),
    )
    return frame(Outgoing(message=audio, payload=(blob,)), data), frame(Outgoing(message=mouth), b"")


def shown(turn: int, seq: int, sentence: int, tutor: str) -> tuple[bytes, ...]:
    """The frames of one sentence's video, a fragment each; ``seq`` is the first one's."""
    frames = []
    parts = drawn(tutor)
    for number, part in enumerate(parts):
        message = TutorVideoMessage(
            seq=seq + number, part=0, turn=turn, segment=sentence, fragment=number, media_type=H264_MEDIA_TYPE,
            init_bytes=len(part.init), start_ms=sentence * SEGMENT_MS + part.start_ms, duration_ms=part.duration_ms,
            last=number == len(parts) - 1,
        )  # fmt: skip
        media = part.init + part.media
        framed = frame(Outgoing(message=message, payload=(blob_of(media, H264_MEDIA_TYPE),)), media)
        assert isinstance(framed, bytes)
        frames.append(framed)
    return tuple(frames)


def visemes() -> tuple[Viseme, ...]:
    """A mouth that moves all through a segment."""
    step = 100
    return tuple(
        Viseme(viseme=SHAPES[k % len(SHAPES)], start_ms=k * step, end_ms=(k + 1) * step)
        for k in range(SEGMENT_MS // step)
    )


@lru_cache
def sound(sentence: int) -> bytes:
    """The tutor's voice for a sentence."""
    return flac(SEGMENT_MS / 1000, 170.0 + 20 * sentence)


@lru_cache
def drawn(tutor: str) -> tuple[Fragment, ...]:
    """The tutor's face over one segment."""
    track = FaceTrack(visemes=visemes(), duration_ms=SEGMENT_MS, start_ms=0, tutor=tutor)
    return tuple(DrawnFace().render(track))


def talking_clip(tutor: str) -> bytes:
    """One segment as a clip of its own."""
    parts = drawn(tutor)
    return parts[0].init + b"".join(part.media for part in parts)


@lru_cache
def portrait(tutor: str) -> bytes:
    """A tutor's portrait as PNG."""
    return DrawnFace().portrait(tutor)


@lru_cache
def idle(tutor: str) -> bytes:
    """A short clip of a waiting tutor."""
    return DrawnFace().idle(tutor, seconds=2.0)
