"""``python -m tests.faults.tails --seconds 60``: eight writing processes, three that read the tail, on each store.

Every reader must see every event that was acknowledged, once, in the order of the positions.
"""

import argparse
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

from rich.console import Console
from rich.table import Table

from events.lesson import SessionEnded
from events.location import DataFolder
from events.opening import open_log
from tests.events.samples import origin
from tests.servers.postgres import postgres

WRITERS = 8
READERS = 3
BATCH = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; 1 when a reader has missed, doubled or reordered an event."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.tails", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args(arguments)
    table = Table("store", "written", "a second", "reader", "read", "missed", "doubled or out of order")
    faults = 0
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        for store, log_url in (("sqlite", ""), ("postgres", url)):
            data = DataFolder(Path(folder) / store, log_url)
            open_log(data).close()
            written, readers = measure(data, options.seconds)
            for number, (read, missed, disordered) in enumerate(readers, 1):
                row = (f"{len(written):,}", f"{len(written) / options.seconds:,.0f}", str(number), f"{read:,}")
                table.add_row(store, *row, str(missed), str(disordered))
                faults += missed + disordered
    Console(width=120).print(table)
    return 1 if faults else 0


def measure(data: DataFolder, seconds: float) -> tuple[set[int], list[tuple[int, int, int]]]:
    """The positions that were acknowledged; for each reader how many it read, missed, and had out of order."""
    context = multiprocessing.get_context("fork")
    stopping = context.Event()
    results = context.Queue()
    writers = [context.Process(target=write, args=(data, f"s{n}", seconds, results)) for n in range(WRITERS)]
    readers = [context.Process(target=read, args=(data, stopping, results)) for _ in range(READERS)]
    for process in (*writers, *readers):
        process.start()
    written: set[int] = set()
    for _ in writers:
        written.update(results.get())
    stopping.set()
    found = []
    for _ in readers:
        positions = results.get()
        ordered = sum(after > before for before, after in itertools.pairwise(positions))
        found.append((len(positions), len(written - set(positions)), len(positions) - 1 - ordered))
    for process in (*writers, *readers):
        process.join()
    return written, found


def write(data: DataFolder, stream: str, seconds: float, results: "multiprocessing.Queue[list[int]]") -> None:
    """Append as fast as it goes; the positions that were acknowledged."""
    positions: list[int] = []
    deadline = time.monotonic() + seconds
    with open_log(data) as log:
        version = 0
        while time.monotonic() < deadline:
            events = [SessionEnded(reason="x")] * BATCH
            recorded = log.append(stream, events, expected_version=version, origin=origin())
            version += BATCH
            positions += [each.position or 0 for each in recorded]
    results.put(positions)


def read(data: DataFolder, stopping: Event, results: "multiprocessing.Queue[list[int]]") -> None:
    """Follow the tail until the writers have stopped and nothing more comes; all positions in the order seen."""
    positions: list[int] = []
    with open_log(data) as log:
        while True:
            last = stopping.is_set()
            page = log.tail(positions[-1] if positions else 0, limit=500)
            positions += [each.position or 0 for each in page]
            if not page:
                if last:
                    break
                log.wait(positions[-1] if positions else 0, 0.2)
    results.put(positions)


if __name__ == "__main__":
    sys.exit(main())
