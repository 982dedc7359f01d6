"""The drawn face against real time on one core: frames a second, where the time goes, first fragment, memory.

Run with ``python -m bench.face [--tutor NAME] [--seconds 10] [--runs 5]``. The target is four times real time (100
frames a second) at 1280x720 with encoding. The process is pinned to one core; rates are of its CPU time, so that a busy
neighbour does not count.
"""

import argparse
import itertools
import os
import resource
import time

import cv2
from msgspec import Struct

from actors.face import video
from actors.face.drawn import TUTORS, DrawnFace, performance
from actors.face.figure import Stage, layers_of
from actors.ports import FRAMES_PER_SECOND, FaceTrack
from bench.machine import machine, spread
from events.values import Phoneme
from policies.visemes import viseme_timeline

_SENTENCE = (
    "ð ɪ s . ɪ z ə l ˈɔ ŋ s ˈɛ n t ə n s w ɪ ð ˈɛ v ɹ i s ˈaʊ n d . s ˈoʊ m eɪ b iː j uː k æ n f ˈɑː l oʊ m iː ."
)


_ENCODED_TOGETHER = 50


class Run(Struct, frozen=True):
    """Seconds of one run: everything, drawing alone, encoding alone (CPU), and until the first fragment (clock)."""

    whole: float
    draw: float
    encode: float
    first: float


def spoken_track(tutor: str, seconds: float) -> FaceTrack:
    """A track that talks all the time: one sentence again and again at an everyday pace."""
    phonemes: list[Phoneme] = []
    now = 0
    for symbol in itertools.cycle(_SENTENCE.split()):
        if now >= seconds * 1000:
            break
        end = now + (160 if symbol == "." else 110 if symbol.startswith("ˈ") else 70)
        phonemes.append(Phoneme(ipa=symbol.strip("."), start_ms=now, end_ms=end))
        now = end
    duration = int(seconds * FRAMES_PER_SECOND) * video.FRAME_MS
    visemes = viseme_timeline(phonemes)
    return FaceTrack(visemes=visemes, duration_ms=duration, start_ms=0, tutor=tutor, emotion="happy", seed=1)


def measure(face: DrawnFace, track: FaceTrack) -> Run:
    """One run of the whole path, then of its two halves apart, in CPU seconds; the first fragment by the clock."""
    clock, begin = time.perf_counter(), time.process_time()
    rendering = face.render(track)
    next(rendering)
    first = time.perf_counter() - clock
    for _ in rendering:
        pass
    whole = time.process_time() - begin

    motion, mouths = performance(track)
    stage = Stage(layers_of(track.tutor))
    frames, draw, encode = [], 0.0, 0.0
    for index in range(len(mouths)):
        begin = time.process_time()
        drawn = stage.draw(motion, mouths, index)
        draw += time.process_time() - begin
        frames.append(drawn.copy())
        if len(frames) == _ENCODED_TOGETHER or index == len(mouths) - 1:
            begin = time.process_time()
            for _ in video.fragments(frames):
                pass
            encode += time.process_time() - begin
            frames.clear()
    return Run(whole, draw, encode, first)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description="The drawn face against real time on one core.")
    parser.add_argument("--tutor", choices=TUTORS, default="maya")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    face, track = DrawnFace(), spoken_track(options.tutor, options.seconds)
    begin = time.process_time()
    face.prepare(options.tutor)
    painted = time.process_time() - begin
    measure(face, spoken_track(options.tutor, 1.0))
    report(track, painted, [measure(face, track) for _ in range(options.runs)])


def report(track: FaceTrack, painted: float, runs: list[Run]) -> None:
    """Print what was measured: medians, and the least and greatest of the runs."""
    frames = track.duration_ms // video.FRAME_MS
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size, seconds = f"{video.WIDTH}x{video.HEIGHT}", track.duration_ms / 1000
    print(f"face: {track.tutor}, {size}, {seconds:g} s of speech, pinned to one core")
    print(f"      {machine()}, {len(runs)} runs")
    print(f"  frames a second of CPU    {spread([frames / run.whole for run in runs], 1)}")
    print(f"  times real time           {spread([seconds / run.whole for run in runs], 2)}   target 4")
    print(f"  draw and convert, ms      {spread([1000 * run.draw / frames for run in runs], 2)} a frame")
    print(f"  encode, ms                {spread([1000 * run.encode / frames for run in runs], 2)} a frame")
    print(f"  first fragment, ms        {spread([1000 * run.first for run in runs], 0)} by the clock")
    print(f"  layers painted, ms        {1000 * painted:.0f} once a tutor")
    print(f"  peak memory, MB           {peak_mb:.0f} of the whole process")


if __name__ == "__main__":
    main()
