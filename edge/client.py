"""A client of the lesson's WebSocket: sends messages, takes frames in order, comes back with resume.

Used by `practise`, the benches and the tests; it knows the protocol and nothing of what a lesson is about.
"""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import websockets

PATH = "/api/v1/ws/speech-practice"
LARGEST_FRAME_BYTES = 2**26

ServerMessage = dict[str, Any]


class OutOfOrder(Exception):
    """The server sent a durable message again, or before an earlier one."""


class LessonClient:
    """One learner's connection to the server at ``url`` (http or https).

    ``messages`` holds all that came, ``frames`` the durable frames as sent, ``last`` the newest one's (seq, part).
    """

    def __init__(self, url: str, learner: str) -> None:
        scheme, _, rest = url.rstrip("/").partition("://")
        self._url = f"{'wss' if scheme == 'https' else 'ws'}://{rest}{PATH}"
        self._connection: websockets.ClientConnection | None = None
        self.learner = learner
        self.session = ""
        self.messages: list[ServerMessage] = []
        self.frames: list[str | bytes] = []
        self.last = (0, -1)

    async def connect(self, origin: str | None = None) -> None:
        """Open the socket. Raises what `websockets.connect` raises."""
        wanted = None if origin is None else websockets.Origin(origin)
        self._connection = await websockets.connect(self._url, max_size=LARGEST_FRAME_BYTES, origin=wanted)

    async def close(self) -> None:
        """Close the socket."""
        if self._connection is not None:
            await self._connection.close()

    async def start(self, **fields: str) -> ServerMessage:
        """Connect and open a session; its first message."""
        await self.connect()
        await self.command("start_session", learner=self.learner, **fields)
        while (message := (await self.receive())[0])["type"] not in ("session_started", "error"):
            pass
        self.session = message.get("session", "")
        return message

    async def resume(self) -> ServerMessage:
        """Connect again and go on after the last durable message; the `resumed` message."""
        await self.connect()
        await self.send(
            {
                "type": "resume",
                "session": self.session,
                "learner": self.learner,
                "last_seq": self.last[0],
                "last_part": self.last[1],
            }
        )
        return await self.until("resumed")

    async def send(self, message: ServerMessage) -> None:
        """Send a message as JSON."""
        await self.send_frame(msgspec.json.encode(message).decode())

    async def command(self, kind: str, **fields: Any) -> None:
        """Send a message under a command id of its own."""
        await self.send({"type": kind, "command_id": str(uuid.uuid4()), **fields})

    async def send_frame(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        assert self._connection is not None
        await self._connection.send(frame)

    async def send_chunk(self, turn: int, chunk: int, data: bytes, format: str = "pcm16") -> None:
        """Send a chunk of audio as a binary frame."""
        header = msgspec.json.encode({"type": "audio_chunk", "turn": turn, "chunk": chunk, "format": format})
        await self.send_frame(len(header).to_bytes(4, "big") + header + data)

    async def say(self, turn: int, chunks: Sequence[bytes], format: str = "pcm16") -> None:
        """Send a whole utterance at once and close it."""
        for number, chunk in enumerate(chunks):
            await self.send_chunk(turn, number, chunk, format)
        await self.command("end_recording", turn=turn)

    async def receive(self, timeout_s: float = 60.0) -> tuple[ServerMessage, bytes]:
        """The next message and its payload. Raises `OutOfOrder`, TimeoutError."""
        assert self._connection is not None
        async with asyncio.timeout(timeout_s):
            frame = await self._connection.recv()
        message, payload = parsed(frame)
        self.messages.append(message)
        if message["part"] >= 0:
            place = (message["seq"], message["part"])
            if place <= self.last:
                raise OutOfOrder(f"{place} came after {self.last}")
            self.last = place
            self.frames.append(frame)
        return message, payload

    async def until(self, kind: str, timeout_s: float = 60.0, **fields: Any) -> ServerMessage:
        """Receive until a message of this type with these fields comes; that message."""
        while True:
            message, _ = await self.receive(timeout_s)
            if message["type"] == kind and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def until_answered(self, turn: int, timeout_s: float = 60.0) -> None:
        """Receive until the whole answer to a turn has come."""
        while not self.answered(turn):
            await self.receive(timeout_s)

    def answered(self, turn: int) -> bool:
        """Whether all of a turn has come: every segment's voice and face, or word that one cannot be had."""
        mine = [message for message in self.messages if message.get("turn") == turn and message["part"] >= 0]
        failed = {message["stage"] for message in mine if message["type"] == "error"}
        if failed & {"transcribe", "reply", "speak"}:
            return True
        segments = {message["segment"] for message in mine if message["type"] == "tutor_audio"}
        spoken = any(message["type"] == "tutor_audio" and message["last"] for message in mine)
        drawn = {message["segment"] for message in mine if message["type"] == "tutor_video" and message["last"]}
        return spoken and ("render" in failed or drawn >= segments)


def parsed(frame: str | bytes) -> tuple[ServerMessage, bytes]:
    """A frame's message and payload."""
    if isinstance(frame, str):
        return msgspec.json.decode(frame), b""
    length = int.from_bytes(frame[:4], "big")
    return msgspec.json.decode(frame[4 : 4 + length]), frame[4 + length :]
