"""What is kept of a learner's progress. Folded in `progress.py`, shown in `report.py` and `progress_rows.py`.

For ``gc=False`` see `events.values`: a rebuild holds a million of these.
"""

from datetime import date

from msgspec import Struct

from projections.means import Figures, Mean


class Day(Struct, frozen=True, kw_only=True, gc=False):
    """One day's practice."""

    day: date
    sessions: int = 0
    turns: int = 0
    practised_ms: int = 0
    figures: Figures = Figures()


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """A phone (ARPAbet) or word (lower case) and its mean score, in which old scores fade."""

    name: str
    score: Mean


class Slip(Struct, frozen=True, kw_only=True, gc=False):
    """How often a kind of slip (`events.values.Note`) was made."""

    kind: str
    count: int


class ProgressView(Struct, frozen=True, kw_only=True, gc=False):
    """All that is kept of a learner.

    ``run_days`` is the streak that ends on ``last_day``, the last day practised; ``totals`` are the newest total
    scores, oldest first. ``phones`` and ``words`` are sorted by name, ``days`` by day.
    """

    learner: str = ""
    sessions: int = 0
    turns: int = 0
    practised_ms: int = 0
    figures: Figures = Figures()
    totals: tuple[float, ...] = ()
    run_days: int = 0
    longest_days: int = 0
    last_day: date | None = None
    phones: tuple[Item, ...] = ()
    words: tuple[Item, ...] = ()
    slips: tuple[Slip, ...] = ()
    days: tuple[Day, ...] = ()
