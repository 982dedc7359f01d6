"""`python -m edge practise`: plays recordings through a server over its WebSocket and prints the lesson.

Starts a server of its own if none is named. What it prints is in `edge.lesson_view`.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import websockets
from rich.console import Console
from rich.text import Text

from actors.hearing.decode import decode_audio
from actors.hearing.errors import AudioError
from actors.ports import SAMPLE_RATE_HZ
from edge.client import LessonClient, ServerMessage
from edge.clip import Clip, Latency
from edge.launch import ServerDidNotStart, running_server
from edge.lesson_view import LessonView

CHUNK_MS = 100
TRAILING_SILENCE_MS = 3_000
"""Silence sent after a recording in hands-free mode, for the endpointer to hear."""
TO_ITS_END_MS = 10**9


def practise(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status: 1 when a recording could not be used, 2 when there was no lesson."""
    console = Console(stderr=arguments.json)
    missing = [name for name in arguments.files if not Path(name).is_file()]
    if missing:
        console.print(f"There is no file {missing[0]!r}.", style="red")
        return 2
    try:
        with _server(arguments.server, console) as url:
            return asyncio.run(_practise_all(url, arguments, console))
    except (LessonRefused, ServerDidNotStart) as error:
        console.print(Text(str(error), style="red"), soft_wrap=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read the output has enough
    except (OSError, websockets.WebSocketException) as error:
        console.print(Text(_no_lesson(arguments.server, error), style="red"), soft_wrap=True)
    return 2


class LessonRefused(Exception):
    """The server would not open the lesson."""


@contextlib.contextmanager
def _server(url: str, console: Console) -> Iterator[str]:
    if url:
        if not url.startswith(("http://", "https://")):
            raise LessonRefused(f"--server is {url!r}; give an address such as http://127.0.0.1:8000.")
        yield url
        return
    if not console.is_terminal:  # where no status line is drawn
        print("Starting a server; the first time it fetches its models.", file=sys.stderr, flush=True)
    with console.status("Starting a server") as status, running_server(said=status.update) as own:
        status.stop()
        yield own


def _no_lesson(url: str, error: OSError | websockets.WebSocketException) -> str:
    """What went wrong with the connection to the server named (or ours, with ""), and the way out."""
    server = f"The server at {url}" if url else "The server"
    match error:
        case TimeoutError():
            return f"{server} has fallen silent; look whether it still runs, then try again."
        case websockets.ConnectionClosed():
            return f"{server} has closed the connection ({error}); what it had heard is kept in its log."
        case websockets.WebSocketException():
            return f"{server} is no Colloquy server ({error}); look at the address."
        case OSError(filename=name) if name is not None:
            return f"{name} cannot be written: {error.strerror}; choose another folder with --out."
        case _:
            why = "its name is not known" if isinstance(error, socket.gaierror) else "nothing answers there"
            return (
                f"{server} cannot be reached: {why}. Start one with `python -m edge serve`, or leave --server out:"
                " then one is started for this lesson."
            )


async def _practise_all(url: str, arguments: argparse.Namespace, console: Console) -> int:
    view = LessonView(console, as_json=arguments.json)
    lesson = PractisedLesson(LessonClient(url, arguments.learner), view, arguments)
    failed = 0
    try:
        await lesson.start()
        for name in arguments.files:
            try:
                await lesson.say(Path(name))
            except AudioError as error:
                failed += 1
                view.refused(name, error.code, str(error))
        await lesson.end()
    finally:
        await lesson.close()
    return 1 if failed else 0


class Playback:
    """When the tutor's voice would be over, played as it comes ``speed`` times as fast; at speed 0 it takes no time.

    The log counts what was heard as time practised, so it must not be told before that time has passed.
    """

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._speed = speed
        self._clock = clock
        self._over_at = 0.0

    def add(self, duration_ms: int) -> None:
        """A segment has come; it is played after those before it."""
        if self._speed > 0:
            self._over_at = max(self._over_at, self._clock()) + duration_ms / 1000 / self._speed

    @property
    def left_s(self) -> float:
        """Seconds until all that has come has been played."""
        return max(0.0, self._over_at - self._clock())


class PractisedLesson:
    """One lesson, recording after recording."""

    def __init__(self, client: LessonClient, view: LessonView, arguments: argparse.Namespace) -> None:
        self._client = client
        self._view = view
        self._arguments = arguments
        self._turn = 0
        self._exercise = ""
        self._left: set[str] = set()
        self._playback = Playback(arguments.speed)

    async def start(self) -> None:
        """Open the session and let the tutor greet. Raises `LessonRefused`."""
        wanted = self._arguments
        first = await self._client.start(
            tutor=wanted.tutor,
            level=wanted.level,
            mode=wanted.mode,
            topic=wanted.topic,
            text=wanted.text,
            endpointing="auto" if wanted.hands_free else "manual",
            client="cli",
        )
        self._view.message(first)
        if first["type"] == "error":
            raise LessonRefused(first["message"])
        self._exercise = first["exercise"]
        try:
            await self._receive_turn(Clip(), Latency(), time.monotonic)
        except AudioError as error:
            raise LessonRefused(error.message) from error
        await self._listen()

    async def say(self, path: Path) -> None:
        """Say one recording and receive the tutor's answer to it. Raises `AudioError` on a file that is unusable."""
        audio = decode_audio(path.read_bytes())
        pcm = (audio * 32767).clip(-32768, 32767).astype("<i2").tobytes()
        await self._ask_for_text()
        self._turn += 1
        clip, latency = Clip(), Latency()
        ended: list[float] = []
        self._view.recording(path.name, len(audio) / SAMPLE_RATE_HZ, self._arguments.text or self._exercise)
        sender = asyncio.create_task(self._send_audio(pcm, ended))
        try:
            await self._receive_turn(clip, latency, lambda: ended[0] if ended else time.monotonic())
        except AudioError:
            await self._client.send({"type": "cancel_recording", "turn": self._turn})
            self._turn -= 1
            raise
        finally:
            sender.cancel()
        wav, mp4 = self._leave(clip, path)
        self._view.summary(self._client.session, latency, wav, mp4)
        await self._listen()

    async def end(self) -> None:
        """Close the session."""
        await self._client.command("end_session")
        with contextlib.suppress(TimeoutError):
            await self._client.until("progress", 5.0, stage="ended")

    async def close(self) -> None:
        """Leave the server."""
        await self._client.close()

    async def _ask_for_text(self) -> None:
        """Where the tutor has gone on to another sentence, go back to the one of ``--text``, as a learner can."""
        if self._arguments.text and self._exercise != self._arguments.text and self._turn:
            await self._client.command("retry", turn=self._turn)
            self._exercise = self._arguments.text

    async def _send_audio(self, pcm: bytes, ended: list[float]) -> None:
        """Send in real time (times ``speed``); ``ended`` gets the moment at which the recording was over."""
        step = SAMPLE_RATE_HZ * 2 * CHUNK_MS // 1000
        hands_free, speed = self._arguments.hands_free, self._arguments.speed
        data = pcm + bytes(step) * (TRAILING_SILENCE_MS // CHUNK_MS if hands_free else 0)
        began = time.monotonic()
        for chunk, start in enumerate(range(0, len(data), step)):
            if not ended and start >= len(pcm):
                ended.append(time.monotonic())
            await self._client.send_chunk(self._turn, chunk, data[start : start + step])
            self._view.sent(min(1.0, (start + step) / len(pcm)))
            if speed > 0:
                await asyncio.sleep(began + (chunk + 1) * CHUNK_MS / 1000 / speed - time.monotonic())
        if not ended:
            ended.append(time.monotonic())
        if not hands_free:
            await self._client.command("end_recording", turn=self._turn, reference=self._arguments.text or None)

    async def _receive_turn(self, clip: Clip, latency: Latency, ended: Callable[[], float]) -> None:
        """Receive until the tutor has said and shown all of this turn. Raises `AudioError` when it was refused."""
        while not self._client.answered(self._turn):
            message, payload = await self._client.receive()
            self._view.message(message)
            if message["type"] == "tutor_reply" and message["exercise"]:
                self._exercise = message["exercise"]
            if message["type"] == "error" and message["part"] < 0:
                raise AudioError(message["code"], message["message"])
            if message.get("turn") == self._turn:
                latency.note(message, round((time.monotonic() - ended()) * 1000, 1))
                _collect(clip, message, payload)
                if message["type"] == "tutor_audio":
                    self._playback.add(message["duration_ms"])
        latency.complete = round((time.monotonic() - ended()) * 1000, 1)

    async def _listen(self) -> None:
        """Let the reply go by as if it were played, then tell that it was heard to its end."""
        with self._view.listening():
            await asyncio.sleep(self._playback.left_s)
        await self._client.command("heard", turn=self._turn, heard_ms=TO_ITS_END_MS)

    def _leave(self, clip: Clip, path: Path) -> tuple[str, str]:
        """Write the tutor's reply beside the other files of ``--out``; the names, "" for none."""
        if not self._arguments.out or not len(clip.samples):
            return "", ""
        folder = Path(self._arguments.out)
        folder.mkdir(parents=True, exist_ok=True)
        name = _unused(path.stem, self._left)
        self._left.add(name)
        if name != path.stem:
            self._view.renamed(path.name, name)
        wav, mp4 = folder / f"{name}.reply.wav", folder / f"{name}.reply.mp4"
        clip.write_wav(wav)
        clip.write_mp4(mp4)
        return str(wav), str(mp4)


def _unused(stem: str, used: set[str]) -> str:
    """The stem, numbered where an earlier recording of this lesson had it: name, name-2, name-3 …"""
    numbered = (f"{stem}-{number}" for number in itertools.count(2))
    return stem if stem not in used else next(name for name in numbered if name not in used)


def _collect(clip: Clip, message: ServerMessage, payload: bytes) -> None:
    if message["type"] == "tutor_audio":
        clip.add_audio(message["segment"], message["start_ms"], payload)
    elif message["type"] == "tutor_video":
        clip.add_video(message["segment"], payload, message["init_bytes"])
