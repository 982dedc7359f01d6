"""Training workers as Ray actors. All need the same folders; the driver alone decides who does what."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from actors.pool import Pool, WorkLost
from training_actors.errors import TrainerLost
from training_actors.pronunciation.work import Job, Trainer


class TrainingWorker:
    """A `Trainer` in a process of its own."""

    def __init__(self, job: Job) -> None:
        self._trainer = Trainer(job)

    def do(self, method: str, *args: int) -> None:
        """Call one of the trainer's methods that keep what they do in files."""
        getattr(self._trainer, method)(*args)


class RayTrainers:
    """``count`` training workers; a context."""

    def __init__(self, job: Job, count: int) -> None:
        self._pool = Pool(TrainingWorker, count, job)

    def __enter__(self) -> "RayTrainers":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def each(self, method: str, pieces: Sequence[tuple[int, ...]]) -> Iterator[Any]:
        """See `training_actors.pronunciation.training.Workers.each`."""
        begin: Callable[[Any, tuple[int, ...]], Any] = lambda actor, piece: actor.do.remote(method, *piece)  # noqa: E731
        try:
            yield from self._pool.work(pieces, begin, lambda piece: f"{method} {piece}")
        except WorkLost as error:
            raise TrainerLost(error.piece, error.reason) from error
