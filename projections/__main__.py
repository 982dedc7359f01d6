"""Looks after the views from the command line: ``python -m projections list|status|run|rebuild|show|wipe``."""

import argparse
import os
import sys
import threading
import time

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from events.errors import EventsError
from events.location import DataFolder, data_folder
from events.opening import open_existing_log
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS, projection_named
from projections.errors import ProjectionsError, RebuildDiffers, RunnerFenced
from projections.runner import ProjectionRunner
from projections.views import ViewStore

WAIT_S = 0.1
LONGEST_WAIT_S = 60.0


def main(arguments: list[str], folder: DataFolder) -> int:
    """Run one command; the exit status. 1 for a rebuild that differs or a missing view, 2 for what failed."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            return _list()
        with open_existing_log(folder) as log:
            store = ViewStore(folder.views, PROJECTIONS)
            runner = ProjectionRunner(log, store, PROJECTIONS)
            match options.command:
                case "status":
                    return _status(log, runner, as_json=options.json)
                case "run":
                    return _run(log, runner, once=options.once)
                case "wipe":
                    return _wipe(log, store, runner)
                case "show":
                    return _show(store, options.name, options.key)
                case _:
                    return _rebuild(runner, projection_named(options.name).name, accept=options.accept)
    except (EventsError, ProjectionsError, OSError) as error:
        print(f"projections: {error}", file=sys.stderr)
        return 1 if isinstance(error, RebuildDiffers) else 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m projections", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name the projections")
    status = commands.add_parser("status", help="tell how far each projection is")
    status.add_argument("--json", action="store_true", help="print JSON, one object a line")
    run = commands.add_parser("run", help="fold the log and go on with what is appended (a server does this itself)")
    run.add_argument("--once", action="store_true", help="stop when all views are up to date")
    rebuild = commands.add_parser("rebuild", help="fold one projection again from position 0, then change places")
    rebuild.add_argument("name")
    rebuild.add_argument("--accept", action="store_true", help="change places even if the views differ")
    commands.add_parser("wipe", help="fold what is new, then leave nothing in the file of what was deleted")
    show = commands.add_parser("show", help="print one view as JSON")
    show.add_argument("name")
    show.add_argument("key", help="the learner (progress) or the stream (sessions)")
    return parser


def _list() -> int:
    table = Table("projection", "what it holds", "version")
    for projection in PROJECTIONS:
        table.add_row(projection.name, projection.about, str(projection.version))
    Console().print(table)
    return 0


def _status(log: RecorderEventLog, runner: ProjectionRunner, *, as_json: bool) -> int:
    statuses = runner.status(log.head())
    if as_json:
        for status in statuses:
            print(msgspec.json.encode(status).decode())
        return 0
    table = Table("projection", "position", "behind by", "views", "parked", "fold")
    for status in statuses:
        fold = f"version {status.version}" + (", outdated" if status.outdated else "")
        table.add_row(
            status.name, f"{status.position:,}", f"{status.lag:,}", f"{status.views:,}", str(status.parked), fold
        )
    Console().print(table)
    return 0


def _run(log: RecorderEventLog, runner: ProjectionRunner, *, once: bool) -> int:
    if not once:
        runner.run(threading.Event())
        return 0
    with _progress("folding") as progress:
        task = progress.add_task("", total=log.head() * len(PROJECTIONS))
        while folded := runner.run_once():
            progress.advance(task, folded)
    runner.release()
    return 0


def _wipe(log: RecorderEventLog, store: ViewStore, runner: ProjectionRunner) -> int:
    head = log.head()
    try:
        while runner.run_once():
            pass
        runner.release()
    except RunnerFenced:
        # The one that folds is about to see the newest events; it needs no longer than they take.
        deadline = time.monotonic() + LONGEST_WAIT_S
        while any(status.position < head for status in runner.status(head)):
            if time.monotonic() > deadline:
                raise
            time.sleep(WAIT_S)
    store.wipe()
    return 0


def _rebuild(runner: ProjectionRunner, name: str, *, accept: bool) -> int:
    try:
        # Without a server nobody has folded the newest events yet.
        while runner.run_once():
            pass
        runner.release()
    except RunnerFenced as error:
        print(f"{error.owner} keeps folding meanwhile", file=sys.stderr)
    with _progress(f"rebuilding {name}") as progress:
        task = progress.add_task("", total=None)
        rebuilt = runner.rebuild(
            name, accept=accept, step=lambda reached, end: progress.update(task, completed=reached, total=end)
        )
    same = rebuilt.checksum == rebuilt.replaced
    print(f"{name}: {rebuilt.views} views rebuilt from position 0 to {rebuilt.position}, now in service")
    print(f"  checksum before  {rebuilt.replaced}")
    print(f"  checksum after   {rebuilt.checksum}  {'equal' if same else 'DIFFERENT, accepted'}")
    return 0


def _show(store: ViewStore, name: str, key: str) -> int:
    view = store.get(projection_named(name), key)
    if view is None:
        print(f"projections: {name} has no view of {key!r}", file=sys.stderr)
        return 1
    print(msgspec.json.format(msgspec.json.encode(view)).decode())
    return 0


def _progress(what: str) -> Progress:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], data_folder(os.environ)))
