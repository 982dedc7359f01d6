"""`python -m training_actors train pronunciation`: from the log to a model's folder, with its report."""

import argparse
import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from actors.models.store import ModelStore
from actors.pronunciation.model import SHIPPED_VERSION, digest_of, facts_of, folder_of
from actors.voice.runtime import ModelUnusable
from events.arguments import positive, workers
from events.location import DataFolder
from events.opening import open_log
from events.training import ModelTrained
from replay.datasets.commands import Bars
from replay.datasets.making import make
from replay.datasets.manifest import read_manifest
from replay.datasets.report import check_library
from replay.errors import LibraryMissing
from training_actors.errors import AcousticUnusable
from training_actors.pronunciation.code import code_version
from training_actors.pronunciation.figures import AGREEMENT, figures_of
from training_actors.pronunciation.holding import register_heard, register_model
from training_actors.pronunciation.plan import Plan, Provenance, run_name
from training_actors.pronunciation.workplace import workplace
from training_actors.registry.registry import Registry

if TYPE_CHECKING:
    from training_actors.pronunciation.outcome import Outcome

SPEC = Path(__file__).resolve().parent.parent.parent / "replay" / "specs" / "pronunciation.toml"
KIND, WHISPER = "pronunciation", "whisper-base"
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells give it."""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add ``train``; ``run`` of the parsed arguments runs it and gives the exit status."""
    plan = Plan()
    training = commands.add_parser("train", help="train a model on what people have rated in the log")
    training.add_argument("kind", choices=(KIND,))
    training.add_argument("--work", type=Path, metavar="DIR", help="where steps are kept (in the data folder)")
    training.add_argument("--dataset", type=Path, metavar="DIR", help="a dataset made before, instead of the log now")
    training.add_argument("--workers", type=workers, default=1, metavar="N", help="processes (1: this one alone)")
    training.add_argument("--sentences", type=positive, default=plan.sentences, help="synthetic ones for the phones")
    training.add_argument(
        "--planted", type=_count, default=plan.planted, help="more of them, with slips for the scores"
    )
    training.add_argument(
        "--acoustic", default="", metavar="VERSION", help=f"take this model's acoustic network, or {SHIPPED_VERSION}"
    )
    training.add_argument("--folds", type=_folds, default=plan.folds, help="of speakers, to judge by")
    training.add_argument("--seeds", type=positive, default=len(plan.seeds), help="networks whose mean is taken")
    training.add_argument("--epochs", type=positive, default=plan.epochs, help="of the scoring networks")
    training.set_defaults(run=_train_or_stop)


def _count(text: str) -> int:
    return 0 if text == "0" else positive(text)


def _folds(text: str) -> int:
    if positive(text) < 2:
        raise argparse.ArgumentTypeError("one fold leaves nobody to learn from; give 2 or more")
    return int(text)


def _train_or_stop(arguments: argparse.Namespace, data: DataFolder) -> int:
    try:
        return _train(arguments, data)
    except KeyboardInterrupt:
        print("Interrupted: the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED


def _train(arguments: argparse.Namespace, data: DataFolder) -> int:
    _check_libraries()
    work: Path = (arguments.work or data.root / "training" / KIND).absolute()
    with workplace(work):
        return _trained(arguments, data, work)


def _trained(arguments: argparse.Namespace, data: DataFolder, work: Path) -> int:
    from training_actors.pronunciation.training import InProcess as HereAlone
    from training_actors.pronunciation.training import Run
    from training_actors.pronunciation.work import Job

    console = Console(stderr=True)
    store = ModelStore.for_user(os.environ)
    for model in (WHISPER, "kokoro-82m-int8", "kokoro-voices"):
        store.fetch(model)
    acoustic, taken = None, ""
    if arguments.acoustic:
        acoustic, taken = taken_from(data.models(KIND), arguments.acoustic, store.digest(WHISPER))
    plan = Plan(
        sentences=arguments.sentences,
        planted=arguments.planted,
        acoustic=taken,
        folds=arguments.folds,
        seeds=tuple(range(arguments.seeds)),
        epochs=arguments.epochs,
    )
    started = time.monotonic()
    with Bars(console) as bars:
        dataset = arguments.dataset or work / "dataset"
        if arguments.dataset:
            manifest = read_manifest(dataset)
        else:
            manifest, _ = make(SPEC, dataset, data, bars.show, replace=True)
        made_from = Provenance(
            run=run_name(plan, manifest.sha256, store.digest(WHISPER)),
            dataset=f"{manifest.name} {manifest.version}",
            dataset_sha256=manifest.sha256,
        )
        folder = work / made_from.run
        job = Job(
            plan=plan,
            dataset=dataset.absolute(),
            cache=work / "cache",
            folder=folder,
            models=store,
            acoustic=acoustic,
            threads=1 if arguments.workers > 1 else os.cpu_count() or 1,
        )
        register_heard(data, job.cache, manifest)
        register_model(data, folder, manifest)  # its networks as they are made, and a copy of the model
        run = Run(job, made_from, bars.show)
        with closing(run.trainer):
            if arguments.workers == 1:
                run.fit(HereAlone(run.trainer))
            else:
                from training_actors.pronunciation.remote import RayTrainers  # Ray takes a second to import

                with RayTrainers(job, arguments.workers) as trainers:
                    run.fit(trainers)
            facts, figures = run.finish(folder / "model")
    trained = ModelTrained(
        kind=KIND,
        version=facts.version,
        digest=facts.digest,
        dataset=made_from.dataset,
        dataset_sha256=made_from.dataset_sha256,
        position=manifest.position,
        code=code_version(),
        seeds=plan.seeds,
        figures=figures_of(figures),
        seconds=round(time.monotonic() - started, 1),
    )
    register_model(data, data.models(KIND) / facts.version, manifest)
    with open_log(data) as log:
        Registry(KIND, log, data.models(KIND)).add(folder / "model", trained)
    _tell(figures)
    print(f"model {facts.version} in {data.models(KIND) / facts.version}; put it into service with")
    print(f"  python -m training_actors promote {facts.version}")
    return 0


def taken_from(models: Path, version: str, encoder: str) -> tuple[Path, str]:
    """The folder of the model whose acoustic network is taken, and its version.

    Raises `AcousticUnusable`, also where it knows the frames of another Whisper than that with the digest ``encoder``.
    """
    try:
        folder = folder_of(models, version)
        facts = facts_of(folder)
        digest = digest_of(folder)
    except ModelUnusable as error:
        raise AcousticUnusable(version, str(error)) from error
    if digest != facts.digest:
        raise AcousticUnusable(version, f"the files in {folder} are not those that were trained")
    if facts.encoder != encoder:
        raise AcousticUnusable(version, "it was trained on another Whisper")
    return folder, facts.version


def _tell(figures: "Outcome") -> None:
    table = Table("", *(f"{group.name} ({group.pooled.utterances})" for group in figures.groups))
    for name, field in AGREEMENT:
        told = [(asdict(group.pooled)[field], asdict(group.spread)[field]) for group in figures.groups]
        table.add_row(name, *(f"{mean:.3f} ± {spread:.3f}" for mean, spread in told))
    out = Console(width=120)
    out.print(table)
    texts = figures.texts
    out.print(
        f"{figures.failed_alignments} texts found no place; another's text is flagged {texts.foreign_flagged:.1%} of"
        f" the time (mean total {texts.foreign_total:.2f}), a well rated one's own {texts.own_flagged:.1%}"
    )


def _check_libraries() -> None:
    """Raises `LibraryMissing`."""
    check_library()
    try:
        import onnxscript  # noqa: F401
        import scipy  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise LibraryMissing(str(error.name), "training", "training") from error
