"""The messages that a client sends, and how they come out of WebSocket frames. Decides nothing."""

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

CommandId = Annotated[str, Meta(max_length=200)]
"""It stands in the envelope of each event of its command, and an envelope must fit into a record's headers on Kafka."""


class FrameError(Exception):
    """The frame is not a message of this protocol."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StartSession(Struct, frozen=True, kw_only=True, tag="start_session"):
    """Open a lesson; ``text`` is the client's own sentence to practise."""

    learner: str
    tutor: str = "joe"
    goal: str = ""
    level: str = "A2"
    mode: str = "conversation"
    topic: str = ""
    text: str = ""
    endpointing: str = "auto"
    language: str = "en"
    client: str = ""
    command_id: CommandId = ""


class AudioChunk(Struct, frozen=True, kw_only=True, tag="audio_chunk"):
    """Chunk number ``chunk`` of turn ``turn``; ``audio`` is base64 in a text frame, the payload of a binary one."""

    turn: int
    chunk: int
    format: str = "pcm16"
    audio: str = ""


class EndRecording(Struct, frozen=True, kw_only=True, tag="end_recording"):
    """The utterance is complete; ``reference`` is the text that it should say, if the client knows it."""

    turn: int
    reference: str | None = None
    command_id: CommandId = ""


class CancelRecording(Struct, frozen=True, kw_only=True, tag="cancel_recording"):
    """Drop the unfinished utterance."""

    turn: int


class TypeText(Struct, frozen=True, kw_only=True, tag="type_text"):
    """An utterance by keyboard."""

    turn: int
    text: str
    command_id: CommandId = ""


class Interrupt(Struct, frozen=True, kw_only=True, tag="interrupt"):
    """The learner cut the tutor off after ``heard_ms``."""

    turn: int
    heard_ms: int
    command_id: CommandId = ""


class HeardTutor(Struct, frozen=True, kw_only=True, tag="heard"):
    """The tutor's turn was played to its end."""

    turn: int
    heard_ms: int
    command_id: CommandId = ""


class RetryTurn(Struct, frozen=True, kw_only=True, tag="retry"):
    """Say that turn's sentence again, or try its failed stages again."""

    turn: int
    command_id: CommandId = ""


class RateTurn(Struct, frozen=True, kw_only=True, tag="rate"):
    """Judge the tutor's turn with 1 to 5 stars."""

    turn: int
    stars: int
    comment: str = ""
    command_id: CommandId = ""


class Resume(Struct, frozen=True, kw_only=True, tag="resume"):
    """Go on after a lost connection: send what came after ``last_seq`` (and after its ``last_part``)."""

    session: str
    learner: str
    last_seq: int
    last_part: int | None = None


class EndSession(Struct, frozen=True, kw_only=True, tag="end_session"):
    """The lesson is over."""

    command_id: CommandId = ""


ClientMessage = (
    StartSession
    | AudioChunk
    | EndRecording
    | CancelRecording
    | TypeText
    | Interrupt
    | HeardTutor
    | RetryTurn
    | RateTurn
    | Resume
    | EndSession
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


class _Tagged(Struct):
    type: str = ""


_KNOWN = frozenset(str(kind.__struct_config__.tag) for kind in ClientMessage.__args__)


def parse_text(frame: str) -> tuple[ClientMessage, bytes]:
    """The message of a text frame and its payload (of an audio chunk). Raises `FrameError`."""
    message = _parse(frame.encode())
    if not isinstance(message, AudioChunk):
        return message, b""
    try:
        return message, base64.b64decode(message.audio, validate=True)
    except binascii.Error as error:
        raise FrameError("bad_message", f"audio is not base64 ({error}); send base64 or a binary frame.") from error


def parse_binary(frame: bytes) -> tuple[ClientMessage, bytes]:
    """The message of a binary frame and its payload. Raises `FrameError`."""
    length = int.from_bytes(frame[:4], "big")
    if len(frame) < 4 or length > len(frame) - 4:
        raise FrameError("bad_message", "A binary frame is 4 bytes header length (big endian), JSON header, payload.")
    return _parse(frame[4 : 4 + length]), frame[4 + length :]


def _parse(data: bytes) -> ClientMessage:
    try:
        kind = msgspec.json.decode(data, type=_Tagged).type
        if kind not in _KNOWN:
            known = ", ".join(sorted(_KNOWN))
            raise FrameError("unknown_message", f"There is no message type {kind!r}; known ones are {known}.")
        return _decoder.decode(data)
    except RecursionError as error:
        raise FrameError("bad_message", "The message is nested too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError("bad_message", f"The message cannot be read: {error}") from error
