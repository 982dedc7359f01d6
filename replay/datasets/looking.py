"""`python -m replay trace`, `diff` and `affected`: look into datasets that are there. They change nothing."""

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from events.codec import encode
from events.location import DataFolder
from events.opening import open_existing_log
from events.sealing.forgetting import DATASET, Dataset, registered
from events.sealing.holders import line_of
from projections.wording import counted
from replay.datasets.comparison import Difference, compared
from replay.datasets.tracing import Affected, Origins, affected, origins
from replay.sessions.show import as_text

SHOWN_ROWS = 10


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add these commands."""
    trace = commands.add_parser("trace", help="print the events that a row of a dataset was made from")
    trace.add_argument("dataset", type=Path, metavar="DIR")
    trace.add_argument("row", metavar="ROW", help="the row's id, such as asr/SESSION/3, or its beginning")
    trace.set_defaults(run=_run_trace)
    diff = commands.add_parser("diff", help="tell what differs between two datasets")
    diff.add_argument("one", type=Path, metavar="DIR")
    diff.add_argument("other", type=Path, metavar="DIR")
    diff.set_defaults(run=_run_diff)
    holding = commands.add_parser("affected", help="name what was made here that holds a learner, and the rows")
    holding.add_argument("--learner", required=True)
    holding.set_defaults(run=_run_affected)
    for command in (trace, diff, holding):
        command.add_argument("--json", action="store_true", help="JSON, one object a line")


def _run_trace(arguments: argparse.Namespace, data: DataFolder) -> int:
    with open_existing_log(data) as log:
        found = origins(arguments.dataset, arguments.row, log)
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(found.row) + b"\n")
        sys.stdout.buffer.writelines(encode(each) + b"\n" for each in found.events)
        _tell_missing(found, Console(stderr=True))
        return 1 if found.missing else 0
    console = Console()
    for line in _as_text(found):
        console.print(line, soft_wrap=True)
    _tell_missing(found, console)
    return 1 if found.missing else 0


def _tell_missing(found: Origins, console: Console) -> None:
    for each in found.missing:
        console.print(Text(f"      event {each} is not in this log; is it the log of this dataset?"), soft_wrap=True)


def _as_text(found: Origins) -> list[Text]:
    row, lineage = found.row, found.row.lineage
    lines = [Text(f"{row.id}: {row.split}, learner {row.learner}, session {lineage.stream}", style="bold")]
    if found.consent is not None:
        lines.append(Text(f"      agreed to training on {found.consent.time:%Y-%m-%d %H:%M} ({found.consent.id})"))
    lines += [Text(f"      {engine}") for engine in lineage.engines]
    lines += as_text(found.events)
    return lines


def _run_diff(arguments: argparse.Namespace, data: DataFolder) -> int:
    found = compared(arguments.one, arguments.other)
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return 0
    console = Console()
    for line in _told(found):
        console.print(Text(line), soft_wrap=True)
    return 0


def _told(found: Difference) -> list[str]:
    if found.same:
        return ["every file is the same"]
    lines = [f"{name}: {one} → {other}" for name, (one, other) in found.asked.items()]
    lines.append(f"rows: {found.rows[0]} → {found.rows[1]}")
    counts = {name: getattr(found, name) for name in ("added", "removed", "changed")}
    lines += [f"  {count} {name}, such as {', '.join(found.examples[name])}" for name, count in counts.items() if count]
    for name, learners in (("came", found.learners_added), ("are gone", found.learners_removed)):
        if learners:
            lines.append(f"learners who {name}: {len(learners)} ({', '.join(learners[:5])})")
    if found.forgotten:
        lines.append(f"of them forgotten: {', '.join(found.forgotten)}")
    if found.moved:
        lines.append(f"learners in another split: {', '.join(found.moved)}")
    return lines


def _run_affected(arguments: argparse.Namespace, data: DataFolder) -> int:
    found = list(affected(arguments.learner, registered(data)))
    if arguments.json:
        sys.stdout.buffer.writelines(msgspec.json.encode(each) + b"\n" for each in found)
        return 0
    console = Console()
    for each in found:
        console.print(Text(_place_told(each)), soft_wrap=True)
        for row in each.rows[:SHOWN_ROWS]:
            console.print(Text(f"  {row}"), soft_wrap=True)
        if len(each.rows) > SHOWN_ROWS:
            console.print(f"  and {len(each.rows) - SHOWN_ROWS} more; --json tells all", soft_wrap=True)
    if not found:
        console.print(
            Text(f"No dataset that was made from this data folder holds {arguments.learner!r}."), soft_wrap=True
        )
    return 0


def _place_told(found: Affected) -> str:
    detail = ""
    if found.what == DATASET and found.place and Path(found.place).exists():
        rows = counted(len(found.rows), "row")
        detail = f", whose rows cannot be told: {found.fault}" if found.fault else f", {rows}"
    line = Dataset(name=found.name, version=found.version, learners=(), place=found.place, made=found.what)
    return line_of(line, detail)
