"""What a projection is: a pure fold of events into one view for each key. Stores nothing, runs nothing."""

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from events.envelope import Recorded

View = TypeVar("View", bound=Struct)


class Projection(Struct, Generic[View], frozen=True, kw_only=True):
    """A fold by name. ``key`` tells whose view an event belongs to, None for nobody's.

    ``name`` is also the SQL name of its views; ``version`` grows with every change of what the fold gives, and the
    runner then folds the whole log again. ``evolve`` must be pure and must ignore events that it does not know.

    ``of_one_learner`` says that each view belongs to one learner: it goes when the learner is forgotten, and what is
    left of their events is not folded again. A projection over many learners sees those, without what was personal.
    """

    name: str
    version: int
    about: str
    view: type[View]
    key: Callable[[Recorded], str | None]
    initial: Callable[[], View]
    evolve: Callable[[View, Recorded], View]
    of_one_learner: bool = True
