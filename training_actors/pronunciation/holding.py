"""The register's lines of what training keeps of learners, so that whoever forgets one is told of it."""

from pathlib import Path

from events.location import DataFolder
from events.sealing.forgetting import HEARD, MODEL, Dataset, registered
from replay.datasets.manifest import Manifest
from replay.datasets.register import write_line
from training_actors.pronunciation.plan import KIND


def register_heard(data: DataFolder, place: Path, manifest: Manifest) -> None:
    """What Whisper hears of the dataset's recordings, beside what it heard of others before."""
    before = (each for each in registered(data) if each.place == str(place.absolute()) and place.exists())
    learners = {learner for each in before for learner in each.learners}
    _register(data, place, manifest, HEARD, learners.union(manifest.learners))


def register_model(data: DataFolder, place: Path, manifest: Manifest) -> None:
    """A model that has learnt from the dataset."""
    _register(data, place, manifest, MODEL, set(manifest.learners))


def _register(data: DataFolder, place: Path, manifest: Manifest, made: str, learners: set[str]) -> None:
    line = Dataset(
        name=KIND,
        version=place.name if made == MODEL else manifest.version,
        learners=tuple(sorted(learners)),
        place=str(place.absolute()),
        made=made,
    )
    write_line(data, line)
