"""The port of the views' store, and what it keeps. The stores themselves are in `sqlite.py` and `postgres.py`.

An analyst reads the tables and summaries of `catalogue.py` by their names; ``describe`` tells their columns. Behind
each name stands the table of one generation, such as ``progress_1``; a rebuild fills the next one and changes places.
Beside them are kept, in the same database:

- ``projections``: each projection's version, the generation in service, the one being built, the one kept from before;
- ``positions``: how far each part of the learners is folded (with the id of the event there), and how many events
  were folded, parked and skipped;
- ``views_of_<projection>_<generation>``: the folds' own state for each key, as JSON;
- ``parked``, ``waiting``, ``left_out``: keys that are folded no further, their events, and events left out for good;
- ``leases``: who may fold which part;
- ``made``: the tables and views of each generation; ``view_columns``: what the columns of the views hold;
- ``prices``, which people edit; in PostgreSQL ``layout``, the number of these tables' layout (`projections.layout`).

Views and positions are always written in one transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct

from projections.folded import Parked
from projections.projection import Projection, View


class Cursor(Protocol):
    """A transaction under way. Statements are in the SQL that both databases share, with ``?`` for parameters."""

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; how many rows it changed."""
        ...

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row; how many rows were changed in all."""
        ...

    def all(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        ...

    def each(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one by one, in constant memory."""
        ...


class Dialect(Struct, frozen=True, kw_only=True):
    """Where the databases differ: type names, the lesser and greater of two values, locks on rows, comments.

    ``samples``: it keeps what is frequent in a column for its planner, where nothing would ever delete it.
    """

    types: dict[str, str]
    least: str
    greatest: str
    for_update: str
    for_share: str
    comments: bool
    replaces_views: bool
    samples: bool


class Standing(Struct, frozen=True, kw_only=True):
    """How far a projection is: ``generation`` is in service, ``version`` is that of the fold that made it.

    ``position`` is how far all parts are, ``kept`` the generation from before the last rebuild (0: none). ``revision``
    grows with every change that a runner did not make itself.
    """

    name: str
    version: int
    generation: int
    position: int
    building: int = 0
    kept: int = 0
    revision: int = 0


class ViewStore(Protocol):
    """Views, positions and leases. May be used from many threads and processes.

    Every method may raise `ViewsUnavailable`.
    """

    dialect: Dialect

    def transaction(self) -> AbstractContextManager[Cursor]:
        """A write transaction: all or nothing. Readers see the state before it."""
        ...

    def reading(self) -> AbstractContextManager[Cursor]:
        """A read that holds up nobody."""
        ...

    def get(self, projection: Projection[View], key: str) -> View | None:
        """A key's view; None if no event has touched it."""
        ...

    def of_learner(self, projection: Projection[View], learner: str, *, limit: int = 1000) -> tuple[View, ...]:
        """A learner's views, the one with the newest event first."""
        ...

    def standing(self, name: str) -> Standing:
        """How far a projection is."""
        ...

    def parked(self, name: str) -> tuple[Parked, ...]:
        """The keys of a projection that are folded no further, in the order of their faults."""
        ...

    def wipe(self, wait_s: float | None = None) -> None:
        """Write the files anew, so that nothing is left in them of what has been deleted.

        Raises `events.errors.OldBytesRemain` when others have them in use for longer than ``wait_s`` (None for the
        usual time).
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def placeholders(rows: Iterable[object]) -> str:
    """``?,?,?``: one for each."""
    return ",".join("?" for _ in rows)
