"""Voice-to-voice time on learners' recordings, through the whole server: end of speech to the tutor's first audio.

``python -m bench.turns``. A microphone is played in real time into a server of its own; the end of speech is the last
speech window of Silero over the whole recording. Three ways: hands-free with the sentence known (guided), hands-free in
conversation, and push-to-talk released at the end of speech, where nothing can be done ahead: its time is shared out
among the engines as the log tells, and what is left over is orchestration (sockets, Ray, log, blobs, projections).
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from actors.hearing.silero import SileroDetector
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from bench.asr import DATA, SEED, Recording, quantile, recordings
from bench.machine import machine
from edge.client import LessonClient
from edge.launch import running_server

CHUNK_MS = 50
WINDOW_MS = 32
WAIT_S = 6.0
"""Silence after which a turn that has not been answered counts as lost."""
WAYS = {
    "guided": ("hands-free, guided", "sentence", "auto"),
    "conversation": ("hands-free, conversation", "conversation", "auto"),
    "push": ("push-to-talk, guided", "sentence", "manual"),
}
"""What is printed for each way, the lesson's mode, and its endpointing."""
ENGINES = ("asr", "assessment", "tutor", "voice")


class Answer(Struct, frozen=True, kw_only=True):
    """One turn: ms from the end of speech to the first audio, to the endpoint, and of each engine on the way.

    ``cut`` tells that the server closed the utterance before its end.
    """

    total_ms: float
    endpoint_ms: float
    engines_ms: dict[str, float]
    cut: bool

    @property
    def orchestration_ms(self) -> float:
        return self.total_ms - sum(self.engines_ms.values())


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__)
    parser.add_argument("--n", type=int, default=28, help="recordings for each way")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds speechocean762-train")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--voice", default="piper", help="the voice to prefer")
    parser.add_argument("--way", choices=list(WAYS), action="append", help="only this way; may be repeated")
    options = parser.parse_args(arguments)
    try:
        samples = recordings(options.data, options.n, seed=options.seed)
    except FileNotFoundError as error:
        print(f"no recordings of learners here ({error.filename}); name their folder with --data", file=sys.stderr)
        return 1
    ends = speech_ends(samples)
    print(f"Voice to voice, {len(samples)} recordings of learners, {options.voice}, rule-based tutor; {machine()}")
    print(f"{'way':<26}{'median':>9}{'p95':>9}{'endpoint':>10}{'cut early':>11}{'unanswered':>12}")
    with tempfile.TemporaryDirectory() as folder:
        environ = {"COLLOQUY_DATA": folder, "COLLOQUY_PREFER": options.voice}
        with running_server(environ) as url:
            asyncio.run(measure(url, samples, ends, options.way or tuple(WAYS)))
    return 0


def speech_ends(samples: Sequence[Recording]) -> list[int]:
    """Where each recording's speech ends, ms."""
    detector = SileroDetector(ModelStore.for_user(os.environ).weights("silero-vad"))
    ends = []
    for sample in samples:
        found = detector.detect(sample.audio, b"").probabilities
        ends.append(WINDOW_MS * (1 + max((n for n, share in enumerate(found) if share > 0.5), default=len(found))))
    return ends


async def measure(url: str, samples: Sequence[Recording], ends: Sequence[int], ways: Sequence[str]) -> None:
    """The ways, one after the other."""
    for way in ways:
        name, mode, endpointing = WAYS[way]
        answers = [
            await turn(url, sample, end_ms, mode=mode, endpointing=endpointing)
            for sample, end_ms in zip(samples, ends, strict=True)
        ]
        report(name, [answer for answer in answers if answer is not None], len(samples))


async def turn(url: str, sample: Recording, end_ms: int, *, mode: str, endpointing: str) -> Answer | None:
    """One lesson of one utterance; None when the server did not answer."""
    client = LessonClient(url, "bench")
    text = sample.text.capitalize() if mode == "sentence" else ""
    await client.start(tutor="joe", level="A2", mode=mode, text=text, endpointing=endpointing)
    await client.until_answered(0)
    await client.command("heard", turn=0, heard_ms=10**9)
    try:
        return await _answered(client, sample.audio, end_ms, released=endpointing == "manual")
    except TimeoutError:
        return None
    finally:
        await client.close()


async def _answered(client: LessonClient, audio: Audio, end_ms: int, *, released: bool) -> Answer:
    began = time.monotonic()
    sender = asyncio.create_task(_play(client, audio, end_ms, began, released=released))
    uttered_ms = 0.0
    try:
        async with asyncio.timeout(len(audio) / SAMPLE_RATE_HZ + WAIT_S):
            while True:
                message, _ = await client.receive()
                now_ms = (time.monotonic() - began) * 1000 - end_ms
                if message["type"] == "progress" and message["stage"] == "uttered":
                    uttered_ms = now_ms
                if message["type"] == "tutor_audio" and message["turn"] == 1:
                    return Answer(
                        total_ms=now_ms, endpoint_ms=uttered_ms, engines_ms=_shares(client.messages), cut=uttered_ms < 0
                    )
    finally:
        sender.cancel()


async def _play(client: LessonClient, audio: Audio, end_ms: int, began: float, *, released: bool) -> None:
    """A microphone in real time; ``released`` stops at the end of speech, else silence follows."""
    if released:
        audio = audio[: end_ms * SAMPLE_RATE_HZ // 1000]
    pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
    step = SAMPLE_RATE_HZ * 2 * CHUNK_MS // 1000
    if not released:
        pcm += bytes(SAMPLE_RATE_HZ * 2 * int(WAIT_S))
    for chunk, start in enumerate(range(0, len(pcm), step)):
        piece = pcm[start : start + step]
        due = began + (start + len(piece)) / 2 / SAMPLE_RATE_HZ
        await asyncio.sleep(due - time.monotonic())
        await client.send_chunk(1, chunk, piece)
    if released:
        await client.command("end_recording", turn=1)


def _shares(messages: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds of each engine on the way to the first audio of turn 1."""
    mine = [message for message in messages if message.get("turn") == 1 and message["part"] >= 0]

    def first(kind: str) -> dict[str, Any]:
        return next(message for message in mine if message["type"] == kind)

    judges = [use["latency_ms"] for use in first("analysis_complete")["engines"]]
    return {
        "asr": first("transcription")["engine"]["latency_ms"],
        "assessment": max(judges, default=0.0),
        "tutor": first("tutor_reply")["engine"]["latency_ms"],
        "voice": first("tutor_audio")["engine"]["latency_ms"],
    }


def report(name: str, answers: Sequence[Answer], asked: int) -> None:
    """A line, and for push-to-talk the shares."""
    totals = [answer.total_ms for answer in answers if not answer.cut]
    endpoints = [answer.endpoint_ms for answer in answers if not answer.cut]
    cut = sum(answer.cut for answer in answers)
    print(
        f"{name:<26}{statistics.median(totals):>6.0f} ms{quantile(totals, 0.95):>6.0f} ms"
        f"{statistics.median(endpoints):>7.0f} ms{f'{cut} of {asked}':>11}{f'{asked - len(answers)} of {asked}':>12}"
    )
    if not name.startswith("push"):
        return
    for engine in ENGINES:
        times = [answer.engines_ms[engine] for answer in answers]
        print(f"    {engine:<22}{statistics.median(times):>6.0f} ms{quantile(times, 0.95):>6.0f} ms")
    rest = [answer.orchestration_ms for answer in answers]
    print(f"    {'orchestration':<22}{statistics.median(rest):>6.0f} ms{quantile(rest, 0.95):>6.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
