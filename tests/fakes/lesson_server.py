"""A server that speaks the lesson protocol with canned messages, for tests of the page. No log, no engines, no Ray.

It keeps what clients sent (`commands`, `chunks`, `pcm`), draws the tutors' portraits only if told (`portraits`), can
cut every connection and can be not ready, the face before all else (`face`). One lesson at a time.
"""

import asyncio
import json
import socket
import threading
from typing import Any

import msgspec
import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from edge.app import STATIC, SecurityHeaders
from policies.tutors import TUTORS
from projections.messages import (
    ErrorMessage,
    Message,
    ProgressMessage,
    ResumedMessage,
    SessionStartedMessage,
    TranscriptionMessage,
)
from tests.fakes import canned_lesson as canned
from tests.fakes import lesson_answers as answers

SPEECH_LEVEL = 400.0
CLOSING_CHUNKS = 7


class FakeLessonServer:
    """A running server on a loopback port; ``url`` is its address."""

    def __init__(self, *, video: bool = True, ready: bool = True, exercise: str = "") -> None:
        self.greeting = canned.GREETING
        self.endpointing = "auto"
        self.tutor = TUTORS[0].name
        self.video = video
        self.ready = ready
        self.exercise = exercise
        self.degraded = False
        self.portraits = False
        self.face = False
        self.asked = self.drawn = 0
        self.commands: list[dict[str, Any]] = []
        self.chunks: dict[int, list[int]] = {}
        self.pcm: dict[int, bytes] = {}
        self.files: dict[int, bytes] = {}
        self.log: list[tuple[int, int, str | bytes]] = []
        self._cutting = False
        self._seq = 0
        self._speech = 0
        self._quiet = 0
        self._seen: set[str] = set()
        self._done: set[int] = set()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            SecurityHeaders(self._app()), port=self.port, log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "FakeLessonServer":
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    def cut(self) -> None:
        """Break the connection at the fifth chunk of an utterance, after it arrived, as a lost network would."""
        self._cutting = True

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The commands of a type, each once."""
        return [command for command in self.commands if command["type"] == kind]

    def _app(self) -> Starlette:
        practice = "/api/v1/speech-practice"
        return Starlette(
            routes=[
                Route("/", lambda request: FileResponse(STATIC / "index.html")),
                Route("/api/v1/readiness", self._readiness),
                Route("/api/v1/tutors", answers.tutors),
                Route("/api/v1/tutors/{name}/portrait.png", self._portrait),
                Route("/api/v1/tutors/{name}/idle.mp4", self._idle),
                Route(
                    "/api/v1/topics",
                    lambda _: JSONResponse([{"name": n, "title": t, "levels": []} for n, t in answers.TOPICS]),
                ),
                Route(f"{practice}/sessions", answers.sessions),
                Route(f"{practice}/sessions/{{session}}", self._session),
                Route(f"{practice}/sessions/{{session}}/feedback", self._feedback),
                Route(f"{practice}/articulation", answers.articulation),
                Route(f"{practice}/progress", lambda _: JSONResponse(answers.PROGRESS)),
                Route(f"{practice}/analytics/trends", lambda _: JSONResponse({"days": answers.PROGRESS["days"]})),
                Route(f"{practice}/speak", answers.flac, methods=["POST"]),
                Route("/api/v1/blobs/{sha256}", answers.flac),
                WebSocketRoute("/api/v1/ws/speech-practice", self._lesson),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )

    async def _readiness(self, request: Request) -> Response:
        self.asked += 1
        engines = [
            {"kind": "asr", "name": "faster-whisper base", "state": "ready" if self.ready else "loading", "reason": ""},
            {"kind": "voice", "name": "Piper", "state": "degraded" if self.degraded else "ready",
             "reason": "Kokoro needs 1.6 s for a second of speech on this machine" if self.degraded else ""},
            {"kind": "face", "name": "vector", "state": "ready" if self.ready or self.face else "loading",
             "reason": ""},
        ]  # fmt: skip
        message = "Ready" if self.ready else "Fetching kokoro (164 of 310 MB)"
        body = {"ready": self.ready, "stage": "ready" if self.ready else "models", "message": message,
                "progress": None if self.ready else 0.53, "engines": engines}  # fmt: skip
        return JSONResponse(body)

    def _portrait(self, request: Request) -> Response:
        self.drawn += 1
        if not (self.ready or self.face):
            return JSONResponse({"code": "loading", "message": "The face is still loading; ask /readyz."}, 503)
        picture = canned.portrait(request.path_params["name"]) if self.portraits else canned.GREY_PNG
        return Response(picture, media_type="image/png")

    def _idle(self, request: Request) -> Response:
        clip = canned.idle(request.path_params["name"]) if self.portraits else canned.talking_clip(TUTORS[0].name)
        return Response(clip, media_type="video/mp4")

    async def _session(self, request: Request) -> Response:
        if request.path_params["session"] != answers.SESSION:
            return JSONResponse({"code": "session_not_found", "message": "There is no such session."}, 404)
        messages = [json.loads(_header(data)) for _, _, data in self.log]
        return JSONResponse({"session": answers.SESSION, "seq": self._seq, "messages": messages})

    async def _feedback(self, request: Request) -> Response:
        messages = [json.loads(_header(data)) for _, _, data in self.log]
        return answers.feedback(request, messages)

    async def _lesson(self, websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                received = await websocket.receive()
                if received["type"] == "websocket.disconnect":
                    break
                if received.get("text"):
                    await self._command(websocket, json.loads(received["text"]))
                elif received.get("bytes"):
                    await self._chunk(websocket, received["bytes"])
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page left, or `cut` closed it

    async def _command(self, websocket: WebSocket, command: dict[str, Any]) -> None:
        self.commands.append(command)
        if command.get("command_id") in self._seen:
            return
        if command["type"] != "resume":
            self._seen.add(command["command_id"])
        turn = command.get("turn", 0)
        match command["type"]:
            case "start_session":
                await self._start(websocket, command)
            case "resume":
                await self._resume(websocket, command)
            case "cancel_recording":
                self.chunks.pop(turn, None)
            case "end_recording" if self.files.get(turn, b"fLaC")[:4] not in (b"fLaC", b"RIFF"):
                del self.chunks[turn], self.files[turn]
                error = ErrorMessage(
                    seq=self._seq, part=-1, code="not_audio", message="This is no audio; send a recording.",
                    retryable=False,
                )  # fmt: skip
                await self._tell(websocket, error)
            case "end_recording":
                await self._answer(websocket, turn, canned.TEXT)
            case "type_text" if command["text"] == "fail":
                error = ErrorMessage(
                    seq=self._seq, part=-1, code="asr_failed", retryable=True, turn=turn,
                    message="The speech could not be understood. Say it once more.",
                )  # fmt: skip
                await self._tell(websocket, error)
            case "type_text":
                await self._answer(websocket, turn, command["text"], spoken=False)
            case "interrupt" | "heard":
                await self._progress(websocket, "heard", turn, duration_ms=command["heard_ms"])
            case "retry":
                await self._progress(websocket, "retried", turn)
            case "rate":
                await self._progress(websocket, "rated", turn, stars=command["stars"])
            case "end_session":
                await self._progress(websocket, "ended", 0)

    async def _chunk(self, websocket: WebSocket, data: bytes) -> None:
        header = json.loads(_header(data))
        turn, chunk = header["turn"], header["chunk"]
        if turn in self._done:
            return
        known = self.chunks.setdefault(turn, [])
        if chunk != len(known):
            return
        known.append(chunk)
        if self._cutting and len(known) == 5:
            self._cutting = False
            await websocket.close(1012)
            return
        pcm = data[4 + len(_header(data)) :]
        if header["format"] == "file":
            self.files[turn] = self.files.get(turn, b"") + pcm
        else:
            self.pcm[turn] = self.pcm.get(turn, b"") + pcm
            await self._listen(websocket, turn, pcm)

    async def _listen(self, websocket: WebSocket, turn: int, pcm: bytes) -> None:
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        loud = float(np.sqrt(np.mean(samples**2))) > SPEECH_LEVEL
        self._speech += loud
        self._quiet = 0 if loud else self._quiet + 1
        if self._speech == 4 and loud:
            partial = TranscriptionMessage(seq=self._seq, part=-1, turn=turn, final=False, text="I went to the")
            await self._tell(websocket, partial)
        if self._speech >= 4 and self._quiet >= CLOSING_CHUNKS and self.endpointing == "auto":
            await self._answer(websocket, turn, canned.TEXT)

    async def _start(self, websocket: WebSocket, command: dict[str, Any]) -> None:
        self.endpointing = command["endpointing"]
        self.tutor = command["tutor"]
        self._seq += 1
        await self._keep(
            websocket,
            SessionStartedMessage(
                seq=self._seq, part=0, session=answers.SESSION, learner=command["learner"], tutor=command["tutor"],
                goal=command["goal"], level=command["level"], mode=command["mode"], topic=command.get("topic", ""),
                exercise=command.get("text", ""), endpointing=command["endpointing"],
            ),
        )  # fmt: skip
        await self._speak(websocket, 0, self.greeting, self.exercise)

    async def _resume(self, websocket: WebSocket, command: dict[str, Any]) -> None:
        if command["session"] != answers.SESSION:
            error = ErrorMessage(
                seq=0, part=-1, code="session_not_found", retryable=False,
                message="There is no such session; start one with start_session.",
            )  # fmt: skip
            await self._tell(websocket, error)
            return
        after = (command["last_seq"], command.get("last_part", 10_000))
        for seq, part, data in list(self.log):
            if (seq, part) > after:
                await _send(websocket, data)
        turn = max(self._done, default=0) + 1
        resumed = ResumedMessage(
            seq=self._seq, part=-1, session=answers.SESSION, turn=turn, next_chunk=len(self.chunks.get(turn, []))
        )
        await self._tell(websocket, resumed)

    async def _answer(self, websocket: WebSocket, turn: int, text: str, *, spoken: bool = True) -> None:
        self._done.add(turn)
        self._speech = self._quiet = 0
        audio = canned.blob_of(canned.sound(0)).sha256 if spoken else ""
        await self._progress(websocket, "uttered", turn, duration_ms=canned.RECORDING_MS if spoken else 0, audio=audio)
        self._seq += 1
        await self._keep(websocket, canned.heard(turn, self._seq, text, degraded=self.degraded))
        if spoken:
            self._seq += 1
            for message in canned.assessed(turn, self._seq):
                await self._keep(websocket, message)
        await self._speak(websocket, turn, canned.ANSWER, self.exercise)

    async def _speak(self, websocket: WebSocket, turn: int, sentences: tuple[str, ...], exercise: str) -> None:
        for number, text in enumerate(sentences):
            last = number == len(sentences) - 1
            self._seq += 1
            await self._keep(
                websocket,
                canned.reply(turn, self._seq, number, text, last=last, exercise=exercise if last else ""),
            )
            self._seq += 1
            for part, data in enumerate(canned.spoken(turn, self._seq, number, text, last=last)):
                await self._keep_data(websocket, part, data)
            if self.video:
                for data in await asyncio.to_thread(canned.shown, turn, self._seq + 1, number, self.tutor):
                    self._seq += 1
                    await self._keep_data(websocket, 0, data)

    async def _progress(self, websocket: WebSocket, stage: str, turn: int, **fields: Any) -> None:
        self._seq += 1
        await self._keep(websocket, ProgressMessage(seq=self._seq, part=0, stage=stage, turn=turn, **fields))

    async def _keep(self, websocket: WebSocket, message: Message) -> None:
        await self._keep_data(websocket, message.part, msgspec.json.encode(message).decode())

    async def _keep_data(self, websocket: WebSocket, part: int, data: str | bytes) -> None:
        self.log.append((self._seq, part, data))
        await _send(websocket, data)

    async def _tell(self, websocket: WebSocket, message: Message) -> None:
        await websocket.send_text(msgspec.json.encode(message).decode())


async def _send(websocket: WebSocket, data: str | bytes) -> None:
    if isinstance(data, str):
        await websocket.send_text(data)
    else:
        await websocket.send_bytes(data)


def _header(data: str | bytes) -> bytes:
    if isinstance(data, str):
        return data.encode()
    return data[4 : 4 + int.from_bytes(data[:4], "big")]
