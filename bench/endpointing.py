"""Turn taking on learners' recordings: how many are cut at a pause, and how long one waits after the true end.

``python -m bench.endpointing --n 60 --data ../shared/data``: fixed silences beside our policy, in guided-sentence
mode (the reference is known) and in conversation. Each recording is followed by 2.5 s of its own
background. The true end is the end of the last speech window. Our policy hears real transcripts: at each `MaybeEnded`
the recording up to there is transcribed, and the text arrives as many milliseconds of audio later as that took, or as
``--latency-ms`` says.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from actors.hearing.silero import SileroDetector
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from bench.asr import DATA, Recording, quantile, recordings
from policies.endpointing import (
    SPEECH,
    STILL_SPEECH,
    WINDOW_MS,
    Ended,
    EndpointState,
    MaybeEnded,
    SpeechResumed,
    heard,
    initial,
    next_utterance,
    step,
)

SEED = 32
TAIL_S = 2.5
LEAD_MS = 300
FIXED_MS = (200, 500, 800, 1_200)


class Stream(Struct, frozen=True, kw_only=True):
    """A recording with background after it, its speech probabilities, and where its speech truly ends."""

    text: str
    audio: Audio
    probabilities: tuple[float, ...]

    @property
    def start_ms(self) -> int:
        return next(index for index, p in enumerate(self.probabilities) if p >= SPEECH) * WINDOW_MS

    @property
    def end_ms(self) -> int:
        return max(index for index, p in enumerate(self.probabilities) if p >= SPEECH) * WINDOW_MS + WINDOW_MS


class Transcriber:
    """Transcribes a stream up to a time, each only once; tells the milliseconds that it took."""

    def __init__(self, recogniser: WhisperRecogniser, latency_ms: int) -> None:
        self._recogniser = recogniser
        self._latency_ms = latency_ms
        self._known: dict[tuple[int, int], tuple[str, int]] = {}

    def upto(self, stream: Stream, now_ms: int) -> tuple[str, int]:
        key = (id(stream), now_ms)
        if key not in self._known:
            first = max(0, stream.start_ms - LEAD_MS) * SAMPLE_RATE_HZ // 1000
            start = time.perf_counter()
            text = self._recogniser.transcribe(stream.audio[first : now_ms * SAMPLE_RATE_HZ // 1000]).text
            took_ms = round((time.perf_counter() - start) * 1000)
            self._known[key] = (text, self._latency_ms or took_ms)
        return self._known[key]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.endpointing", description=__doc__)
    parser.add_argument("--n", type=int, default=60, help="number of random recordings")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds speechocean762-train")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--level", default="A2", help="the learners' CEFR level")
    parser.add_argument("--latency-ms", type=int, default=0, help="time for a transcript; 0: what it takes here")
    options = parser.parse_args()
    try:
        samples = recordings(options.data, options.n, seed=options.seed)
    except FileNotFoundError as error:
        print(f"no recordings of learners here ({error.filename}); name their folder with --data", file=sys.stderr)
        return 1
    store = ModelStore.for_user(os.environ)
    detector = SileroDetector(store.weights("silero-vad"))
    streams = [streamed(sample, detector) for sample in samples]
    streams = [stream for stream in streams if max(stream.probabilities) >= SPEECH]
    recogniser = WhisperRecogniser(LoadedWhisper(store.path("whisper-base"), detector=detector))
    print(f"{len(streams)} recordings, {os.cpu_count()} cores; wait: ms from the true end to the decision")
    for wait_ms in FIXED_MS:
        print_line(f"fixed {wait_ms} ms", streams, [fixed_end(stream, wait_ms) for stream in streams])
    transcriber = Transcriber(recogniser, options.latency_ms)
    for mode in ("sentence", "conversation"):
        ends = [policy_end(stream, mode, options.level, transcriber) for stream in streams]
        print_line(f"ours, {mode}", streams, [end for end, _ in ends])
        complete = [index for index, (_, reason) in enumerate(ends) if reason == "complete"]
        if complete:
            print_line("  of them completed", [streams[i] for i in complete], [ends[i][0] for i in complete])
    return 0


def streamed(sample: Recording, detector: SileroDetector) -> Stream:
    """The recording followed by noise as loud as its quietest twentieth."""
    frames = sample.audio[: len(sample.audio) // 512 * 512].reshape(-1, 512)
    level = float(np.sqrt(np.quantile(np.mean(np.square(frames), axis=1), 0.05)))
    noise = np.random.default_rng(SEED).normal(0.0, level, int(TAIL_S * SAMPLE_RATE_HZ)).astype(np.float32)
    audio: Audio = np.concatenate((sample.audio, noise))
    return Stream(text=sample.text, audio=audio, probabilities=detector.detect(audio, b"").probabilities)


def fixed_end(stream: Stream, wait_ms: int) -> int:
    """When a rule that waits for so much silence ends the utterance."""
    stopped_ms = 0
    speaking = False
    for index, probability in enumerate(stream.probabilities):
        now_ms = (index + 1) * WINDOW_MS
        speaking = probability >= (STILL_SPEECH if speaking else SPEECH)
        stopped_ms = now_ms if speaking else stopped_ms
        if stopped_ms and now_ms - stopped_ms >= wait_ms:
            return now_ms
    return len(stream.probabilities) * WINDOW_MS


def policy_end(stream: Stream, mode: str, level: str, transcriber: Transcriber) -> tuple[int, str]:
    """When our policy ends the utterance, and why. Every recording is another learner's first utterance."""
    state: EndpointState = next_utterance(initial(level=level), reference=stream.text if mode == "sentence" else "")
    arriving: tuple[int, str, int] | None = None
    for index, probability in enumerate(stream.probabilities):
        now_ms = (index + 1) * WINDOW_MS
        if arriving is not None and now_ms >= arriving[0]:
            state = heard(state, arriving[1], arriving[2])
            arriving = None
        state, events = step(state, probability, now_ms)
        for event in events:
            if isinstance(event, MaybeEnded):
                text, took_ms = transcriber.upto(stream, now_ms)
                arriving = (now_ms + took_ms, text, now_ms)
            elif isinstance(event, SpeechResumed):
                arriving = None
            elif isinstance(event, Ended):
                return now_ms, event.reason
    return len(stream.probabilities) * WINDOW_MS, "none"


def print_line(rule: str, streams: Sequence[Stream], ends_ms: Sequence[int]) -> None:
    """Share of utterances cut early; median and 90th percentile of the wait of the others."""
    late = [end - stream.end_ms for stream, end in zip(streams, ends_ms, strict=True)]
    waits = [wait for wait in late if wait >= 0] or [0]
    cut = sum(wait < 0 for wait in late)
    print(
        f"{rule:<22} cut {cut:>3} of {len(late)} ({100 * cut / len(late):.0f} %)   wait: median "
        f"{statistics.median(waits):.0f}, p90 {quantile(waits, 0.9):.0f}",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
