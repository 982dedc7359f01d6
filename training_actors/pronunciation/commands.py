"""`python -m training_actors train pronunciation`: from the log to a model's folder, with its report."""

import argparse
import sys
from pathlib import Path
from typing import Any

from actors.pronunciation.model import SHIPPED_VERSION
from events.arguments import positive, workers
from events.location import DataFolder
from replay.datasets.report import check_library
from replay.errors import LibraryMissing
from training_actors.pronunciation.plan import KIND, Plan

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
    from training_actors.pronunciation.launch import launch  # brings PyTorch

    return launch(arguments, data)


def _check_libraries() -> None:
    """Raises `LibraryMissing`."""
    check_library()
    try:
        import onnxscript  # noqa: F401
        import scipy  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise LibraryMissing(str(error.name), "training", "training") from error
