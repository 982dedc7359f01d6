"""Seconds to assess pronunciation on one core beyond the transcript; beside it PocketSphinx and librosa's pYIN.

``python -m bench.pronunciation --n 30``: recordings of about five seconds of speechocean762 (``../shared/data``), each
put to all engines in turns. The transcript is made first, as in a lesson; its Whisper is the one that the scorer uses.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from actors.assessment.lexicon import Lexicon, bundled_dictionary
from actors.assessment.sphinx import SphinxPronunciationScorer
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ, Audio
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import SHIPPED, open_model
from actors.pronunciation.scorer import TrainedPronunciationScorer
from bench.assessment import CORPUS, Row, utterances
from bench.machine import machine, percentile, spread

SHORTEST_S, LONGEST_S = 4.5, 5.5


def engines() -> dict[str, Callable[[Audio, str], Any]]:
    """What is measured, in the order of a lesson."""
    import pocketsphinx

    store = ModelStore.for_user(os.environ)
    whisper = LoadedWhisper(store.path("whisper-base"), threads=1)
    recogniser = WhisperRecogniser(whisper)
    lexicon = Lexicon(bundled_dictionary())
    scorer = TrainedPronunciationScorer(open_model(SHIPPED), WhisperListener(whisper), lexicon)
    earlier = SphinxPronunciationScorer()
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    heard: dict[str, Any] = {}

    def transcribe(audio: Audio, text: str) -> None:
        heard["words"] = recogniser.transcribe(audio).words

    def align(audio: Audio, text: str) -> None:
        pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
        decoder.set_align_text(text.lower())
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()

    found: dict[str, Callable[[Audio, str], Any]] = {
        "the transcript": transcribe,
        "ours, beyond the transcript": lambda audio, text: scorer.score(audio, text, heard["words"]),
        "our earlier scorer (PocketSphinx's model in NumPy)": lambda audio, text: earlier.score(audio, text),
        "PocketSphinx, word alignment alone": align,
    }
    try:
        import librosa
    except ImportError:
        print("librosa is not installed: the extra bench adds its pYIN to the table")
    else:
        found["librosa's pYIN"] = lambda audio, text: librosa.pyin(audio, fmin=60, fmax=700, sr=SAMPLE_RATE_HZ)
    return found


def recordings(corpus: Path, count: int) -> list[Row]:
    """Of about five seconds."""
    fit, test = utterances(corpus)
    return [row for row in (*test, *fit) if SHORTEST_S <= row["duration_s"] <= LONGEST_S][:count]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pronunciation", description=__doc__)
    parser.add_argument("--n", type=int, default=30)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args(arguments)
    if not options.corpus.is_dir():
        raise SystemExit(f"no corpus in {options.corpus}: give the folder of speechocean762 with --corpus")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from actors.hearing.decode import decode_audio

    rows = recordings(options.corpus, options.n + 1)
    seconds: dict[str, list[float]] = {}
    measured = engines()
    for number, row in enumerate(rows):
        audio = decode_audio((options.corpus / row["audio"]).read_bytes())
        for name, engine in measured.items():
            began = time.perf_counter()
            engine(audio, row["text"])
            if number:  # the first of each allocates what later ones use again
                seconds.setdefault(name, []).append(time.perf_counter() - began)
    table = Table("one core", "s, median (range)", "p95", title="An utterance of 5 s", caption=machine())
    for name, each in seconds.items():
        table.add_row(name, spread(each, 3), f"{percentile(each, 0.95):.3f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
