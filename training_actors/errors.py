"""Faults of training; each message says what is wrong and the way out."""


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
