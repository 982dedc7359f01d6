"""`python -m actors assess` scores the recordings of a manifest, `explain` draws what is found in one."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from actors.models.errors import ModelError
from actors.models.store import ModelStore
from actors.ports import EngineError
from actors.pronunciation.errors import OtherEncoder
from events.arguments import workers
from events.location import data_folder
from projections.wording import counted

if TYPE_CHECKING:
    from actors.chain import EngineChain
    from actors.pronunciation.assessor import Equipment
    from actors.pronunciation.batch import Assessors, Tally

WHISPER = "whisper-base"
ASSESSED, SOME_FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this room's commands; ``run`` of the parsed arguments runs one and gives the exit status."""
    assessing = commands.add_parser("assess", help="score the pronunciation in many recordings")
    assessing.add_argument("--manifest", type=Path, required=True, metavar="IN.jsonl", help="lines of id, audio, text")
    assessing.add_argument("--out", type=Path, required=True, metavar="OUT.jsonl", help="a line of scores for each")
    assessing.add_argument("--workers", type=workers, default=1, metavar="N", help="processes (1: this one alone)")
    assessing.add_argument("--replace", action="store_true", help="assess anew what is in OUT already")
    assessing.set_defaults(run=_assess)
    explaining = commands.add_parser("explain", help="draw how the words and phones of a recording were scored")
    explaining.add_argument("file", type=Path, metavar="FILE", help="a recording")
    explaining.add_argument("--text", required=True, help="what it should say")
    explaining.add_argument("--out", type=Path, metavar="FILE.html", help="the report (named as FILE, in this folder)")
    explaining.add_argument("--png", type=Path, metavar="FILE.png", help="the picture alone")
    explaining.set_defaults(run=_explain)
    for command in (assessing, explaining):
        command.add_argument("--model", type=Path, metavar="DIR", help="a trained model (the one in service)")


def _assess(arguments: argparse.Namespace) -> int:
    from actors.pronunciation.batch import NotResults, kept, run
    from actors.pronunciation.manifest import read_manifest

    console = Console(stderr=True)
    manifest, out = arguments.manifest, arguments.out
    try:
        if out.exists() and out.samefile(manifest):
            return _unusable("IN and OUT are the same file: name another OUT")
        lines = sum(1 for _ in read_manifest(manifest))
        if arguments.replace:
            out.unlink(missing_ok=True)
        begun = kept(manifest, out)
        out.open("ab").close()
        if begun[0].lines:
            _say(console, f"{out} holds {counted(begun[0].lines, 'line')} already, which are kept (--replace: anew)")
        with _assessors(arguments.model, arguments.workers, needed=begun[0].lines < lines) as assessors:
            columns = (TextColumn("assess"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console) as bar:
                task = bar.add_task("assess", total=lines, completed=begun[0].lines)
                tally = run(manifest, out, assessors, begun, lambda done: bar.update(task, completed=done))
    except (OSError, NotResults, EngineError, ModelError) as error:
        return _unusable(error)
    except KeyboardInterrupt:
        _say(console, "Interrupted: the same command goes on from here.")
        return INTERRUPTED
    return _told(tally, out, console)


def _told(tally: "Tally", out: Path, console: Console) -> int:
    failed = f", {counted(tally.failed, 'line')} failed: see `failed` in them" if tally.failed else ""
    _say(console, f"{counted(tally.assessed, 'recording')} assessed in {out}{failed}")
    return SOME_FAILED if tally.failed else ASSESSED


@contextmanager
def _assessors(model: Path | None, workers: int, *, needed: bool) -> "Iterator[Assessors]":
    from actors.pronunciation.assessor import Assessor
    from actors.pronunciation.batch import InProcess, Nobody

    if not needed:
        yield Nobody()
    elif workers == 1:
        with Assessor(equipment(model, threads=os.cpu_count() or 1)) as assessor:
            yield InProcess(assessor)
    else:
        from actors.pronunciation.remote import RayAssessors  # Ray takes a second to import

        with RayAssessors(equipment(model, threads=1), workers) as assessors:
            yield assessors


def equipment(model: Path | None, *, threads: int) -> "Equipment":
    """What an assessor needs, as it lies here. Raises `ModelError`, `EngineError`."""
    from actors.assessment.lexicon import bundled_dictionary
    from actors.pronunciation.assessor import Equipment
    from actors.pronunciation.model import model_in_service, open_model

    store = ModelStore.for_user(os.environ)
    folder = (model or model_in_service(data_folder(os.environ).models("pronunciation"))).absolute()
    whisper = store.path(WHISPER)
    if open_model(folder).facts.encoder != store.digest(WHISPER):
        raise OtherEncoder
    return Equipment(
        whisper=whisper,
        model=folder,
        dictionary=bundled_dictionary(),
        threads=threads,
    )


def _explain(arguments: argparse.Namespace) -> int:
    from actors.pronunciation.assessor import Assessor
    from actors.pronunciation.explanation import explain
    from actors.pronunciation.picture import check_library, drawn
    from actors.pronunciation.report import report

    console = Console(stderr=True)
    out: Path | None = arguments.out
    if out is None and arguments.png is None:
        out = Path(f"{arguments.file.stem}.html")
    try:
        check_library()
        with Assessor(equipment(arguments.model, threads=os.cpu_count() or 1)) as assessor:
            explanation = explain(assessor, _voices(), arguments.file, arguments.text)
        png = drawn(explanation)
        for file, content in ((arguments.png, png), (out, report(explanation, png) if out else b"")):
            if file is not None:
                file.write_bytes(content)
                _say(console, f"Written: {file}")
    except (OSError, EngineError, ModelError) as error:
        return _unusable(error)
    return ASSESSED


def _voices() -> "EngineChain":
    """Those that are good enough to be compared with."""
    from actors.catalogue import loaders
    from actors.chain import Candidate, EngineChain
    from actors.settings import read_settings

    load = loaders("voice", read_settings(os.environ), ModelStore.for_user(os.environ))
    return EngineChain("voice", tuple(Candidate(name=name, load=load[name]) for name in ("kokoro", "piper")))


def _say(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)


def _unusable(fault: object) -> int:
    told = f"{fault.filename}: {fault.strerror}" if isinstance(fault, OSError) and fault.filename else fault
    print(f"actors: {told}", file=sys.stderr)
    return UNUSABLE
