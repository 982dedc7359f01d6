"""`python -m actors models list|fetch|verify`: what there is, bring it here, check it."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from actors.models.errors import ModelError
from actors.models.store import ModelStatus, ModelStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `models`."""
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="every model, its licence, size and state")
    listing.add_argument("--json", action="store_true", help="one JSON object a model")
    fetch = commands.add_parser("fetch", help="bring models here; without a name, those of the default lesson")
    fetch.add_argument("names", nargs="*", metavar="NAME")
    verify = commands.add_parser("verify", help="hash models again; without a name, all that are here")
    verify.add_argument("names", nargs="*", metavar="NAME")


def run(arguments: argparse.Namespace) -> int:
    """Run one subcommand on the user's store; the exit status."""
    store = ModelStore.for_user(os.environ)
    console = Console(stderr=arguments.command != "list")
    match arguments.command:
        case "list":
            return _list(store, console, as_json=arguments.json)
        case "fetch":
            return _fetch(store, console, arguments.names)
        case _:
            return _verify(store, console, arguments.names)


def _list(store: ModelStore, console: Console, *, as_json: bool) -> int:
    if as_json:
        for status in store.list():
            json.dump(_summary(store, status), sys.stdout)
            sys.stdout.write("\n")
        return 0
    console.print(f"Models in {store.cache}", highlight=False, soft_wrap=True)
    table = Table("model", "use", "licence", "MB", "state", "sources", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for status in store.list():
        model = status.model
        marks = " *" * model.default + " †" * (status.pinned_by == "revision")
        sources = ", ".join(dict.fromkeys(source.label.split()[0] for source in model.sources))
        table.add_row(model.name + marks, model.use, model.licence, f"{model.size / 1e6:,.1f}", status.state, sources)
    console.print(table)
    console.print("* needed by the default lesson")
    console.print("† pinned by the hub's revision: the hash of some file is not known beforehand")
    return 0


def _summary(store: ModelStore, status: ModelStatus) -> dict[str, object]:
    model = status.model
    return {
        "name": model.name,
        "title": model.title,
        "use": model.use,
        "licence": model.licence,
        "default": model.default,
        "bytes": model.size,
        "state": status.state,
        "pinned_by": status.pinned_by,
        "sources": [source.label for source in model.sources],
        "path": str(store.cache / model.name) if status.state == "ready" else "",
        "digest": store.digest(model.name) if status.state == "ready" else "",
    }


def _fetch(store: ModelStore, console: Console, names: Sequence[str]) -> int:
    failed = 0
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TransferSpeedColumn(), TimeRemainingColumn(), console=console) as bars:
        for name in names or store.missing():
            started = time.monotonic()
            task = bars.add_task(name, total=None)
            try:
                store.fetch(name, _drawn_by(bars, task))
            except ModelError as error:
                bars.stop_task(task)
                console.print(f"[red]{name}[/red]: {error}", highlight=False)
                failed += 1
                continue
            bars.update(task, completed=1, total=1, visible=False)
            console.print(f"{name}: ready after {time.monotonic() - started:.1f} s", highlight=False)
    if not names and not failed:
        console.print(f"The default lesson's models are complete in {store.cache}", highlight=False, soft_wrap=True)
    return 1 if failed else 0


def _drawn_by(bars: Progress, task: TaskID) -> Callable[[str, int, int], None]:
    return lambda name, done, total: bars.update(task, completed=done, total=max(total, 1))


def _verify(store: ModelStore, console: Console, names: Sequence[str]) -> int:
    failed = 0
    for name in names or [status.model.name for status in store.list() if status.state != "missing"]:
        try:
            store.verify(name)
            console.print(f"{name}: every file has its hash ({store.digest(name)})", highlight=False, soft_wrap=True)
        except ModelError as error:
            console.print(f"[red]{name}[/red]: {error}", highlight=False, soft_wrap=True)
            failed += 1
    return 1 if failed else 0
