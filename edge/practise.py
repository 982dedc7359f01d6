"""`python -m edge practise`: plays recordings through a server over its WebSocket and prints the lesson.

Starts a server of its own if none is named. What it prints is in `edge.lesson_view`.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets
from rich.console import Console

from actors.hearing.decode import decode_audio
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ
from edge.clip import Clip, Latency
from edge.lesson_view import LessonView

CHUNK_MS = 100
START_TIMEOUT_S = 600.0
TURN_TIMEOUT_S = 120.0
TRAILING_SILENCE_MS = 3_000
"""Silence sent after a recording in hands-free mode, for the endpointer to hear."""


class PractiseError(Exception):
    """The recording could not be practised."""


def practise(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status (1 when a recording could not be used)."""
    console = Console(stderr=arguments.json)
    missing = [name for name in arguments.files if not Path(name).is_file()]
    if missing:
        console.print(f"There is no file {missing[0]!r}.", style="red")
        return 2
    try:
        with _server(arguments.server, console) as url:
            return asyncio.run(_practise_all(url, arguments, console))
    except (PractiseError, OSError, websockets.WebSocketException) as error:
        console.print(str(error), style="red")
        return 2


@contextlib.contextmanager
def _server(url: str, console: Console) -> Iterator[str]:
    """The named server, or one of our own for as long as the command runs."""
    if url:
        yield url.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "edge", "serve", "--port", str(port)]
    root = Path(__file__).resolve().parent.parent
    with open(os.devnull, "wb") as quiet:
        process = subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, console)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", console: Console) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    with console.status("Starting a server") as status:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise PractiseError("The server did not start; run `python -m edge serve` to see why.")
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{url}/readyz", timeout=5.0).json()
                if answer["ready"]:
                    return
                if answer["stage"] == "failed":
                    raise PractiseError(f"The server did not start: {answer['message']}")
                status.update(answer["message"])
            time.sleep(0.2)
    raise PractiseError(f"The server was not ready after {START_TIMEOUT_S:.0f} s.")


async def _practise_all(url: str, arguments: argparse.Namespace, console: Console) -> int:
    view = LessonView(console, as_json=arguments.json)
    failed = 0
    async with websockets.connect(websocket_url(url), max_size=2**26) as connection:
        lesson = PractisedLesson(connection, view)
        await lesson.start(arguments)
        for name in arguments.files:
            try:
                await lesson.say(Path(name), arguments)
            except AudioError as error:
                failed += 1
                view.refused(name, error)
        await lesson.end()
    return 1 if failed else 0


def websocket_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/api/v1/ws/speech-practice"


class PractisedLesson:
    """One lesson over a WebSocket, recording after recording."""

    def __init__(self, connection: websockets.ClientConnection, view: LessonView) -> None:
        self._connection = connection
        self._view = view
        self._session = ""
        self._turn = 0

    async def start(self, arguments: argparse.Namespace) -> None:
        """Open the session and let the tutor greet."""
        await self._send(
            {
                "type": "start_session",
                "command_id": str(uuid.uuid4()),
                "learner": arguments.learner,
                "tutor": arguments.tutor,
                "level": arguments.level,
                "mode": arguments.mode,
                "topic": arguments.topic,
                "text": arguments.text,
                "endpointing": "auto" if arguments.hands_free else "manual",
                "client": "cli",
            }
        )
        await self._receive_turn(0, Clip(), Latency(), time.monotonic)

    async def say(self, path: Path, arguments: argparse.Namespace) -> None:
        """Say one recording and receive the tutor's answer to it. Raises `AudioError` on a file that is unusable."""
        audio = decode_audio(path.read_bytes())
        pcm = (audio * 32767).clip(-32768, 32767).astype("<i2").tobytes()
        self._turn += 1
        clip, latency = Clip(), Latency()
        ended: list[float] = []
        self._view.recording(path.name, len(audio) / SAMPLE_RATE_HZ)
        sender = asyncio.create_task(self._send_audio(pcm, arguments, ended))
        try:
            await self._receive_turn(self._turn, clip, latency, lambda: ended[0] if ended else time.monotonic())
        except AudioError:
            self._turn -= 1
            raise
        finally:
            sender.cancel()
        wav, mp4 = self._leave(clip, path, arguments.out)
        self._view.summary(self._session, latency, wav, mp4)

    async def end(self) -> None:
        """Close the session."""
        await self._send({"type": "end_session", "command_id": str(uuid.uuid4())})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                while self._view.stage != "ended":
                    self._view.message(*parsed(await self._connection.recv()))

    async def _send_audio(self, pcm: bytes, arguments: argparse.Namespace, ended: list[float]) -> None:
        step = SAMPLE_RATE_HZ * 2 * CHUNK_MS // 1000
        silence = bytes(step) * (TRAILING_SILENCE_MS // CHUNK_MS if arguments.hands_free else 0)
        began = time.monotonic()
        data = pcm + silence
        for chunk, start in enumerate(range(0, len(data), step)):
            if not ended and start >= len(pcm):
                ended.append(time.monotonic())
            header = msgspec.json.encode({"type": "audio_chunk", "turn": self._turn, "chunk": chunk, "format": "pcm16"})
            await self._connection.send(len(header).to_bytes(4, "big") + header + data[start : start + step])
            self._view.sent(min(1.0, (start + step) / max(1, len(pcm))))
            if arguments.speed > 0:
                await asyncio.sleep(began + (chunk + 1) * CHUNK_MS / 1000 / arguments.speed - time.monotonic())
        if not ended:
            ended.append(time.monotonic())
        if not arguments.hands_free:
            await self._send({"type": "end_recording", "command_id": str(uuid.uuid4()), "turn": self._turn})

    async def _receive_turn(self, turn: int, clip: Clip, latency: Latency, ended: Any) -> None:
        """Receive until the tutor has said and shown all of this turn."""
        done = TurnProgress(turn)
        while not done.complete:
            async with asyncio.timeout(TURN_TIMEOUT_S):
                message, payload = parsed(await self._connection.recv())
            now = time.monotonic()
            self._session = message.get("session", self._session)
            self._view.message(message, payload)
            if message["type"] == "error" and message["part"] < 0:
                raise AudioError(message["code"], message["message"])
            if message.get("turn") != turn:
                continue
            done.see(message)
            _note(latency, message, (now - ended()) * 1000)
            if message["type"] == "tutor_audio":
                clip.add_audio(message["segment"], message["start_ms"], payload)
            elif message["type"] == "tutor_video":
                clip.add_video(message["segment"], payload, message["init_bytes"])
        latency.complete = round((time.monotonic() - ended()) * 1000, 1)
        if turn == 0 or clip.sample_rate_hz:
            await self._send(
                {"type": "heard", "turn": turn, "heard_ms": 10**9, "command_id": f"{self._session}-heard-{turn}"}
            )

    def _leave(self, clip: Clip, path: Path, folder: str | None) -> tuple[str, str]:
        if not folder or not len(clip.samples):
            return "", ""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        wav, mp4 = target / f"{path.stem}.reply.wav", target / f"{path.stem}.reply.mp4"
        clip.write_wav(wav)
        clip.write_mp4(mp4)
        return str(wav), str(mp4)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._connection.send(msgspec.json.encode(message).decode())


class TurnProgress:
    """Knows when all of a turn has arrived: each part came, or is known not to come."""

    def __init__(self, turn: int) -> None:
        self._turn = turn
        self._audio_done = False
        self._last_segment = -1
        self._drawn: set[int] = set()
        self._failed: set[str] = set()

    def see(self, message: dict[str, Any]) -> None:
        """Take note of a message of this turn."""
        match message["type"]:
            case "tutor_audio":
                self._last_segment = message["segment"]
                self._audio_done = message["last"]
            case "tutor_video" if message["last"]:
                self._drawn.add(message["segment"])
            case "error":
                self._failed.add(message["stage"])

    @property
    def complete(self) -> bool:
        if self._failed & {"transcribe", "reply", "speak"}:
            return True
        drawn = "render" in self._failed or self._drawn >= set(range(self._last_segment + 1))
        return self._audio_done and drawn


def _note(latency: Latency, message: dict[str, Any], at_ms: float) -> None:
    kind = message["type"]
    if kind == "transcription" and not message["final"]:
        return
    if kind in Latency.__struct_fields__ and getattr(latency, kind) is None:
        setattr(latency, kind, round(at_ms, 1))


def parsed(frame: str | bytes) -> tuple[dict[str, Any], bytes]:
    if isinstance(frame, str):
        return msgspec.json.decode(frame), b""
    length = int.from_bytes(frame[:4], "big")
    return msgspec.json.decode(frame[4 : 4 + length]), frame[4 + length :]
