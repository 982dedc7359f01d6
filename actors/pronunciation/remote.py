"""Assessors as Ray actors, each with its own Whisper and one thread; what one that died was at is given to another."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from actors.pool import Pool, WorkLost
from actors.pronunciation.assessor import Assessed, Assessor, Equipment
from actors.pronunciation.manifest import Ask, Failed

ROUND = 25
"""Lines an actor that are handed out together: so many answers, at most, wait for an earlier one."""


class AssessorActor:
    """An `Assessor` in a process of its own."""

    def __init__(self, equipment: Equipment) -> None:
        self._assessor = Assessor(equipment)

    def assess(self, ask: Ask) -> Any:
        """See `Assessor.assess`."""
        return self._assessor.assess(ask)


class RayAssessors:
    """``count`` assessors; a context. See `actors.pronunciation.batch.Assessors`."""

    def __init__(self, equipment: Equipment, count: int) -> None:
        self._pool = Pool(AssessorActor, count, equipment)
        self._round = ROUND * count

    def __enter__(self) -> "RayAssessors":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def assess(self, asks: Iterable[Ask]) -> Iterator[Assessed | Failed]:
        """Of each its answer, in order. One at which process after process ends has failed."""
        coming = iter(asks)
        while together := {ask.number: ask for ask in islice(coming, self._round)}:
            yield from self._together(together)

    def _together(self, asks: dict[int, Ask]) -> Iterator[Assessed | Failed]:
        order = list(asks)
        waiting: dict[int, Assessed | Failed] = {}
        for number, answer in self._each(asks):
            waiting[number] = answer
            while order and order[0] in waiting:
                yield waiting.pop(order.pop(0))

    def _each(self, asks: dict[int, Ask]) -> Iterator[tuple[int, Assessed | Failed]]:
        """As they are finished."""
        left = dict(asks)
        while left:
            try:
                for number, answer in self._pool.work(
                    tuple(left), lambda actor, number: actor.assess.remote(asks[number]), str
                ):
                    del left[number]
                    yield number, answer
            except WorkLost as error:
                lost = left.pop(int(error.piece))
                yield lost.number, Failed(id=lost.id, failed=f"assessing it failed ({error.reason}): report this line")
