"""`python -m replay dataset SPEC --out DIR` makes a dataset from the log; other commands look into it."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from events.arguments import workers
from events.location import DataFolder
from projections.wording import counted
from replay.datasets import looking
from replay.datasets.making import make
from replay.datasets.manifest import Manifest
from replay.datasets.rows import SPLITS


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    making = commands.add_parser("dataset", help="make a dataset from the log")
    making.add_argument("spec", type=Path, metavar="SPEC.toml")
    making.add_argument("--out", type=Path, required=True, metavar="DIR", help="the dataset's folder")
    making.add_argument("--workers", type=workers, default=1, metavar="N", help="processes (1: this one alone)")
    making.add_argument("--at", type=int, metavar="POSITION", help="read the log up to here only (its end)")
    making.add_argument("--replace", action="store_true", help="delete what is in the folder first")
    making.set_defaults(run=_run_dataset)
    looking.add_to(commands)


def _run_dataset(arguments: argparse.Namespace, data: DataFolder) -> int:
    console = Console(stderr=True)
    with Bars(console) as bars:
        manifest, made = make(
            arguments.spec,
            arguments.out,
            data,
            bars.show,
            at=arguments.at,
            keep=not arguments.replace,
            replace=arguments.replace,
            workers=arguments.workers,
        )
    _tell(manifest, arguments.out, console, "is finished" if made else "is there already")
    return 0


class Bars:
    """A bar for each step of a build, with the time that it will still take; for a terminal."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, step: str, done: int, of: int) -> None:
        """A step has come so far."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=of, completed=done)
        self._progress.update(self._tasks[step], completed=done, total=of)


def _tell(manifest: Manifest, out: Path, console: Console, how: str) -> None:
    console.print(Text(f"{manifest.name} {manifest.version} {how} in {out}"), soft_wrap=True)
    for split in SPLITS:
        count = manifest.splits[split]
        hours = f", {count.hours:.2f} h" if count.hours else ""
        console.print(
            f"  {split:<11}{counted(count.rows, 'row'):>12} of {counted(count.learners, 'learner')}{hours}",
            soft_wrap=True,
        )
    for left in (*manifest.sessions_dropped, *manifest.rows_dropped):
        what = counted(left.count, "session" if left in manifest.sessions_dropped else "row")
        console.print(Text(f"  left out {what}: {left.meaning} ({left.reason})"), soft_wrap=True)
    if not manifest.rows:
        console.print("  It has no rows: see why above, or ask for more in the spec.", soft_wrap=True)
    if any(left.reason == "no_consent" for left in manifest.sessions_dropped):
        console.print("  `python -m events consent LEARNER training` records that a learner agrees.", soft_wrap=True)
    if manifest.forgotten:
        console.print(Text(f"  forgotten: {', '.join(manifest.forgotten)}"), soft_wrap=True)
