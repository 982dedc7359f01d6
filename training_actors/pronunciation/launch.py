"""Makes a training run as it was asked for: dataset, bars, the run itself, its event, and what is printed of it."""

import argparse
import os
import time
from contextlib import closing
from pathlib import Path

from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from actors.models.store import ModelStore
from actors.pronunciation.model import ModelFacts, digest_of, facts_of, folder_of
from actors.voice.runtime import ModelUnusable
from events.location import DataFolder
from events.opening import open_log
from events.training import ModelTrained
from replay.datasets.commands import Bars
from replay.datasets.making import make
from replay.datasets.manifest import Manifest, read_manifest
from training_actors.errors import AcousticUnusable
from training_actors.pronunciation.code import code_version
from training_actors.pronunciation.figures import AGREEMENT, figures_of
from training_actors.pronunciation.holding import register_heard, register_model
from training_actors.pronunciation.outcome import Outcome
from training_actors.pronunciation.plan import KIND, Plan, Provenance, run_name
from training_actors.pronunciation.shipping import REPORT_FILE
from training_actors.pronunciation.training import InProcess, Run, Watch
from training_actors.pronunciation.work import WHISPER, Job
from training_actors.pronunciation.workplace import workplace
from training_actors.registry.registry import Registry

MODEL = "model"
"""The folder of what comes of a run, in its own."""
SPEC = Path(__file__).resolve().parent.parent.parent / "replay" / "specs" / "pronunciation.toml"


def launch(arguments: argparse.Namespace, data: DataFolder) -> int:
    """Run it, print what came of it; the exit status. Raises a `TrainingError`, `ReplayError` or `EventsError`."""
    work: Path = (arguments.work or data.root / "training" / KIND).absolute()
    with workplace(work):
        return _trained(arguments, data, work)


def _trained(arguments: argparse.Namespace, data: DataFolder, work: Path) -> int:
    store = ModelStore.for_user(os.environ)
    for model in (WHISPER, "kokoro-82m-int8", "kokoro-voices"):
        store.fetch(model)
    plan, acoustic = _planned(arguments, data, store)
    started = time.monotonic()
    with Bars(Console(stderr=True)) as bars:
        dataset, manifest = _dataset(arguments, data, work, bars.show)
        made_from = Provenance(
            run=run_name(plan, manifest.sha256, store.digest(WHISPER)),
            dataset=f"{manifest.name} {manifest.version}",
            dataset_sha256=manifest.sha256,
        )
        job = Job(
            plan=plan,
            dataset=dataset.absolute(),
            cache=work / "cache",
            folder=work / made_from.run,
            models=store,
            acoustic=acoustic,
            threads=1 if arguments.workers > 1 else os.cpu_count() or 1,
        )
        register_heard(data, job.cache, manifest)
        register_model(data, job.folder, manifest)  # its networks as they are made, and a copy of the model
        facts, figures = _run(job, made_from, arguments.workers, bars.show)
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
    place = data.models(KIND) / facts.version
    register_model(data, place, manifest)
    with open_log(data) as log:
        Registry(KIND, log, data.models(KIND)).add(job.folder / MODEL, trained)
    _tell(figures)
    print(f"model {facts.version} in {place}, its report in {place / REPORT_FILE}; put it into service with")
    print(f"  python -m training_actors promote {facts.version}")
    return 0


def _planned(arguments: argparse.Namespace, data: DataFolder, store: ModelStore) -> tuple[Plan, Path | None]:
    """What is asked for, and the folder of the model whose acoustic network is taken. Raises `AcousticUnusable`."""
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
    return plan, acoustic


def _dataset(arguments: argparse.Namespace, data: DataFolder, work: Path, show: Watch) -> tuple[Path, Manifest]:
    """The folder of the dataset that was given, or of the one of the log now."""
    if arguments.dataset:
        return arguments.dataset, read_manifest(arguments.dataset)
    dataset = work / "dataset"
    manifest, _ = make(SPEC, dataset, data, show, replace=True)
    return dataset, manifest


def _run(job: Job, made_from: Provenance, workers: int, show: Watch) -> tuple[ModelFacts, Outcome]:
    """Fit the networks, by so many processes, and write the model's folder."""
    run = Run(job, made_from, show)
    with closing(run.trainer):
        if workers == 1:
            run.fit(InProcess(run.trainer))
        else:
            from training_actors.pronunciation.remote import RayTrainers  # Ray takes a second to import

            with RayTrainers(job, workers) as trainers:
                run.fit(trainers)
        return run.finish(job.folder / MODEL)


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


def _tell(figures: Outcome) -> None:
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
