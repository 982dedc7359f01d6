"""How close the phones' boundaries lie to those of a voice that tells them: sentences spoken by Kokoro.

``python -m bench.alignment --n 300``: sentences of speechocean762 (``../shared/data``) in its English voices, without
slips, with random numbers that are none of training's; the share of boundaries within 20 and 40 ms, and of texts that
found no place among all recordings of the corpus with ``--corpus-too``.
"""

import argparse
import json
import os
import random
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from actors.hearing.decode import decode_audio
from actors.hearing.whisper_model import FRAME_SAMPLES, LoadedWhisper
from actors.models import ModelStore
from actors.ports import SAMPLE_RATE_HZ
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import SHIPPED, open_model
from actors.pronunciation.phones import plain
from actors.pronunciation.placing import place
from bench.assessment import CORPUS, Row
from bench.machine import machine

FIRST = 1_000_000
"""Random numbers from here on are none of training's."""
NEAR_MS, FAR_MS = 20, 40


def off_ms(corpus: Path, count: int) -> list[float]:
    """How far each boundary lies from the voice's own."""
    from actors.voice.kokoro import Kokoro
    from training_actors.pronunciation import synthesis

    store = ModelStore.for_user(os.environ)
    kokoro = Kokoro(store.path("kokoro-82m-int8"), store.path("kokoro-voices") / "voices")
    voices = [file.stem for file in sorted((store.path("kokoro-voices") / "voices").glob("[ab]*.bin"))]
    listener = WhisperListener(LoadedWhisper(store.path("whisper-base")))
    network = open_model(SHIPPED).network
    rows = _rows(corpus)
    found: list[float] = []
    for number in range(FIRST, FIRST + count):
        rng = random.Random(number)
        words = [[plain(phone) for phone in word["phones"]] for word in rng.choice(rows)["words"]]
        speech = synthesis.spoken(kokoro, voices, words, rng, slips=False)
        listened = listener.listen(speech.samples)
        placed = place(network.log_posteriors(listened.frames), [(tuple(word),) for word in words])
        if placed is None or len(placed.spans) != len(speech.phones):
            continue
        for (start, end), phone in zip(placed.spans, speech.phones, strict=True):
            ours = (int(listened.starts[start]), int(listened.starts[end - 1]) + FRAME_SAMPLES)
            for mine, theirs in zip(ours, (phone.start, phone.end), strict=True):
                found.append((mine - theirs) / SAMPLE_RATE_HZ * 1000)
    return found


def failures(corpus: Path) -> tuple[int, int]:
    """Recordings of the corpus whose text found no place, of how many."""
    store = ModelStore.for_user(os.environ)
    listener = WhisperListener(LoadedWhisper(store.path("whisper-base")))
    network = open_model(SHIPPED).network
    rows = _rows(corpus)
    failed = 0
    for row in rows:
        listened = listener.listen(decode_audio((corpus / row["audio"]).read_bytes()))
        words = [(tuple(plain(phone) for phone in word["phones"]),) for word in row["words"]]
        failed += listened.silent or place(network.log_posteriors(listened.frames), words) is None
    return failed, len(rows)


def _rows(corpus: Path) -> list[Row]:
    return [json.loads(line) for line in (corpus / "utterances.jsonl").read_text("utf-8").splitlines()]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.alignment", description=__doc__)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--corpus-too", action="store_true", help="count failures over the whole corpus")
    options = parser.parse_args(arguments)
    if not options.corpus.is_dir():
        raise SystemExit(f"no corpus in {options.corpus}: give the folder of speechocean762 with --corpus")
    off = np.array(off_ms(options.corpus, options.n))
    table = Table("boundaries", f"within {NEAR_MS} ms", f"within {FAR_MS} ms", "median off", caption=machine())
    table.add_row(
        f"{len(off):,} of {options.n} sentences",
        f"{np.mean(np.abs(off) <= NEAR_MS):.1%}",
        f"{np.mean(np.abs(off) <= FAR_MS):.1%}",
        f"{np.median(off):+.0f} ms",
    )
    Console(width=110).print(table)
    if options.corpus_too:
        failed, count = failures(options.corpus)
        print(f"{failed} of {count} texts found no place in their recordings")


if __name__ == "__main__":
    main()
