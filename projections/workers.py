"""Several runners at once, each with its part of the learners: as processes here, as Ray actors in `actors`."""

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from events.location import DataFolder, environment_of
from events.log import EventLog
from events.opening import open_existing_log, with_server
from projections.catalogue import PROJECTIONS
from projections.errors import ShareUnreadable
from projections.projection import PARTS
from projections.runner import ProjectionRunner, Share
from projections.views import ViewStore

RESTART_S = 1.0


def share_named(text: str) -> Share:
    """The share written as ``I/N``. Raises `ShareUnreadable`."""
    number, _, workers = text.partition("/")
    if not (number.isdigit() and workers.isdigit() and int(number) < int(workers) <= PARTS):
        raise ShareUnreadable(text, PARTS)
    return Share(int(number), int(workers))


def run_share(log: EventLog, store: ViewStore, share: str) -> int:
    """Fold a share until this process is told to stop."""
    stop = threading.Event()
    _stop_on_signals(stop)
    print(f"folding what comes (share {share}) until this is ended (Ctrl-C)", file=sys.stderr)
    ProjectionRunner(log, store, PROJECTIONS, share=share_named(share)).run(stop)
    return 0


def source_options(options: argparse.Namespace) -> tuple[str, ...]:
    """The options that tell a worker where to read the log."""
    place = ("--kafka", options.kafka, "--topic", options.topic, "--partitions", str(options.partitions))
    return ("--from", options.source, *place)


def run_workers(folder: DataFolder, workers: int, source: Sequence[str] = ()) -> int:
    """Run one process a share until this one is told to stop; one that dies is started again.

    ``source`` is what `source_options` gives. Raises what `open_existing_log` raises, before any is started.
    """
    with_server(folder)
    open_existing_log(folder, finishing=False).close()
    stop = threading.Event()
    _stop_on_signals(stop)
    processes = [_started(folder, number, workers, source) for number in range(workers)]
    try:
        while not stop.wait(RESTART_S):
            for number, process in enumerate(processes):
                if process.poll() is not None:
                    print(f"worker {number} ended with {process.returncode}; it is started again", file=sys.stderr)
                    processes[number] = _started(folder, number, workers, source)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    return 0


def _started(folder: DataFolder, number: int, workers: int, source: Sequence[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "projections", "run", "--share", f"{number}/{workers}", *source]
    return subprocess.Popen(command, env=os.environ | environment_of(folder))


def _stop_on_signals(stop: threading.Event) -> None:
    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
