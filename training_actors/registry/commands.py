"""`python -m training_actors list`, `promote`, `rollback`: which models there are, and which of them serves."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from actors.pronunciation.model import SHIPPED_VERSION, folder_of
from events.arguments import positive, workers
from events.envelope import Recorded
from events.location import DataFolder
from events.models import Models, models_of
from events.opening import open_existing_log
from events.training import ModelTrained, RuleVerdict
from replay.counterfactual.query import EVERYTHING
from replay.counterfactual.verdict import PASSED
from training_actors.errors import ModelServes, VersionUnknown
from training_actors.registry.gate import verdicts
from training_actors.registry.registry import Registry

KIND = "pronunciation"
NOT_PASSED = 3
"""Exit status when a rule of the gate does not hold, as `replay counterfactual` has it."""
CASES = 300
SHOWN = ("utterance total", "word total", "phones")
"""Figures in the list; the rest are in the model's card."""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    listing = commands.add_parser("list", help="the trained models, and which of them serves")
    listing.set_defaults(run=_list)
    promotion = commands.add_parser(
        "promote",
        help="put a model into service, if it passes the gate",
        description="Put a trained model into service if it passes the gate; exit status 3 if it does not. Running"
        " servers follow with their next utterance.",
    )
    promotion.add_argument("version")
    promotion.add_argument(
        "--sessions", default=EVERYTHING, metavar="QUERY", help="whose recordings to ask again (all)"
    )
    promotion.add_argument("--limit", type=positive, default=CASES, metavar="N", help=f"recordings at most ({CASES})")
    promotion.add_argument("--workers", type=workers, default=1, metavar="N", help="processes with the models (1)")
    promotion.add_argument("--out", type=Path, metavar="DIR", help="of the counterfactual run (in the data folder)")
    promotion.add_argument("--force", default="", metavar="REASON", help="whatever the gate says; asks no recordings")
    promotion.set_defaults(run=_promote)
    rollback = commands.add_parser("rollback", help="put the model back into service that was before")
    rollback.add_argument("--to", metavar="VERSION", help=f"an earlier one, or {SHIPPED_VERSION}")
    rollback.add_argument("--reason", default="", help="kept in the log")
    rollback.set_defaults(run=_rollback)


def _list(arguments: argparse.Namespace, data: DataFolder) -> int:
    with _registry(data) as registry:
        history = registry.history()
    models = models_of(history)
    trained = {one.event.version: one for one in history if isinstance(one.event, ModelTrained)}
    table = Table(Column("version", no_wrap=True), "trained", *SHOWN, "service")
    table.add_row(SHIPPED_VERSION, "", *("" for _ in SHOWN), _service("", models))
    for version, recorded in trained.items():
        table.add_row(version, f"{recorded.time:%Y-%m-%d %H:%M}", *_shown(recorded), _service(version, models))
    Console().print(table)
    return 0


def _service(version: str, models: Models) -> str:
    if version == models.in_service:
        return "in service"
    return "before" if version in ("", *models.served) else ""


def _shown(recorded: Recorded) -> Iterator[str]:
    assert isinstance(recorded.event, ModelTrained)
    figures = {figure.name: figure for figure in recorded.event.figures}
    for name in SHOWN:
        figure = figures.get(name)
        yield f"{figure.mean:.3f} ± {figure.spread:.3f}" if figure else ""


def _promote(arguments: argparse.Namespace, data: DataFolder) -> int:
    version: str = arguments.version
    with _registry(data) as registry:
        over = registry.models().in_service
        if version == over:
            raise ModelServes(version)
        registry.facts(version)
        trained = _trained(version, registry.history())
        found = verdicts(trained, registry.folder / version, folder_of(registry.folder, over))
    run = ""
    if not arguments.force:
        from training_actors.registry.asking import asked_again, run_folder  # brings Ray, which takes a second

        runs = data.root / "training" / KIND / "counterfactual"
        out = arguments.out or run_folder(runs, f"{version}-{over or SHIPPED_VERSION}")
        asked, run = asked_again(arguments, out, data, over)
        found = (*found, *asked)
    console = Console()
    console.print(_table(found))
    refused = [verdict for verdict in found if verdict.outcome != PASSED]
    if refused and not arguments.force:
        console.print(
            f"{version} stays out of service: {len(refused)} of {len(found)} rules do not hold or cannot be decided;"
            " --force REASON promotes it all the same" + (f". What would have changed is told in {out}" if run else ""),
            soft_wrap=True,
        )
        return NOT_PASSED
    with _registry(data) as registry:
        registry.promote(version, over, verdicts=found, run=run, forced=arguments.force)
    console.print(f"{version} is in service in the place of {over or 'the one that comes with the program'}")
    return 0


def _trained(version: str, history: tuple[Recorded, ...]) -> ModelTrained:
    """Of a version whose digest is known to be the promoted one's too. Raises `VersionUnknown`."""
    for recorded in reversed(history):
        if isinstance(recorded.event, ModelTrained) and recorded.event.version == version:
            return recorded.event
    raise VersionUnknown(version, ())


def _table(found: tuple[RuleVerdict, ...]) -> Table:
    table = Table("rule", "outcome", "why")
    for verdict in found:
        table.add_row(verdict.rule, verdict.outcome, verdict.reason)
    return table


def _rollback(arguments: argparse.Namespace, data: DataFolder) -> int:
    to = "" if arguments.to == SHIPPED_VERSION else arguments.to
    with _registry(data) as registry:
        version, target = registry.roll_back(to, arguments.reason)
    told = target or "the one that comes with the program"
    Console().print(f"{version} is out of service; {told} serves", soft_wrap=True)
    return 0


@contextmanager
def _registry(data: DataFolder) -> Iterator[Registry]:
    """The registry of a log, whose pointer is as the log tells."""
    with open_existing_log(data) as log:
        registry = Registry(KIND, log, data.models(KIND))
        if registry.align():
            Console(stderr=True).print("what serves was not what the log tells: mended", soft_wrap=True)
        yield registry
