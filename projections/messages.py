"""The messages that a client of a lesson receives, as a projection of its stream. Sends nothing, reads no blob.

Durable messages come from `messages_of`, one or more for an event, so the log alone gives them again byte for byte.
Each carries ``seq``, the version in the session's stream of the event that it rests on, and ``part``, its place among
that event's messages. Transient ones (level, partial transcripts, client errors) carry ``seq`` of the newest event
that they rest on, and ``part`` -1; they are not repeated on resume.

On the wire a message without payload is a text frame of JSON; one with payload (audio, video) is a binary frame: four
bytes big endian with the length of the JSON header, the header, the payload.
"""

from typing import assert_never

import msgspec
from msgspec import UNSET, Struct, UnsetType

from events.lesson import (
    FeedbackRated,
    LessonEvent,
    SessionClaimed,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechRated,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TurnRetried,
    TutorHeard,
    TutorRendered,
    TutorReplied,
    TutorSpoken,
)
from events.named import NamedViseme, NamedWordScore, named_prosody, named_visemes, named_words
from events.values import Blob, EngineUse, Evidence, Note, Prosody, Scores, Word


class SessionStartedMessage(Struct, frozen=True, kw_only=True, tag="session_started"):
    """The lesson is open; ``exercise`` is the sentence to say if the client gave one."""

    seq: int
    part: int
    session: str
    learner: str
    tutor: str
    goal: str
    level: str
    mode: str
    topic: str
    exercise: str
    endpointing: str


class ResumedMessage(Struct, frozen=True, kw_only=True, tag="resumed"):
    """Transient: the missed messages have been sent; continue the open utterance ``turn`` with ``next_chunk``."""

    seq: int
    part: int
    session: str
    turn: int
    next_chunk: int


class ProgressMessage(Struct, frozen=True, kw_only=True, tag="progress"):
    """Where a turn stands.

    Durable stages: uttered, heard, retried, rated (with ``stars``), ended. Transient: listening (with ``level_db``,
    ``speech`` and ``next_chunk``), transcribing, assessing, replying, speaking, loading (``message`` says what).
    """

    seq: int
    part: int
    stage: str
    turn: int = 0
    audio: str = ""
    duration_ms: int = 0
    reference: str = ""
    level_db: float | None = None
    speech: bool = False
    next_chunk: int = 0
    message: str = ""
    stars: int | UnsetType = UNSET
    """Of a rating, 1 to 5; no other message holds it, so that older ones keep their bytes."""


class TranscriptionMessage(Struct, frozen=True, kw_only=True, tag="transcription"):
    """What was understood. Partial ones (``final`` false) are transient."""

    seq: int
    part: int
    turn: int
    final: bool
    text: str
    words: tuple[Word, ...] = ()
    confidence: float = 0.0
    engine: EngineUse | None = None


class ProsodyMessage(Struct, frozen=True, kw_only=True, tag="prosody_features"):
    """How it was said; see `events.values.Prosody`."""

    seq: int
    part: int
    turn: int
    prosody: Prosody


class AnalysisMessage(Struct, frozen=True, kw_only=True, tag="analysis_complete"):
    """Scores (0..100), words with their phones, slips with their corrections, and which engines judged."""

    seq: int
    part: int
    turn: int
    scores: Scores
    reference: str
    words: tuple[NamedWordScore, ...]
    notes: tuple[Note, ...]
    engines: tuple[EngineUse, ...]


class TutorReplyMessage(Struct, frozen=True, kw_only=True, tag="tutor_reply"):
    """One sentence of the tutor's reply and what it rests on."""

    seq: int
    part: int
    turn: int
    sentence: int
    text: str
    last: bool
    emotion: str
    acts: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    exercise: str
    engine: EngineUse


class TutorAudioMessage(Struct, frozen=True, kw_only=True, tag="tutor_audio"):
    """Binary: one segment of the tutor's voice as a FLAC file; ``start_ms`` counts from the turn's first sample."""

    seq: int
    part: int
    turn: int
    segment: int
    sentence: int
    text: str
    media_type: str
    sha256: str
    sample_rate_hz: int
    start_ms: int
    duration_ms: int
    voice: str
    last: bool
    engine: EngineUse


class VisemesMessage(Struct, frozen=True, kw_only=True, tag="visemes"):
    """The mouth over one segment; times count from the segment's start."""

    seq: int
    part: int
    turn: int
    segment: int
    start_ms: int
    duration_ms: int
    visemes: tuple[NamedViseme, ...]


class TutorVideoMessage(Struct, frozen=True, kw_only=True, tag="tutor_video"):
    """Binary: one fragment of the face; the payload is the MP4 initialisation segment (``init_bytes``) and the media.

    ``start_ms`` counts from the turn's start; decode times inside count from the segment's, at ``segment_start_ms``.
    """

    seq: int
    part: int
    turn: int
    segment: int
    fragment: int
    media_type: str
    init_bytes: int
    start_ms: int
    duration_ms: int
    last: bool


class ErrorMessage(Struct, frozen=True, kw_only=True, tag="error"):
    """Something went wrong; the session goes on. ``code`` is stable, ``message`` names the fault and the way out."""

    seq: int
    part: int
    code: str
    message: str
    retryable: bool
    turn: int | None = None
    stage: str = ""


Message = (
    SessionStartedMessage
    | ResumedMessage
    | ProgressMessage
    | TranscriptionMessage
    | ProsodyMessage
    | AnalysisMessage
    | TutorReplyMessage
    | TutorAudioMessage
    | VisemesMessage
    | TutorVideoMessage
    | ErrorMessage
)

H264_MEDIA_TYPE = 'video/mp4; codecs="avc1.42c01f"'


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message and the blobs whose bytes, joined, are its payload."""

    message: Message
    payload: tuple[Blob, ...] = ()


def messages_of(event: LessonEvent, seq: int) -> tuple[Outgoing, ...]:
    """The durable messages that an event at stream version ``seq`` gives to the client."""
    match event:
        case SessionStarted():
            return (Outgoing(message=_started(event, seq)),)
        case SessionClaimed() | SpeechRated():  # ratings are for those who train and compare engines
            return ()
        case SpeechUttered():
            return (Outgoing(message=_uttered(event, seq)),)
        case SpeechTranscribed():
            return (Outgoing(message=_transcribed(event, seq)),)
        case SpeechAssessed():
            return _assessed(event, seq)
        case TutorReplied():
            return (Outgoing(message=_replied(event, seq)),)
        case TutorSpoken():
            return _spoken(event, seq)
        case TutorRendered():
            return (_rendered(event, seq),)
        case TutorHeard():
            return (_stage("heard", event.turn, seq, duration_ms=event.heard_ms),)
        case TurnFailed():
            error = ErrorMessage(
                seq=seq,
                part=0,
                code=event.code,
                message=event.message,
                retryable=event.retryable,
                turn=event.turn,
                stage=event.stage,
            )
            return (Outgoing(message=error),)
        case TurnRetried():
            return (_stage("retried", event.turn, seq),)
        case FeedbackRated():
            rated = ProgressMessage(seq=seq, part=0, stage="rated", turn=event.turn, stars=event.stars)
            return (Outgoing(message=rated),)
        case SessionEnded():
            return (_stage("ended", 0, seq),)
        case _:
            assert_never(event)


def frame(outgoing: Outgoing, payload: bytes) -> str | bytes:
    """The WebSocket frame of a message: text, or binary when it has a payload."""
    header = msgspec.json.encode(outgoing.message)
    if not outgoing.payload:
        return header.decode()
    return len(header).to_bytes(4, "big") + header + payload


def _started(event: SessionStarted, seq: int) -> SessionStartedMessage:
    return SessionStartedMessage(
        seq=seq,
        part=0,
        session=event.session,
        learner=event.learner,
        tutor=event.tutor,
        goal=event.goal,
        level=event.level,
        mode=event.mode,
        topic=event.topic,
        exercise=event.exercise,
        endpointing=event.endpointing,
    )


def _uttered(event: SpeechUttered, seq: int) -> ProgressMessage:
    return ProgressMessage(
        seq=seq,
        part=0,
        stage="uttered",
        turn=event.turn,
        audio=event.audio.sha256 if event.audio else "",
        duration_ms=event.duration_ms,
        reference=event.reference,
        level_db=event.level_db,
    )


def _transcribed(event: SpeechTranscribed, seq: int) -> TranscriptionMessage:
    return TranscriptionMessage(
        seq=seq,
        part=0,
        turn=event.turn,
        final=True,
        text=event.text,
        words=event.words,
        confidence=event.confidence,
        engine=event.engine,
    )


def _assessed(event: SpeechAssessed, seq: int) -> tuple[Outgoing, ...]:
    pronunciation = event.pronunciation
    messages: list[Message] = []
    if event.prosody is not None:
        messages.append(ProsodyMessage(seq=seq, part=0, turn=event.turn, prosody=named_prosody(event.prosody)))
    messages.append(
        AnalysisMessage(
            seq=seq,
            part=len(messages),
            turn=event.turn,
            scores=event.scores,
            reference=pronunciation.reference if pronunciation else "",
            words=named_words(pronunciation.words) if pronunciation else (),
            notes=event.notes,
            engines=event.engines,
        )
    )
    return tuple(Outgoing(message=message) for message in messages)


def _replied(event: TutorReplied, seq: int) -> TutorReplyMessage:
    return TutorReplyMessage(
        seq=seq,
        part=0,
        turn=event.turn,
        sentence=event.sentence,
        text=event.text,
        last=event.last,
        emotion=event.emotion,
        acts=event.acts,
        evidence=event.evidence,
        exercise=event.exercise,
        engine=event.engine,
    )


def _spoken(event: TutorSpoken, seq: int) -> tuple[Outgoing, ...]:
    audio = TutorAudioMessage(
        seq=seq,
        part=0,
        turn=event.turn,
        segment=event.segment,
        sentence=event.sentence,
        text=event.text,
        media_type=event.audio.media_type,
        sha256=event.audio.sha256,
        sample_rate_hz=event.sample_rate_hz,
        start_ms=event.start_ms,
        duration_ms=event.duration_ms,
        voice=event.voice,
        last=event.last,
        engine=event.engine,
    )
    visemes = VisemesMessage(
        seq=seq,
        part=1,
        turn=event.turn,
        segment=event.segment,
        start_ms=event.start_ms,
        duration_ms=event.duration_ms,
        visemes=named_visemes(event.visemes),
    )
    return Outgoing(message=audio, payload=(event.audio,)), Outgoing(message=visemes)


def _rendered(event: TutorRendered, seq: int) -> Outgoing:
    video = TutorVideoMessage(
        seq=seq,
        part=0,
        turn=event.turn,
        segment=event.segment,
        fragment=event.fragment,
        media_type=H264_MEDIA_TYPE,
        init_bytes=event.init.size_bytes,
        start_ms=event.start_ms,
        duration_ms=event.duration_ms,
        last=event.last,
    )
    return Outgoing(message=video, payload=(event.init, event.media))


def _stage(stage: str, turn: int, seq: int, *, duration_ms: int = 0) -> Outgoing:
    return Outgoing(message=ProgressMessage(seq=seq, part=0, stage=stage, turn=turn, duration_ms=duration_ms))
