"""What comes of folding some events: views, rows, parked keys and counts to store."""

from msgspec import Struct

from projections.tables import Values


class Row(Struct, frozen=True):
    """A view to store: ``position`` is that of the last event in it, ``view`` its JSON."""

    key: str
    learner: str
    position: int
    view: bytes


class Parked(Struct, frozen=True):
    """A key that is folded no further, the event that stopped it, and why."""

    key: str
    position: int
    error: str
    learner: str = ""


class Waiting(Struct, frozen=True):
    """An event of a parked key: the one that stopped it, or a later one."""

    key: str
    position: int


class Count(Struct):
    """What became of the events of a part: ``folded`` into a view, ``parked`` to wait, or ``skipped``: nobody's."""

    folded: int = 0
    parked: int = 0
    skipped: int = 0


class Folded(Struct, frozen=True, kw_only=True):
    """What some events changed. ``upserts`` and ``deletes`` (primary keys) are by table, ``counts`` by part.

    All that is stored of ``forgotten`` learners goes first.
    """

    rows: tuple[Row, ...] = ()
    upserts: dict[str, list[Values]] = {}
    deletes: dict[str, list[Values]] = {}
    parked: tuple[Parked, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    counts: dict[int, Count] = {}
    forgotten: tuple[str, ...] = ()
