"""Makes a run as it was asked for: opens log and folder, shows progress, prints and writes the result."""

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from actors.ports import EngineError
from actors.settings import Settings, SettingsError, read_settings
from events.location import DataFolder, environment_of
from events.opening import open_blobs, open_existing_log, tell_which_log, with_server
from projections.errors import ProjectionsError
from replay.counterfactual.errors import RunFailed
from replay.counterfactual.folder import REPORT, RESULT, Plan, RunFolder
from replay.counterfactual.metrics import metrics_of
from replay.counterfactual.prices import prices_in
from replay.counterfactual.query import EVERYTHING, parse_query
from replay.counterfactual.remembering import remember
from replay.counterfactual.report import report
from replay.counterfactual.result import Result
from replay.counterfactual.run import Means, Source, run
from replay.counterfactual.swap import check_here, default_engine, parse_swaps
from replay.counterfactual.table import as_lines
from replay.counterfactual.verdict import parse_rules
from replay.counterfactual.worker import Workers, only

NOT_PASSED = 3
"""Exit status when a rule of the gate does not hold."""
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells give it."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked of a run, as on the command line; see `replay.counterfactual.commands`."""

    swaps: tuple[str, ...]
    out: Path
    baseline: str = ""
    sessions: str = EVERYTHING
    limit: int = 0
    seed: int = 0
    workers: int = 1
    rules: tuple[str, ...] = ()


def launch(request: Request, folder: DataFolder) -> int:
    """Run it, print what came of it; the exit status. Raises a `ReplayError` or an `EventsError`, with the way out."""
    try:
        result = counterfactual(request, folder)
    except KeyboardInterrupt:
        Console(stderr=True).print(f"stopped; the same command goes on with {request.out}", soft_wrap=True)
        return INTERRUPTED
    told = Console()
    for line in as_lines(result):
        told.print(line, soft_wrap=True)
    Console(stderr=True).print(f"figures in {request.out / RESULT}, report in {request.out / REPORT}", soft_wrap=True)
    return 0 if result.passed else NOT_PASSED


def counterfactual(request: Request, folder: DataFolder) -> Result:
    """Make the run with a bar, write its folder, append its events; what it found. Raises as `launch` does."""
    try:
        return _counterfactual(request, _settings(folder))
    except (EngineError, ProjectionsError, SettingsError) as error:
        raise RunFailed(error, request.out) from error


def _settings(folder: DataFolder) -> Settings:
    tell_which_log(folder)  # the settings name it, as if somebody had
    return read_settings({**os.environ, **environment_of(with_server(folder))})


def _counterfactual(request: Request, settings: Settings) -> Result:
    swap = parse_swaps(request.swaps)
    parse_query(request.sessions)
    prices = prices_in(settings.data)
    rules = parse_rules(request.rules, metrics_of(swap.kind, prices))
    if request.baseline:
        parse_swaps([f"{swap.kind}={request.baseline}"])
    baseline = request.baseline or default_engine(swap.kind, settings)
    for name in (*swap.engines, baseline):
        check_here(swap.kind, name, settings)
    with ExitStack() as stack:
        log = stack.enter_context(open_existing_log(settings.data))
        out = stack.enter_context(RunFolder(request.out))
        plan = out.begin(
            Plan(
                kind=swap.kind,
                candidates=swap.engines,
                baseline=baseline,
                query=request.sessions,
                position=log.head(),
                rerun=bool(request.baseline),
                limit=request.limit,
                seed=request.seed,
            )
        )
        progress = stack.enter_context(_Bar(Console(stderr=True), f"asking {' and '.join(swap.engines)}"))
        finished = run(
            plan,
            Source(log=log, blobs=open_blobs(settings.data)),
            Means(crew=partial(Workers, partial(only, settings), settings, request.workers), prices=prices),
            out,
            rules=rules,
            step=progress.show,
        )
        out.write(REPORT, report(finished))
        figures = msgspec.json.format(msgspec.json.encode(finished.result), indent=2) + b"\n"
        out.write(RESULT, figures)
        remember(finished, figures, request.out, log, settings.data)
    return finished.result


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
