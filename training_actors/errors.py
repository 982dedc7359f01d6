"""Faults of training; each message says what is wrong and the way out."""

from pathlib import Path


class TrainingError(Exception):
    """Something that training needs is not there or cannot be used."""

    absent = False
    """As `events.errors.EventsError.absent`."""


class TooFewRated(TrainingError):
    """The dataset holds too little to learn from."""

    def __init__(self, utterances: int, learners: int, folds: int) -> None:
        super().__init__(utterances, learners, folds)
        self.utterances, self.learners, self.folds = utterances, learners, folds

    def __str__(self) -> str:
        return (
            f"{self.utterances} rated utterances of {self.learners} learners are too few for {self.folds} folds: import"
            " a rated corpus (`python -m replay import speechocean762 DIR`) or ask for fewer --folds"
        )


class TrainerLost(TrainingError):
    """A training worker died again and again at the same piece of work."""

    def __init__(self, work: str, reason: str) -> None:
        super().__init__(work, reason)
        self.work, self.reason = work, reason

    def __str__(self) -> str:
        return (
            f"the worker died at {self.work}: {self.reason}. What is done stays: run the same command again, with fewer"
            " --workers if the memory was short"
        )


class WorkTaken(TrainingError):
    """Another training run is going on in the folder."""

    def __init__(self, work: Path) -> None:
        super().__init__(work)
        self.work = work

    def __str__(self) -> str:
        return f"another training run is going on in {self.work}: wait until it has ended, or give another --work"


class WorkUnwritable(TrainingError):
    """The folder of a training run cannot be written."""

    def __init__(self, work: Path, reason: str) -> None:
        super().__init__(work, reason)
        self.work, self.reason = work, reason

    def __str__(self) -> str:
        return (
            f"what training makes cannot be kept in {self.work} ({self.reason}): mend that and run the same command"
            " again, it goes on where it was, or give another --work"
        )


class VersionUnknown(TrainingError):
    """No model of that version was trained on this log."""

    absent = True

    def __init__(self, version: str, versions: tuple[str, ...]) -> None:
        super().__init__(version, versions)
        self.version, self.versions = version, versions

    def __str__(self) -> str:
        there = f"those there are: {', '.join(self.versions)}" if self.versions else "none was trained on this log yet"
        return f"there is no model {self.version}; {there}"


class AcousticUnusable(TrainingError):
    """The acoustic network of another model cannot be taken."""

    absent = True

    def __init__(self, version: str, reason: str) -> None:
        super().__init__(version, reason)
        self.version, self.reason = version, reason

    def __str__(self) -> str:
        return (
            f"the acoustic network of {self.version} cannot be taken: {self.reason}; `python -m training_actors list`"
            " tells which versions there are, and without --acoustic one is trained"
        )


class ModelAltered(TrainingError):
    """The folder of a model is not there, or not as it was trained."""

    def __init__(self, version: str, folder: Path, reason: str) -> None:
        super().__init__(version, folder, reason)
        self.version, self.folder, self.reason = version, folder, reason

    def __str__(self) -> str:
        return (
            f"the model {self.version or 'that comes with the program'} in {self.folder} cannot be used: {self.reason}."
            " Put the folder back from a copy, or run the same `train` command again"
        )


class JudgementsUnreadable(TrainingError):
    """What a model's folds, or people, said of its recordings is damaged."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(file, reason)
        self.file, self.reason = file, reason

    def __str__(self) -> str:
        return (
            f"{self.file} cannot be read ({self.reason}): put it back from a copy, or remove it; without it nothing"
            " can be compared, and only --force REASON promotes"
        )


class ModelsUnwritable(TrainingError):
    """The folder of the models cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder, self.reason = folder, reason

    def __str__(self) -> str:
        return (
            f"the models in {self.folder} cannot be written ({self.reason}): mend that and run the same command again."
            " What the log tells is to serve does so from the next command on that can write there"
        )


class ModelServes(TrainingError):
    """The model is in service already."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version

    def __str__(self) -> str:
        return f"the model {self.version} is in service already"


class ServiceChanged(TrainingError):
    """Another model was put into service since the gate compared with the one before."""

    def __init__(self, over: str, now: str) -> None:
        super().__init__(over, now)
        self.over, self.now = over, now

    def __str__(self) -> str:
        return (
            f"the model {self.now or 'that comes with the program'} was put into service meanwhile, in the place of"
            f" {self.over or 'the one that comes with the program'}: run the command again, it compares with that one"
        )


class NothingPromoted(TrainingError):
    """The model that comes with the program serves: there is nothing to roll back."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"the {self.kind} model that comes with the program serves: there is nothing to roll back"


class NeverServed(TrainingError):
    """Only a version that was in service before can be rolled back to."""

    def __init__(self, version: str, earlier: tuple[str, ...]) -> None:
        super().__init__(version, earlier)
        self.version, self.earlier = version, earlier

    def __str__(self) -> str:
        told = ", ".join(version or "shipped" for version in self.earlier)
        return f"{self.version or 'shipped'} was not in service before the one that serves; --to takes {told}"
