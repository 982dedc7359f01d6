"""Whisper base as we decode it beside faster-whisper alone: word error rate and time, same weights, same recordings.

``python -m bench.wer --n 200 --data ../shared/data``. ``--sphinx`` adds the last resort.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from actors.hearing.silero import SileroDetector
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from bench.asr import DATA, SEED, Recognition, Recording, error_rate, quantile, recognise, recordings
from edge.client import LessonClient
from edge.launch import running_server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.wer", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="number of random recordings")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds speechocean762-train")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--sphinx", action="store_true", help="measure PocketSphinx too")
    parser.add_argument("--server", action="store_true", help="measure through the whole server too")
    options = parser.parse_args()
    try:
        samples = recordings(options.data, options.n, seed=options.seed)
    except FileNotFoundError as error:
        print(f"no recordings of learners here ({error.filename}); name their folder with --data", file=sys.stderr)
        return 1
    print(f"{len(samples)} recordings, {sum(sample.duration_s for sample in samples):.0f} s; {os.cpu_count()} cores")
    print(f"{'engine':<24}{'WER':>7}{'median':>9}{'p95':>8}{'max':>8}{'3-4 s: median':>15}{'p95':>8}")
    for name, transcribe in engines(sphinx=options.sphinx).items():
        print_line(recognise(name, transcribe, samples), samples)
    if options.server:
        with tempfile.TemporaryDirectory() as folder, running_server({"COLLOQUY_DATA": folder}) as url:
            print_line(asyncio.run(through_server(url, samples)), samples)
    return 0


async def through_server(url: str, samples: tuple[Recording, ...]) -> Recognition:
    """The recordings as the utterances of one lesson over the WebSocket; seconds from an end to its transcript.

    A new utterance cuts the tutor's answer to the last one short, so nothing waits for its voice.
    """
    texts, seconds = [], []
    client = LessonClient(url, "bench")
    await client.start(tutor="joe", endpointing="manual")
    await client.until_answered(0)
    step = SAMPLE_RATE_HZ // 5
    for turn, sample in enumerate(samples, 1):
        pcm = (np.clip(sample.audio, -1, 1) * 32767).astype("<i2").tobytes()
        for chunk, start in enumerate(range(0, len(pcm), step)):
            await client.send_chunk(turn, chunk, pcm[start : start + step])
        began = time.perf_counter()
        await client.command("end_recording", turn=turn)
        heard = await client.until("transcription", final=True, turn=turn)
        seconds.append(time.perf_counter() - began)
        texts.append(heard["text"])
    await client.close()
    return Recognition(engine="ours, whole server", texts=tuple(texts), seconds=tuple(seconds))


def engines(*, sphinx: bool) -> dict[str, Callable[[Audio], str]]:
    """The engines under test by name; all Whispers share the store's weights."""
    store = ModelStore.for_user(os.environ)
    ours = WhisperRecogniser(
        LoadedWhisper(store.path("whisper-base"), detector=SileroDetector(store.weights("silero-vad")), remembered=0)
    )
    theirs = WhisperModel(str(store.path("whisper-base")), device="cpu", compute_type="int8")
    found: dict[str, Callable[[Audio], str]] = {
        "ours, final": lambda audio: ours.transcribe(audio).text,
        "ours, partial": lambda audio: ours.transcribe(audio, partial=True).text,
        "faster-whisper alone": lambda audio: " ".join(
            segment.text for segment in theirs.transcribe(audio, language="en")[0]
        ),
    }
    if sphinx:
        from actors.hearing.sphinx import SphinxRecogniser

        last = SphinxRecogniser()
        found["pocketsphinx"] = lambda audio: last.transcribe(audio).text
    return found


def print_line(result: Recognition, samples: tuple[Recording, ...]) -> None:
    """One line of the table: seconds over all recordings, then over those of 3 to 4 s."""
    rate = error_rate(samples, result.texts)
    short = [
        second for second, sample in zip(result.seconds, samples, strict=True) if 3 <= sample.duration_s <= 4
    ] or list(result.seconds)
    print(
        f"{result.engine:<24}{rate:>7.3f}{result.median_s:>8.2f}s{result.p95_s:>7.2f}s{max(result.seconds):>7.2f}s"
        f"{quantile(short, 0.5):>14.2f}s{quantile(short, 0.95):>7.2f}s",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
