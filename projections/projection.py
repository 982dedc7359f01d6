"""What a projection is: a pure fold of events into views, or into sums. Stores nothing, runs nothing."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct

from events.envelope import Recorded
from events.learner import LearnerEvent
from projections.tables import Relation, Summary, Table, Values

View = TypeVar("View", bound=Struct)
Rows = Mapping[str, Iterable[Values]]
"""Rows by the name of their table."""

PARTS = 8
"""The learners fall into so many parts, each folded by one worker at a time. Never changes: positions are by part."""


def learner_of(recorded: Recorded) -> str | None:
    """The key of projections by learner; None for events beside the lessons."""
    return None if isinstance(recorded.event, LearnerEvent) else recorded.learner or None


class Projection(Struct, Generic[View], frozen=True, kw_only=True):
    """A fold by name, with one view for each key. ``key`` tells whose view an event belongs to, None for nobody's.

    ``version`` grows with every change of what the fold gives, and the runner then folds the whole log again.
    ``evolve`` must be pure and must ignore events that it does not know. A key's events must all be of one learner.
    ``of_one_learner`` says that each view belongs to one learner: it goes when the learner is forgotten, and what is
    left of their events is not folded again. A projection over many learners sees those, without what was personal.
    ``rows`` derives from a view what its ``tables`` show; equal views give equal rows.
    """

    name: str
    version: int
    about: str
    view: type[View]
    key: Callable[[Recorded], str | None]
    initial: Callable[[], View]
    evolve: Callable[[View, Recorded], View]
    tables: tuple[Table, ...] = ()
    rows: Callable[[View], Rows] = lambda view: {}
    summaries: tuple[Summary, ...] = ()
    of_one_learner: bool = True


class Tally(Struct, frozen=True, kw_only=True):
    """Sums by name: each event adds rows to ``tables``, which join stored ones column by column (`Column.merge`).

    Needs no view of a learner, so it is quick, and small whatever the log holds. ``count`` must be pure; as sums are
    whole numbers, the order of events does not matter.
    """

    name: str
    version: int
    about: str
    count: Callable[[Recorded], Iterable[tuple[str, Values]]]
    tables: tuple[Table, ...]
    summaries: tuple[Summary, ...] = ()
    key: Callable[[Recorded], str | None] = learner_of
    of_one_learner: bool = True


AnyProjection = Projection[Any] | Tally


def relations(projection: AnyProjection) -> tuple[Relation, ...]:
    """Everything that an analyst may read of a projection."""
    return (*projection.tables, *projection.summaries)


def part_of(recorded: Recorded) -> int:
    """The part that an event falls into: by its learner, or by its stream if it has none. 0..`PARTS` - 1."""
    return part_of_learner(recorded.learner or recorded.stream)


def part_of_learner(learner: str) -> int:
    """The part that a learner falls into."""
    return zlib.crc32(learner.encode()) % PARTS
