"""One learner's WebSocket: client frames become calls to the gateway, a session's news become frames.

Decides nothing; a fault in a message is told to the client and the connection goes on.
"""

import asyncio
import contextlib
import logging
import secrets
import uuid
from typing import assert_never

import msgspec
from msgspec import Struct
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from actors.gateway import Gateway
from actors.hearing.errors import AudioError
from actors.ports import EngineError
from actors.session.commands import Command, End, Hear, Rate, Retry, Start
from actors.session.errors import BadCommand, SessionError
from edge.frames import (
    AudioChunk,
    CancelRecording,
    ClientMessage,
    EndRecording,
    EndSession,
    FrameError,
    HeardTutor,
    Interrupt,
    RateTurn,
    Resume,
    RetryTurn,
    StartSession,
    TypeText,
    parse_binary,
    parse_text,
)
from events.blobs import BlobsByLearner
from events.errors import BlobCorrupt, BlobMissing, EventsError
from events.lesson import LessonEvent, SessionStarted
from events.sealing.errors import BlobExpired, BlobForgotten, LearnerForgotten
from projections.messages import ErrorMessage, Outgoing, ResumedMessage, frame, messages_of

logger = logging.getLogger(__name__)

POLL_S = 20.0
DRAIN_S = 30.0
"""How long the messages of a client that has left may still take."""
QUEUED_BYTES = 16 * 2**20
"""Payload that may wait; beyond that the socket is read no faster than its messages are worked on."""
QUEUED_MESSAGES = 2_000
SEND_TIMEOUT_S = 30.0
"""A client that takes nothing for so long has its connection closed; it can resume."""


class Item(Struct):
    """A client message waiting its turn, with its payload."""

    message: ClientMessage
    payload: bytes


class SpeechPractice:
    """Serves one WebSocket connection until the client leaves."""

    def __init__(self, socket: WebSocket, gateway: Gateway, blobs: BlobsByLearner) -> None:
        self._socket = socket
        self._gateway = gateway
        self._blobs = blobs
        self._queue: asyncio.Queue[Item] = asyncio.Queue(QUEUED_MESSAGES)
        self._queued_bytes = 0
        self._worked = asyncio.Event()
        self._session = ""
        self._learner = ""
        self._seq = 0
        self._part = -1
        self._sender: asyncio.Task[None] | None = None
        self._passing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Read frames until the client leaves; a worker obeys them in order, to the last one that arrived."""
        worker = asyncio.create_task(self._work())
        try:
            while (received := await self._socket.receive())["type"] != "websocket.disconnect":
                await self._read(received)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._queue.join(), DRAIN_S)
        finally:
            for task in (worker, self._passing, self._sender):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task

    async def _read(self, received: Message) -> None:
        try:
            text = received.get("text")
            message, payload = parse_text(text) if text is not None else parse_binary(received.get("bytes") or b"")
        except FrameError as error:
            await self._tell(error.code, error.message, retryable=False)
            return
        self._queued_bytes += len(payload)
        await self._queue.put(Item(message, payload))
        while self._queued_bytes > QUEUED_BYTES:
            self._worked.clear()
            await self._worked.wait()

    async def _work(self) -> None:
        """Obey message after message. Only the end of a recording does not wait until its last chunks have arrived.

        The gateway has those already, and sends along what the host has not confirmed.
        """
        while True:
            item = await self._queue.get()
            if self._passing is not None and not isinstance(item.message, EndRecording):
                await self._passing
            if isinstance(item.message, AudioChunk):
                self._passing = asyncio.create_task(self._answer(item))
                await asyncio.sleep(0)  # it gives the chunk to the gateway before it first waits
            else:
                await self._answer(item)

    async def _answer(self, item: Item) -> None:
        try:
            await self._obey(item)
        except (SessionError, EngineError, EventsError) as error:
            code = str(getattr(error, "code", "engine_failed"))
            await self._tell(code, str(error), retryable=bool(getattr(error, "retryable", False)))
        except (WebSocketDisconnect, RuntimeError):
            logger.info("session %s: the client left before its answer", self._session)
        except Exception as error:  # the supervisor of a connection: one bad message must not end the lesson
            logger.exception("session %s: %s", self._session, type(item.message).__name__)
            name = type(error).__name__
            await self._tell("internal_error", f"The server made a mistake ({name}); try again.", retryable=True)
        finally:
            self._done(item)

    def _done(self, item: Item) -> None:
        self._queued_bytes -= len(item.payload)
        self._worked.set()
        self._queue.task_done()

    async def _obey(self, item: Item) -> None:
        message = item.message
        match message:
            case StartSession():
                await self._start(message)
            case Resume():
                await self._resume(message)
            case _ if not self._session:
                raise FrameSequenceError("Send start_session or resume first.")
            case AudioChunk():
                await self._audio(message, item.payload)
            case EndRecording():
                await self._end_recording(message)
            case CancelRecording():
                await self._gateway.cancel_recording(self._session, self._learner, message.turn)
            case TypeText():
                await self._gateway.type_text(self._session, self._learner, _id(message), message.turn, message.text)
            case Interrupt() | HeardTutor() | RetryTurn() | RateTurn() | EndSession():
                await self._gateway.submit(self._session, self._learner, _command(message))
            case _:
                assert_never(message)

    async def _start(self, message: StartSession) -> None:
        command = start_command(message)
        await self._gateway.start(command)
        await self._follow(command.started.session, message.learner, 0, -1)

    async def _resume(self, message: Resume) -> None:
        where = await self._gateway.where(message.session, message.learner)
        if message.last_seq > where.version:
            raise BadCommand(
                f"last_seq is {message.last_seq}, but the session is at {where.version}; resume from there."
            )
        part = 10_000 if message.last_part is None else message.last_part
        await self._follow(message.session, message.learner, max(0, message.last_seq), part)
        resumed = ResumedMessage(
            seq=self._seq, part=-1, session=message.session, turn=where.turn, next_chunk=where.next_chunk
        )
        await self._send(Outgoing(message=resumed))

    async def _follow(self, session: str, learner: str, seq: int, part: int) -> None:
        """Send all that is there already, then keep sending what comes."""
        if self._sender is not None:
            self._sender.cancel()
        self._session, self._learner, self._seq, self._part = session, learner, seq, part
        try:
            cursor = await self._pump(-1, 0.0)
        except EventsError as error:
            await self._tell(error.code, str(error), retryable=error.retryable)
            cursor = -1
        self._sender = asyncio.create_task(self._send_news(cursor))

    async def _send_news(self, cursor: int) -> None:
        while True:
            try:
                cursor = await self._pump(cursor, POLL_S)
            except LearnerForgotten as error:
                await self._tell(error.code, str(error), retryable=False)
                return
            except (SessionError, EngineError, EventsError) as error:
                await self._tell(str(getattr(error, "code", "log_error")), str(error), retryable=True)
                await asyncio.sleep(1.0)
            except (WebSocketDisconnect, RuntimeError):
                return  # the client has gone; `serve` ends the rest

    async def _pump(self, cursor: int, timeout_s: float) -> int:
        after = self._seq - 1 if self._part >= 0 else self._seq
        heard = await self._gateway.poll(self._session, self._learner, after, cursor, timeout_s)
        for message in heard.transient:
            await self._send(Outgoing(message=message))
        for seq, event in heard.events:
            await self._send_event(seq, event)
        self._seq, self._part = max(self._seq, heard.version), -1
        return heard.cursor

    async def _send_event(self, seq: int, event: LessonEvent) -> None:
        for outgoing in messages_of(event, seq):
            place = (seq, outgoing.message.part)
            if place <= (self._seq, self._part):
                continue
            try:
                await self._send(outgoing)
            except (BlobMissing, BlobCorrupt, BlobForgotten, BlobExpired) as error:
                await self._tell(error.code, str(error), retryable=False)
            self._seq, self._part = place

    async def _send(self, outgoing: Outgoing) -> None:
        payload = b""
        for blob in outgoing.payload:
            payload += await asyncio.to_thread(self._blobs.of(self._learner).get, blob.sha256)
        encoded = frame(outgoing, payload)
        send = self._socket.send_text(encoded) if isinstance(encoded, str) else self._socket.send_bytes(encoded)
        try:
            await asyncio.wait_for(send, SEND_TIMEOUT_S)
        except TimeoutError:
            await self._socket.close(code=1013, reason="the client takes no messages")
            raise WebSocketDisconnect(1013) from None

    async def _audio(self, message: AudioChunk, payload: bytes) -> None:
        """Pass on this chunk and those that are waiting behind it in one call."""
        chunks = [payload]
        while (following := self._next_message()) is not None and _continues(message, len(chunks), following):
            taken = self._queue.get_nowait()
            chunks.append(taken.payload)
            self._done(taken)
        last = isinstance(following, EndRecording) and following.turn == message.turn
        if last and self._gateway.hold(self._session, message.turn, message.chunk, chunks, message.format):
            return
        accepted = await self._gateway.audio(
            self._session, self._learner, message.turn, message.chunk, chunks, message.format
        )
        if accepted.turn == message.turn and accepted.next_chunk < message.chunk:
            raise AudioError(
                "chunk_out_of_order",
                f"Chunk {message.chunk} came too early; send turn {message.turn} on from chunk {accepted.next_chunk}.",
            )

    def _next_message(self) -> ClientMessage | None:
        """The message at the head of the queue, which stays there."""
        if self._queue.empty():
            return None
        item: Item = self._queue._queue[0]  # type: ignore[attr-defined]  # a peek, which asyncio.Queue lacks
        return item.message

    async def _end_recording(self, message: EndRecording) -> None:
        try:
            await self._gateway.end_recording(
                self._session, self._learner, _id(message), message.turn, message.reference
            )
        except (SessionError, EngineError):
            # Chunks that are still on their way to the host must not begin the next recording there.
            if not self._gateway.keeps(self._session, message.turn):
                if self._passing is not None:
                    await self._passing
                with contextlib.suppress(SessionError, EngineError):
                    await self._gateway.cancel_recording(self._session, self._learner, message.turn)
            raise

    async def _tell(self, code: str, text: str, *, retryable: bool) -> None:
        message = ErrorMessage(seq=self._seq, part=-1, code=code, message=text, retryable=retryable)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_text(msgspec.json.encode(message).decode())


class FrameSequenceError(SessionError):
    """The message needs a session and none is open on this connection."""

    code = "no_session"


def start_command(message: StartSession) -> Start:
    """The command that opens a session; the same ``command_id`` of the same learner names the same session."""
    command_id = message.command_id or str(uuid.uuid4())
    session = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{len(message.learner)}/{message.learner}/{command_id}"))
    started = SessionStarted(
        session=session,
        learner=message.learner,
        tutor=message.tutor,
        goal=message.goal,
        level=message.level,
        mode=message.mode,
        seed=secrets.randbits(31),
        topic=message.topic,
        exercise=" ".join(message.text.split()),
        endpointing=message.endpointing,
        language=message.language,
        client=message.client,
    )
    return Start(id=command_id, started=started)


def _command(message: Interrupt | HeardTutor | RetryTurn | RateTurn | EndSession) -> Command:
    match message:
        case Interrupt():
            return Hear(id=_id(message), turn=message.turn, heard_ms=message.heard_ms, interrupted=True)
        case HeardTutor():
            return Hear(id=_id(message), turn=message.turn, heard_ms=message.heard_ms, interrupted=False)
        case RetryTurn():
            return Retry(id=_id(message), turn=message.turn)
        case RateTurn():
            return Rate(id=_id(message), turn=message.turn, stars=message.stars, comment=message.comment)
        case EndSession():
            return End(id=_id(message))
        case _:
            assert_never(message)


def _id(message: EndRecording | TypeText | Interrupt | HeardTutor | RetryTurn | RateTurn | EndSession) -> str:
    return message.command_id or str(uuid.uuid4())


def _continues(first: AudioChunk, count: int, message: ClientMessage) -> bool:
    return (
        isinstance(message, AudioChunk)
        and message.turn == first.turn
        and message.format == first.format
        and message.chunk == first.chunk + count
    )
