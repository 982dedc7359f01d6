"""Which layout the store's own tables have (`projections.schema`), and what becomes of another one. Folds nothing.

The store holds the number itself: SQLite as ``user_version``, PostgreSQL in a table ``layout``. An older layout is
brought up to date in place, in the transaction that looked: prices, events that were left out and what analysts were
granted live on. A newer one is never touched, for this program does not know what it would break.
"""

from projections.errors import ViewsUnavailable
from projections.views import Cursor

LAYOUT = 3
"""Grows when the tables in `projections.schema` change."""

STEPS: dict[int, tuple[str, ...]] = {2: ("ALTER TABLE positions ADD COLUMN event TEXT NOT NULL DEFAULT ''",)}
"""By layout, the statements that make the next one of it, in the SQL that both databases share.

Before 2 there were only files, and those are moved aside and folded again (`projections.opening`).
"""


def bring_up(cursor: Cursor, found: int | None, where: str) -> int:
    """Make `LAYOUT` of the layout that was found, None for no tables at all; the layout that there is now.

    Raises `ViewsUnavailable`: newer or outdated.
    """
    if found is None:
        return LAYOUT
    if found > LAYOUT:
        raise ViewsUnavailable("newer", f"{where} has layout {found}, and this program knows none after {LAYOUT}")
    for layout in range(found, LAYOUT):
        if layout not in STEPS:
            raise ViewsUnavailable("outdated", f"{where} has layout {found}, too old to become {LAYOUT}")
        for statement in STEPS[layout]:
            cursor.execute(statement)
    return LAYOUT
