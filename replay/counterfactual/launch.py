"""Makes a run of the command's arguments: opens log and folder, shows progress, prints and writes the result."""

import argparse
import os
from contextlib import ExitStack
from functools import partial

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from actors.ports import EngineError
from actors.settings import Settings, SettingsError, read_settings
from events.location import DataFolder, environment_of
from events.opening import open_blobs, open_existing_log, tell_which_log, with_server
from projections.errors import ProjectionsError
from replay.counterfactual.errors import RunFailed
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.metrics import metrics_of
from replay.counterfactual.prices import prices_in
from replay.counterfactual.query import parse_query
from replay.counterfactual.remembering import remember
from replay.counterfactual.report import report
from replay.counterfactual.run import Means, Source, run
from replay.counterfactual.swap import check_here, default_engine, parse_swaps
from replay.counterfactual.table import as_lines
from replay.counterfactual.verdict import parse_rules
from replay.counterfactual.worker import Workers, only

NOT_PASSED = 3
"""Exit status when a rule of the gate does not hold."""
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells give it."""


def launch(arguments: argparse.Namespace, folder: DataFolder) -> int:
    """Run it; the exit status. Raises a `ReplayError` or an `EventsError`, which say the way out."""
    try:
        return _counterfactual(arguments, _settings(folder))
    except (EngineError, ProjectionsError, SettingsError) as error:
        raise RunFailed(error, arguments.out) from error
    except KeyboardInterrupt:
        Console(stderr=True).print(f"stopped; the same command goes on with {arguments.out}", soft_wrap=True)
        return INTERRUPTED


def _settings(folder: DataFolder) -> Settings:
    tell_which_log(folder)  # the settings name it, as if somebody had
    return read_settings({**os.environ, **environment_of(with_server(folder))})


def _counterfactual(arguments: argparse.Namespace, settings: Settings) -> int:
    swap = parse_swaps(arguments.swap)
    parse_query(arguments.sessions)
    prices = prices_in(settings.data)
    rules = parse_rules(arguments.rule, metrics_of(swap.kind, prices))
    if arguments.baseline:
        parse_swaps([f"{swap.kind}={arguments.baseline}"])
    baseline = arguments.baseline or default_engine(swap.kind, settings)
    for name in (*swap.engines, baseline):
        check_here(swap.kind, name, settings)
    console = Console(stderr=True)
    with ExitStack() as stack:
        log = stack.enter_context(open_existing_log(settings.data))
        out = stack.enter_context(RunFolder(arguments.out))
        plan = out.begin(
            Plan(
                kind=swap.kind,
                candidates=swap.engines,
                baseline=baseline,
                query=arguments.sessions,
                position=log.head(),
                rerun=bool(arguments.baseline),
                limit=arguments.limit,
                seed=arguments.seed,
            )
        )
        progress = stack.enter_context(_Bar(console, f"asking {' and '.join(swap.engines)}"))
        finished = run(
            plan,
            Source(log=log, blobs=open_blobs(settings.data)),
            Means(crew=partial(Workers, partial(only, settings), settings, arguments.workers), prices=prices),
            out,
            rules=rules,
            step=progress.show,
        )
        result = finished.result
        shown = out.write("report.html", report(finished))
        figures = msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
        written = out.write("result.json", figures)
        remember(finished, figures, arguments.out, log, settings.data)
    told = Console()
    for line in as_lines(result):
        told.print(line, soft_wrap=True)
    console.print(f"figures in {written}, report in {shown}", soft_wrap=True)
    return 0 if result.passed else NOT_PASSED


class _Bar:
    """A bar from the first step on: a run that has nothing to ask shows none."""

    def __init__(self, console: Console, what: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)
        self._task = self._progress.add_task(what, total=None)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress.live.is_started:
            self._progress.stop()

    def show(self, done: int, total: int) -> None:
        """So many of all are done."""
        self._progress.start()
        self._progress.update(self._task, completed=done, total=total)
