"""Datasets from a log: rows a second and peak memory, beside Hugging Face `datasets` doing the same work, in one run.

``python -m bench.datasets --turns 50000`` (``--turns 1000000 --folder /big/disk`` for a large one; the log takes some
28 kB a turn). Lessons of ten turns are made up from a seed, with events of the size of real ones, sealed with the
learners' keys as a server keeps them. Ours is `python -m replay dataset` with the kind "dialogue" and the format
"huggingface": sessions partitioned, consent, filters, personal data, duplicates, splits, lineage, Parquet, manifest,
card, report. The peer reads the same log stream by stream (`EventLog.read`) in `Dataset.from_generator`, makes, filters
and scrubs the rows in `map` and `filter`, and writes them with `to_parquet`; it knows no lineage files, manifest or
resuming. Every measurement is a process of its own, whose peak memory is that of all its processes together; "CPU" are
its seconds of processor time, which busy neighbours do not lengthen (Ray's own processes are not in it). A log that
does not fit into memory comes from the disk each time: the last row tells how long that alone takes.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from rich.console import Console
from rich.table import Table

from bench.lessons import TURNS, lesson
from bench.machine import machine
from bench.rebuild import WORDS
from events.envelope import Origin
from events.learner import ConsentGiven, stream_of
from events.lesson import SessionStarted, TutorHeard, TutorReplied
from events.location import DataFolder
from events.log import Batch
from events.opening import open_codec, open_existing_log
from events.sqlite import SQLiteEventLog

MADE = 200
"""Different lessons; what is said in each copy is told apart by its session's name."""
LESSONS_A_LEARNER = 10
GROUP = 200
SPEC = """
kind = "dialogue"
formats = ["huggingface"]
dedup = "exact"

[filters]
confidence = { min = 0.1 }
"""
WATCH_S = 0.2
BLOCK = 1 << 20
NEEDED = (
    "session.started.v1",
    "speech.uttered.v1",
    "speech.transcribed.v1",
    "tutor.replied.v1",
    "tutor.heard.v1",
    "feedback.rated.v1",
)


class Figure(Struct, frozen=True):
    """One measurement: seconds on the clock and of the processor, rows, peak memory in MiB over all its processes."""

    seconds: float
    cpu_s: float
    rows: int
    peak_mib: float


def batches(sessions: int) -> Iterator[Batch]:
    """Consents, then lessons."""
    rng = random.Random(5)
    made = [lesson(rng, "", "", words=WORDS) for _ in range(MADE)]
    learners = max(1, sessions // LESSONS_A_LEARNER)
    for number in range(learners):
        learner = f"learner-{number:06}"
        origin = Origin(learner=learner, causation="", correlation="", producer="bench")
        consent = ConsentGiven(purpose="training")
        yield Batch(stream=stream_of(learner), events=(consent,), expected_version=0, origin=origin)
    for number in range(sessions):
        session, learner = f"s{number:08}", f"learner-{number % learners:06}"
        started, *rest = made[number % MADE]
        assert isinstance(started, SessionStarted)
        own = [_told_apart(event, session) for event in rest]
        origin = Origin(learner=learner, causation=session, correlation=session, producer="bench")
        first = structs.replace(started, session=session, learner=learner)
        yield Batch(stream=session, events=(first, *own), expected_version=0, origin=origin)


def _told_apart(event: Any, session: str) -> Any:
    """The tutor's words, with the session's name among them: copies of a lesson are no duplicates."""
    if isinstance(event, TutorReplied | TutorHeard):
        return structs.replace(event, text=f"{event.text} {session.translate(_LETTERS)}")
    return event


_LETTERS = str.maketrans("0123456789", "abcdefghij")
"""Names in letters: digits would be taken for telephone numbers."""


def written(data: DataFolder, turns: int) -> float:
    """Write the log; events a second."""
    coming = batches(-(-turns // TURNS))
    codec = open_codec(data)
    began = time.perf_counter()
    with SQLiteEventLog(data.log, codec=codec, synchronous="OFF") as log:
        while group := list(islice(coming, GROUP)):
            log.append_many(group)
        return log.head() / (time.perf_counter() - began)


def measured(command: Sequence[str], data: DataFolder) -> tuple[float, float, float]:
    """Seconds on the clock and of the processor, and peak MiB, of a command with all the processes that it starts."""
    environment = os.environ | {"COLLOQUY_DATA": str(data.root), "HF_HUB_OFFLINE": "1"}
    before, began = os.times(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0.0
    told: list[bytes] = []
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()))
    reader.start()
    while process.poll() is None:
        peak = max(peak, _resident_mib(process.pid))
        time.sleep(WATCH_S)
    reader.join()
    if process.returncode:
        raise SystemExit(b"".join(told).decode())
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu_s, peak


def _resident_mib(root: int) -> float:
    """What a process and its descendants hold: their own pages (Linux's smaps_rollup), shared ones in proportion."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, ())
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def ours(data: DataFolder, folder: Path, workers: int) -> Figure:
    """`python -m replay dataset`."""
    from replay.datasets.manifest import read_manifest

    spec, out = folder / "spec.toml", folder / f"ours-{workers}"
    spec.write_text(SPEC)
    command = [sys.executable, "-m", "replay", "dataset", str(spec), "--out", str(out), "--workers", str(workers)]
    seconds, cpu_s, peak = measured(command, data)
    rows = read_manifest(out).rows
    shutil.rmtree(out)
    return Figure(seconds, cpu_s, rows, peak)


def theirs(data: DataFolder, folder: Path) -> Figure:
    """Hugging Face's, in a process of its own."""
    out = folder / "theirs"
    seconds, cpu_s, peak = measured([sys.executable, "-m", "bench.datasets", "--peer", str(out)], data)
    rows = int((out / "rows").read_text())
    shutil.rmtree(out)
    return Figure(seconds, cpu_s, rows, peak)


def peer(out: Path, data: DataFolder) -> None:
    """The same rows by `Dataset.from_generator`, `map`, `filter` and `to_parquet`."""
    import datasets

    datasets.disable_progress_bars()
    cache = str(out / "cache")
    made = datasets.Dataset.from_generator(_sessions, gen_kwargs={"root": str(data.root)}, cache_dir=cache)
    made = made.map(_dialogue, remove_columns=made.column_names)
    made = made.filter(lambda row: row["confidence"] >= 0.1)
    seen: set[str] = set()

    def first(row: dict[str, Any]) -> bool:
        new = row["digest"] not in seen
        seen.add(row["digest"])
        return new

    made = made.filter(first)
    for split in ("train", "validation", "test"):
        made.filter(lambda row, split=split: row["split"] == split).to_parquet(str(out / f"{split}.parquet"))
    (out / "rows").write_text(str(len(made)))


def _sessions(root: str) -> Iterator[dict[str, Any]]:
    """A session after the other with the events that are needed."""
    with open_existing_log(DataFolder(Path(root))) as log:
        name = ""
        while page := log.streams(frozenset(), name, limit=1_000):
            for place in page:
                if place.type.startswith("session."):
                    told = [each for each in log.read(place.stream) if each.type in NEEDED]
                    yield {"session": place.stream, "learner": told[0].learner, "turns": list(_plain(told))}
            name = page[-1].stream


def _plain(told: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for each in told:
        event = each.event
        yield {
            "id": each.id,
            "type": each.type,
            "turn": getattr(event, "turn", -1),
            "text": getattr(event, "text", ""),
            "confidence": getattr(event, "confidence", None),
            "heard_ms": getattr(event, "heard_ms", None),
            "engine": getattr(getattr(event, "engine", None), "name", ""),
        }


def _dialogue(session: dict[str, Any]) -> dict[str, Any]:
    """Messages of what was said and heard, scrubbed; split by a hash of the learner."""
    import hashlib

    from replay.quality.exact import text_hash
    from replay.quality.personal import scrub

    messages = [
        {
            "role": "assistant" if event["type"].startswith("tutor") else "user",
            "content": scrub(event["text"]).text,
        }
        for event in session["turns"]
        if event["type"] in ("speech.transcribed.v1", "tutor.heard.v1") and event["text"]
    ]
    place = hashlib.sha256(session["learner"].encode()).digest()[0] / 256
    return {
        "id": session["session"],
        "learner": session["learner"],
        "messages": messages,
        "exchanges": [
            {"turn": event["turn"], "heard_ms": event["heard_ms"]}
            for event in session["turns"]
            if event["type"] == "tutor.heard.v1"
        ],
        "confidence": min(
            (event["confidence"] for event in session["turns"] if event["confidence"] is not None), default=0.0
        ),
        "events": [event["id"] for event in session["turns"]],
        "digest": text_hash("\n".join(message["content"] for message in messages)),
        "split": "train" if place < 0.7 else "validation" if place < 0.85 else "test",
    }


def reading(data: DataFolder) -> Figure:
    """The log's file from its beginning to its end: the limit where it is larger than the memory."""
    began, cpu = time.perf_counter(), time.process_time()
    with data.log.open("rb", buffering=0) as file:
        while file.read(BLOCK):
            pass
    return Figure(time.perf_counter() - began, time.process_time() - cpu, 0, BLOCK / 2**20)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.datasets", description=__doc__)
    parser.add_argument("--turns", type=int, default=50_000)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write")
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.peer is not None:
        peer(options.peer, DataFolder(Path(os.environ["COLLOQUY_DATA"])))
        return 0
    console = Console(width=110)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        data = DataFolder(Path(folder) / "data")
        rate = written(data, options.turns)
        size = data.log.stat().st_size
        console.print(f"log of {options.turns:,} turns: {size / 1e9:.2f} GB, written at {rate:,.0f} events/s")
        found = {f"replay, {workers} workers": ours(data, Path(folder), workers) for workers in options.workers}
        found["datasets (Hugging Face)"] = theirs(data, Path(folder))
        found["the log's file, read once"] = reading(data)
    show(console, found, options.turns)
    return 0


def show(console: Console, found: dict[str, Figure], turns: int) -> None:
    """Print the figures."""
    peer_s = found["datasets (Hugging Face)"].seconds
    table = Table("", "seconds", "CPU s", "turns/s", "rows", "peak MiB", "× peer", title="Datasets", caption=machine())
    for name, figure in found.items():
        table.add_row(
            name, f"{figure.seconds:,.1f}", f"{figure.cpu_s:,.1f}", f"{turns / figure.seconds:,.0f}",
            f"{figure.rows:,}", f"{figure.peak_mib:,.0f}", f"{peer_s / figure.seconds:.2f}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
