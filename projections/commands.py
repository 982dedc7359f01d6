"""The commands that list, describe, fold, compare and rebuild projections. Each gives an exit status."""

import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from events.arguments import NOT_THERE
from events.recorder_log import RecorderEventLog
from projections.catalogue import PROJECTIONS, projection_named, view_named
from projections.errors import OnlySums, RebuildDiffers, RunnerFenced
from projections.prices import PRICES
from projections.projection import AnyProjection, Projection, relations
from projections.rebuild import Rebuilt, compare, drop_kept
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from projections.wording import counted, runner_told

_AUDITS = {"agrees": "counts agree so far", "differs": "counts differ: rebuild it", "open": "counts not comparable yet"}
_RESTORED = "the log was restored"
SAMPLE_S = 1.0
DECIMALS = 3
FORGETTING_S = 1.5
"""From the end of a key to the event that tells of it, and a little for the views."""
FORGETTING_ATTEMPTS = 4


def listed() -> int:
    """Name the projections."""
    table = Table("projection", "views", "what it holds", "version")
    for projection in PROJECTIONS:
        names = " ".join(relation.name for relation in relations(projection))
        table.add_row(projection.name, names, projection.about, str(projection.version))
    console().print(table)
    return 0


def describe(name: str) -> int:
    """Tell the columns of a view, or of all."""
    every = (*(relation for projection in PROJECTIONS for relation in relations(projection)), PRICES)
    shown = tuple(each for each in every if each.name == name) or ((view_named(name)[1],) if name else every)
    out = console()
    for relation in shown:
        table = Table(
            "column", "type", "what it holds", title=f"{relation.name}: {relation.about}", title_justify="left"
        )
        for column in relation.columns:
            table.add_row(column.name, column.kind, column.about)
        out.print(table)
    return 0


def status(log: RecorderEventLog, store: ViewStore, *, as_json: bool) -> int:
    """Tell how each projection does; the throughput is that of the last second."""
    runner = ProjectionRunner(log, store, PROJECTIONS)
    if as_json:
        for each in runner.status(log.head()):
            print(msgspec.json.encode(each).decode())
        return 0
    before, began = {each.name: each.position for each in runner.status(0)}, time.monotonic()
    if log.head() > min(before.values()):
        time.sleep(SAMPLE_S)
    table = Table("projection", "position", "behind by", "events/s", "rows", "parked", "audit", "fold")
    statuses = runner.status(log.head())
    for each in statuses:
        fold = f"version {each.version}" + (", outdated" if each.outdated else "")
        rate = (each.position - before[each.name]) / (time.monotonic() - began)
        parked = f"{each.parked} ({counted(each.waiting, 'event')})" if each.parked else "0"
        audit = "caught up" if each.caught_up else _RESTORED if each.restored else _AUDITS[each.audit]
        shown = (f"{each.position:,}", f"{each.lag:,}", f"{rate:,.0f}", f"{each.views:,}")
        table.add_row(each.name, *shown, parked, audit, fold)
    console().print(table)
    if any(each.restored for each in statuses):
        print("views of another log, or of this one before it was restored, are folded again from the beginning")
    if any(each.lag for each in statuses):
        print("what is behind is folded by a running server, or by `python -m projections run --once`")
    return 0


def run_once(log: RecorderEventLog, store: ViewStore) -> int:
    """Fold until all is up to date."""
    runner = ProjectionRunner(log, store, PROJECTIONS)
    head, dealt_with = log.head(), 0
    if behind := sum(each.lag for each in runner.status(head)):
        with _progress("folding") as progress:
            task = progress.add_task("", total=behind)
            while folded := runner.run_once():
                dealt_with += folded
                progress.update(task, completed=dealt_with, total=max(behind, dealt_with))
    else:
        while runner.run_once():
            pass
    runner.release()
    print(f"{counted(len(PROJECTIONS), 'projection')} folded to position {head:,}", file=sys.stderr)
    return 0


def rebuild(log: RecorderEventLog, store: ViewStore, projection: AnyProjection, *, accept: bool) -> int:
    """Rebuild a projection and put it in service."""
    name = projection.name

    def rebuilt_now() -> Rebuilt:
        runner = caught_up(log, store)
        with _progress(f"rebuilding {name}") as progress:
            task = progress.add_task("", total=None)
            return runner.rebuild(
                name, accept=accept, step=lambda reached, end: progress.update(task, completed=reached, total=end)
            )

    rebuilt = rebuilt_now() if accept else _when_forgotten(log, rebuilt_now)
    keys = counted(rebuilt.keys, "key")
    print(f"{name}: {keys} rebuilt from position 0 to {rebuilt.position:,}, now in service")
    if rebuilt.replaced:
        _print_checksums(rebuilt, "equal" if rebuilt.checksum == rebuilt.replaced else "DIFFERENT, accepted")
    print(f"  the old one is kept until `python -m projections rebuild {name} --drop-old` or the next rebuild")
    return 0


def drop_old(store: ViewStore, projection: AnyProjection) -> int:
    """Drop what the last rebuild replaced."""
    dropped = drop_kept(store, projection)
    print(
        f"{projection.name}: "
        + ("what the last rebuild replaced is dropped" if dropped else "no rebuild has left anything to drop")
    )
    return 0


def diff(log: RecorderEventLog, store: ViewStore, projection: AnyProjection) -> int:
    """Compare the live view with a fresh fold; 1 if they differ."""

    def compared_now() -> Rebuilt:
        caught_up(log, store)
        with _progress(f"folding {projection.name}") as progress:
            task = progress.add_task("", total=None)
            return compare(
                log, store, projection, step=lambda reached, end: progress.update(task, completed=reached, total=end)
            )

    found = _when_forgotten(log, compared_now)
    if found.checksum == found.replaced:
        equal = "is that" if found.keys == 1 else "are those"
        keys = counted(found.keys, "key")
        print(f"{projection.name}: {keys} to position {found.position:,} {equal} of a fresh fold")
        return 0
    print(f"{projection.name}: views to position {found.position:,} differ from a fresh fold")
    _print_checksums(found, "DIFFERENT")
    for key in found.differing:
        print(f"  {key}")
    return 1


def show(log: RecorderEventLog, store: ViewStore, name: str, key: str) -> int:
    """Print what a fold keeps of a key. Raises `ProjectionUnknown`, `OnlySums`."""
    projection = projection_named(name)
    if not isinstance(projection, Projection):
        raise OnlySums(projection.name, tuple(relation.name for relation in relations(projection)))
    caught_up(log, store)
    view = store.get(projection, key)
    if view is None:
        print(f"projections: {projection.name} has nothing of {key!r}", file=sys.stderr)
        return NOT_THERE
    shown = _rounded(msgspec.to_builtins(view))
    print(msgspec.json.format(msgspec.json.encode(shown)).decode())
    return 0


def _rounded(value: Any) -> Any:
    """The same with figures that people can read."""
    match value:
        case float():
            return round(value, DECIMALS)
        case dict():
            return {name: _rounded(each) for name, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case _:
            return value


def console() -> Console:
    """Where tables go; in a file or a pipe they get room."""
    return Console() if sys.stdout.isatty() else Console(width=120)


def caught_up(log: RecorderEventLog, store: ViewStore) -> ProjectionRunner:
    """A runner; without a server nobody has folded the newest events yet."""
    runner = ProjectionRunner(log, store, PROJECTIONS)
    try:
        while runner.run_once():
            pass
        runner.release()
    except RunnerFenced as error:
        print(f"{runner_told(error.owner)} keeps folding meanwhile", file=sys.stderr)
    return runner


def _when_forgotten(log: RecorderEventLog, build: Callable[[], Rebuilt]) -> Rebuilt:
    """Build again where it differs while somebody is being forgotten: from the key's end to the views' it must.

    A forgetting that nobody is at any more is finished meanwhile.
    """
    for _ in range(FORGETTING_ATTEMPTS - 1):
        try:
            rebuilt = build()
            forgetting = rebuilt.forgetting if rebuilt.differing else ()
        except RebuildDiffers as error:
            forgetting = error.forgetting
            if not forgetting:
                raise
        if not forgetting:
            return rebuilt
        print(f"{', '.join(forgetting[:5])} may just be being forgotten; once more in a moment", file=sys.stderr)
        time.sleep(FORGETTING_S)
        log.keep_up()
    return build()


def _print_checksums(rebuilt: Rebuilt, verdict: str) -> None:
    print(f"  checksum before  {rebuilt.replaced}")
    print(f"  checksum after   {rebuilt.checksum}  {verdict}")


def _progress(what: str) -> Progress:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
