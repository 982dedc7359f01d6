"""What a projection is: a pure fold of events into views, or into sums. Stores nothing, runs nothing."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_args

from msgspec import Struct

from events.codec import Place
from events.envelope import Recorded
from events.learner import LearnerEvent
from events.lesson import SessionStarted, SpeechUttered
from events.unread import Unread
from events.upcasters import UPCASTERS, family_of
from projections.tables import Relation, Summary, Table, Values

View = TypeVar("View", bound=Struct)
Rows = Mapping[str, Iterable[Values]]
"""Rows by the name of their table."""

PARTS = 8
"""The learners fall into so many parts, each folded by one worker at a time. Never changes: positions are by part."""


LEARNER_EVENTS = get_args(LearnerEvent)


def learner_of(recorded: Recorded) -> str | None:
    """The key of projections by learner; None for events beside the lessons."""
    return None if isinstance(recorded.event, LEARNER_EVENTS) else recorded.learner or None


def practiser_of(recorded: Recorded) -> str | None:
    """As `learner_of`, but None for what was imported: it was said elsewhere, and nobody practised on that day."""
    match recorded.event:
        case SessionStarted(mode="corpus") | SpeechUttered(source="corpus"):
            return None
        case _:
            return learner_of(recorded)


class Projection(Struct, Generic[View], frozen=True, kw_only=True):
    """A fold by name, with one view for each key. ``key`` tells whose view an event belongs to, None for nobody's.

    ``version`` grows with every change of what the fold gives, and the runner then folds the whole log again.
    ``evolve`` must be pure and must ignore events that it does not know. A key's events must all be of one learner.
    ``types`` names the events that it uses (`tags`), None for all: a rebuild then reads no others. Of those that it
    uses it may leave fields ``unread`` that the fold never looks at; it parks the key of one that it does look at.
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
    types: frozenset[str] | None = None
    unread: Unread = ()


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
    types: frozenset[str] | None = None
    unread: Unread = ()


AnyProjection = Projection[Any] | Tally


def relations(projection: AnyProjection) -> tuple[Relation, ...]:
    """Everything that an analyst may read of a projection."""
    return (*projection.tables, *projection.summaries)


Event = Recorded | Place
"""An event of the log, or where one is that a projection does not use and that was therefore not read."""


def tags(*events: type[Struct]) -> frozenset[str]:
    """The types of events as the log names them, earlier versions too: a damaged event keeps the one that it has."""
    newest = {str(event.__struct_config__.tag) for event in events}
    families = set(map(family_of, newest))
    return frozenset(newest | {tag for tag in UPCASTERS if family_of(tag) in families})


def uses(projection: AnyProjection, event: Event) -> bool:
    """Whether the projection looks at events of this type."""
    return projection.types is None or event.type in projection.types


def part_of(projection: AnyProjection, event: Event) -> int:
    """The part that an event falls into, 0..`PARTS` - 1: by its learner, or by its stream if nothing else is known.

    An event that the projection does not use goes by its stream, so that it need not be read.
    """
    if isinstance(event, Place) or not uses(projection, event):
        return part_of_learner(event.stream)
    return part_of_learner(event.learner or event.stream)


@lru_cache(maxsize=10_000)
def part_of_learner(learner: str) -> int:
    """The part that a learner falls into."""
    return zlib.crc32(learner.encode()) % PARTS
