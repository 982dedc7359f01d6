"""What sealing costs: the log in the clear beside the sealed one, same lessons, same disk, in turns.

``python -m bench.sealing``. Fifty learners; every commit waits for the disk.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.log import ORIGIN, lessons
from bench.machine import machine, spread
from events.blobs import Blobs, BlobStore
from events.codec import CODEC, Codec
from events.lesson import LessonEvent
from events.sealing.blobs import LearnerBlobs
from events.sealing.codec import SealingCodec
from events.sealing.keys import KeyRing
from events.sealing.master_keys import MasterKeyFile
from events.sealing.sqlite_keys import sqlite_keys
from events.sqlite import SQLiteEventLog
from events.verification import all_events
from projections.progress import PROGRESS
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore

LEARNERS = 50
BLOB = bytes(range(256)) * 256
"""64 KiB, about two seconds of speech as FLAC."""
BLOBS = 200

Figures = dict[str, float]


def in_the_clear(folder: Path) -> Codec:
    """The codec without keys."""
    return CODEC


def sealed(folder: Path) -> Codec:
    """The codec with a key for each learner, as a server has it."""
    return SealingCodec(_keys(folder))


def made_keys_ms(folder: Path) -> float:
    """Make the learners' keys, which happens once in their lives; milliseconds a key."""
    keys = _keys(folder)
    keys.for_writing("the first, with the master key")
    began = time.perf_counter()
    for number in range(LEARNERS):
        keys.for_writing(f"learner-{number}")
    return (time.perf_counter() - began) / LEARNERS * 1e3


def _keys(folder: Path) -> KeyRing:
    return KeyRing(sqlite_keys(folder / "keys.sqlite"), MasterKeyFile(folder / "master.keys"))


WAYS: dict[str, Callable[[Path], Codec]] = {"in the clear": in_the_clear, "sealed": sealed}


def measure(folder: Path, streams: list[list[LessonEvent]], make: Callable[[Path], Codec]) -> Figures:
    """Append every lesson, read all of it back, fold it; events a second of each, and bytes an event."""
    count = sum(map(len, streams))
    key_ms = made_keys_ms(folder) if make is sealed else 0.0
    with SQLiteEventLog(folder / "log.sqlite", codec=make(folder)) as log:
        began = time.perf_counter()
        for number, events in enumerate(streams):
            learner = f"learner-{number % LEARNERS}"
            origin = type(ORIGIN)(learner=learner, causation="c", correlation="r", producer="bench")
            log.append(f"s{number}", events, expected_version=0, origin=origin)
        appended = time.perf_counter() - began
        size = log.size_bytes()
    # Opened anew, as by another process: its keys are not open yet.
    with SQLiteEventLog(folder / "log.sqlite", codec=make(folder)) as log:
        began = time.perf_counter()
        assert sum(1 for _ in all_events(log)) == count
        read = time.perf_counter() - began
        store = SQLiteViewStore(folder / "views.sqlite", [PROGRESS])
        runner = ProjectionRunner(log, store, [PROGRESS])
        began = time.perf_counter()
        while runner.run_once():
            pass
        folded = time.perf_counter() - began
        runner.release()
        store.close()
    return {
        "appended/s": count / appended,
        "read/s": count / read,
        "folded/s": count / folded,
        "bytes an event": size / count,
        "learner's key made, ms": key_ms,
    }


def blobs_ms(folder: Path) -> dict[str, Figures]:
    """Milliseconds to keep and to read a blob, without waiting for the disk."""
    store = BlobStore(folder / "blobs", durable=False)
    found: dict[str, Figures] = {}
    ways: dict[str, Blobs] = {"in the clear": store, "sealed": LearnerBlobs(store, _keys(folder)).of("ana")}
    for way, blobs in ways.items():
        contents = [number.to_bytes(4, "big") + BLOB for number in range(BLOBS)]
        began = time.perf_counter()
        kept = [blobs.put(content, "audio/flac") for content in contents]
        put = time.perf_counter() - began
        began = time.perf_counter()
        for blob in kept:
            blobs.get(blob.sha256)
        got = time.perf_counter() - began
        found[way] = {"blob kept, ms": put / BLOBS * 1e3, "blob read, ms": got / BLOBS * 1e3}
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.sealing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lessons", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (the disk is what is measured)")
    options = parser.parse_args(arguments)
    streams = lessons(options.lessons)
    found: dict[str, list[Figures]] = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way, make in WAYS.items():
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                found[way].append(measure(Path(folder), streams, make))
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for way, figures in blobs_ms(Path(folder)).items():
                found[way][-1] |= figures
    table = Table("", *WAYS, title="Sealing", caption=machine())
    for name in found["sealed"][0]:
        digits = 2 if name.endswith("ms") else 0
        table.add_row(name, *(spread([figures[name] for figures in found[way]], digits) for way in WAYS))
    console = Console(width=110)
    console.print(table)
    console.print(f"{options.rounds} rounds of {sum(map(len, streams))} events; median (range)")


if __name__ == "__main__":
    main()
