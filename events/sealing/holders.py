"""What was made of lessons and still holds a learner, for people: where it lies, what it is, how to be rid of them.

The register of datasets knows it; nothing is deleted here.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

from events.sealing.forgetting import DATASET, HEARD, MODEL, PAIRS, RUN, Dataset

_WAYS_OUT = {
    DATASET: "delete it, or make it anew with `python -m replay dataset SPEC.toml --out {} --replace`",
    # A run that goes on in its folder keeps the answers that are there.
    RUN: "delete it, then make it anew with `python -m replay counterfactual --swap KIND=ENGINE --out {}`",
    PAIRS: "delete it, or make it anew with `python -m replay judge RUN --export {}`",
    HEARD: "delete it; the next `python -m training_actors train` listens anew to those who are left",
    MODEL: "it has learnt from the learner, and keeps the scores: train anew, promote that, then delete {}",
}


def holders(learner: str, registered: tuple[Dataset, ...]) -> Iterator[Dataset]:
    """Those of the register that hold the learner."""
    return (each for each in registered if learner in each.learners)


def line_of(dataset: Dataset, detail: str = "") -> str:
    """``PATH: what it is; what to do``; ``detail`` says more of what it is."""
    told = f"{dataset.what} {dataset.name} {dataset.version}{detail}"
    if not dataset.place:
        return f"{told}: the register does not tell where it lies; delete it, or make it anew"
    if not Path(dataset.place).exists():
        return f"{dataset.place}: {told}; it is not there any more: if it was moved or copied, delete it there"
    return f"{dataset.place}: {told}; {_WAYS_OUT[dataset.what].format(shlex.quote(dataset.place))}"
