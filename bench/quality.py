"""What each measure of a dataset's rows costs, on learners' recordings and their texts.

``python -m bench.quality --n 60 --data ../shared/data``: processor milliseconds for a second of audio, and
microseconds a text; each measure alone, on one core, models loaded before. Four measures share Silero's windows.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from actors.hearing.clipping import clipped_ratio
from actors.hearing.silero import SileroDetector
from actors.hearing.snr import snr_db
from actors.hearing.windows import speech_probabilities
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ
from bench.asr import DATA, recordings
from bench.machine import machine, spread
from replay.quality.dnsmos import MODEL, Dnsmos
from replay.quality.exact import text_hash
from replay.quality.language import LanguageIdentifier
from replay.quality.loudness import loudness_lufs
from replay.quality.near_audio import fingerprint
from replay.quality.near_texts import signature
from replay.quality.personal import scrub
from replay.quality.vocabulary import moving_average_ttr
from replay.quality.words import words_of

ROUNDS = 3
SEED = 32
Item = TypeVar("Item")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=60)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    try:
        chosen = recordings(arguments.data, arguments.n, seed=SEED)
    except FileNotFoundError as error:
        sys.exit(f"no recordings of learners here ({error.filename}); name their folder with --data")
    store = ModelStore.for_user(os.environ)
    store.fetch(MODEL)
    detector, judge = SileroDetector(store.weights("silero-vad")), Dnsmos(store.weights(MODEL))
    language = LanguageIdentifier()
    sounds = [recording.audio for recording in chosen]
    windows = [speech_probabilities(audio, detector) for audio in sounds]
    seconds = sum(map(len, sounds)) / SAMPLE_RATE_HZ
    print(f"{machine()}; {len(sounds)} recordings, {seconds:.0f} s; median (least-greatest) of {ROUNDS} rounds")
    per_second = {
        "Silero: speech_ratio, lead_ms, tail_ms": _seconds(lambda audio: speech_probabilities(audio, detector), sounds),
        "snr_db, from Silero's windows": _seconds(lambda both: snr_db(*both), list(zip(sounds, windows, strict=True))),
        "loudness_lufs": _seconds(loudness_lufs, sounds),
        "clipped_ratio": _seconds(clipped_ratio, sounds),
        "dnsmos_*": _seconds(judge.judge, sounds),
        "near copies (fingerprint)": _seconds(fingerprint, sounds),
    }
    for name, rounds in per_second.items():
        print(f"{name:42} {spread([1000 * taken / seconds for taken in rounds], 2)} ms for a second of audio")
    texts = [recording.text for recording in chosen]
    per_text = {
        "words, ttr": _seconds(lambda text: moving_average_ttr(words_of(text)), texts),
        "language_probability": _seconds(lambda text: language.probability(text, "en"), texts),
        "personal_data": _seconds(scrub, texts),
        "exact copies (SHA-256)": _seconds(text_hash, texts),
        "near copies (MinHash)": _seconds(signature, texts),
    }
    for name, rounds in per_text.items():
        print(f"{name:42} {spread([1e6 * taken / len(texts) for taken in rounds])} µs a text")


def _seconds(measure: Callable[[Item], object], items: Sequence[Item]) -> list[float]:
    """Processor seconds that each round takes; a first call, which loads libraries, does not count."""
    measure(items[0])
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for item in items:
            measure(item)
        rounds.append(time.process_time() - start)
    return rounds


if __name__ == "__main__":
    main()
