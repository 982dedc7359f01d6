"""How fast each format writes rows, and how much memory it takes while it does.

``python -m bench.formats``: 20,000 dialogues of ten messages, and 1,000 recordings of three seconds (FLAC, noise), each
format in a process of its own, on one core; once with a tenth of the rows and once with all, whose peaks of memory
should be the same. Nothing is read from a log.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from actors.hearing.decode import encode_flac
from actors.ports import SAMPLE_RATE_HZ
from bench.machine import machine
from events.values import Blob
from replay.datasets.formats.catalogue import FORMATS, kinds_by_format
from replay.datasets.formats.writer import About, Part
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.kinds.kind import Context
from replay.datasets.rows import Clip, Lineage, Row

ROWS = {"dialogue": 20_000, "asr": 1_000}
SECONDS = 3
SAYING = "Yesterday I went to the market with my mother and we bought some apples."


class Noise:
    """`replay.datasets.formats.writer.Sounds`: three seconds of noise, whatever the clip."""

    def __init__(self) -> None:
        self._data = encode_flac(np.random.default_rng(1).normal(0, 0.1, SECONDS * SAMPLE_RATE_HZ).astype(np.float32))

    def read(self, clip: Clip) -> bytes:
        """The noise."""
        return self._data


def main() -> None:
    """Print a line for each format and kind."""
    print(
        f"{machine()}; processor time; peak memory above that of the libraries, with a tenth of the rows and with all"
    )
    taken = kinds_by_format(KINDS)
    for kind, count in ROWS.items():
        for form in FORMATS:
            if kind in taken[form]:
                (_, before), (seconds, after) = _apart(form, kind, count // 10), _apart(form, kind, count)
                print(f"{kind:10}{form:14}{count / seconds:10,.0f} rows/s{before:8.0f} MB{after:8.0f} MB", flush=True)


def _apart(form: str, kind: str, count: int) -> tuple[float, float]:
    """Processor seconds and peak memory (MB) in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(written, (form, kind, count))


def written(form: str, kind: str, count: int) -> tuple[float, float]:
    """Write rows in this process: processor seconds, and by how many MB its peak of memory rose."""
    found = KINDS[kind]
    about = About(name="bench", kind=kind, language="en", columns=found.columns, audio=found.audio)
    writer, part, sounds = FORMATS[form](), Part(split="train", number=0, count=1), Noise()
    with tempfile.TemporaryDirectory() as folder:
        before = _peak_mb()
        start = time.process_time()
        writer.write(part, _rows(kind, count), sounds, Path(folder), about)
        writer.finish([part], Path(folder), about)
        seconds = time.process_time() - start
    return seconds, _peak_mb() - before


def _peak_mb() -> float:
    """Peak memory of this process. Not by getrusage: there a child begins with its parent's peak."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _rows(kind: str, count: int) -> Iterator[Row]:
    own = _columns(kind) | dict.fromkeys(Context.__struct_fields__, "")
    blob = Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=0)
    clip = Clip(blob=blob, learner="ana", sample_rate_hz=SAMPLE_RATE_HZ) if KINDS[kind].audio else None
    for number in range(count):
        lineage = Lineage(stream=f"s{number}", events=("event",) * 3, types=("speech.uttered.v1",) * 3)
        yield Row(id=f"{kind}/s{number}/1", kind=kind, learner="ana", columns=own, lineage=lineage, audio=clip)


def _columns(kind: str) -> dict[str, object]:
    if kind == "dialogue":
        roles = ("system", *("user", "assistant") * 5)
        return {"messages": tuple({"role": role, "content": SAYING} for role in roles), "exchanges": ()}
    words = tuple(
        {"text": word, "start_ms": 200 * place, "end_ms": 200 * place + 200, "confidence": 0.9}
        for place, word in enumerate(SAYING.split())
    )
    times = {"duration_s": float(SECONDS), "speech_start_ms": 0, "speech_end_ms": 3000}
    told = {"text": SAYING, "text_from": "transcript", "transcript": SAYING, "confidence": 0.9, "source": "microphone"}
    return told | times | {"words": words}


if __name__ == "__main__":
    main()
