"""A client of the lesson socket for tests: sends messages, reads frames, reconnects with resume."""

import asyncio
import uuid
from typing import Any

import msgspec
import websockets

from edge.practise import parsed, websocket_url

START = {
    "type": "start_session",
    "learner": "ana",
    "tutor": "joe",
    "level": "A2",
    "mode": "conversation",
    "endpointing": "manual",
}


class LessonClient:
    """One learner's connection. ``messages`` holds all that came, ``frames`` the durable ones as bytes."""

    def __init__(self, url: str, learner: str = "ana") -> None:
        self._url = websocket_url(url)
        self._connection: Any = None
        self.learner = learner
        self.session = ""
        self.messages: list[dict[str, Any]] = []
        self.frames: list[str | bytes] = []
        self.payloads: dict[tuple[int, int], bytes] = {}
        self.last = (0, -1)

    async def connect(self, origin: str | None = None) -> None:
        self._connection = await websockets.connect(self._url, max_size=2**26, origin=origin)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def start(self, **fields: str) -> None:
        await self.connect()
        command = {"command_id": str(uuid.uuid4()), **START, "learner": self.learner, **fields}
        await self.send(command)
        started = await self.until("session_started")
        self.session = started["session"]

    async def resume(self) -> None:
        """Connect again and go on after the last durable message."""
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
        await self.until("resumed")

    async def send(self, message: dict[str, Any]) -> None:
        await self._connection.send(msgspec.json.encode(message).decode())

    async def send_chunk(self, turn: int, chunk: int, pcm: bytes, format: str = "pcm16") -> None:
        header = msgspec.json.encode({"type": "audio_chunk", "turn": turn, "chunk": chunk, "format": format})
        await self._connection.send(len(header).to_bytes(4, "big") + header + pcm)

    async def send_raw(self, frame: str | bytes) -> None:
        await self._connection.send(frame)

    async def receive(self, timeout_s: float = 30.0) -> dict[str, Any]:
        async with asyncio.timeout(timeout_s):
            frame = await self._connection.recv()
        message, payload = parsed(frame)
        self.messages.append(message)
        if message["part"] >= 0:
            place = (message["seq"], message["part"])
            assert place > self.last, f"{place} came after {self.last}"
            self.last = place
            self.frames.append(frame)
            self.payloads[place] = payload
        return message

    async def until(self, kind: str, timeout_s: float = 30.0, **fields: Any) -> dict[str, Any]:
        """Receive until a message of this type with these fields comes."""
        while True:
            message = await self.receive(timeout_s)
            if message["type"] == kind and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def until_answered(self, turn: int, timeout_s: float = 30.0) -> None:
        """Receive until the whole answer to a turn has come: its last segment with its last fragment."""
        while not self.answered(turn):
            await self.receive(timeout_s)

    def answered(self, turn: int) -> bool:
        mine = [message for message in self.messages if message.get("turn") == turn]
        last = [message["segment"] for message in mine if message["type"] == "tutor_audio" and message["last"]]
        drawn = [message["segment"] for message in mine if message["type"] == "tutor_video" and message["last"]]
        return bool(last) and last[0] in drawn

    async def command(self, kind: str, **fields: Any) -> None:
        await self.send({"type": kind, "command_id": str(uuid.uuid4()), **fields})
