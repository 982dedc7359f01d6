"""Counts the log's events and those that a projection has dealt with: only if both agree is it caught up."""

from typing import Protocol, runtime_checkable

from msgspec import Struct

from events.log import EventLog
from projections.storing import positions_of
from projections.views import Cursor


@runtime_checkable
class CountedLog(Protocol):
    """A log that can tell how many events it holds."""

    def count(self, after: int, upto: int) -> int:
        """The events at positions ``after`` < position <= ``upto``."""
        ...


class Audit(Struct, frozen=True, kw_only=True):
    """The events that a projection folded, parked and skipped up to ``position``, and how many the log has up to it.

    ``logged`` is None where nobody can tell: the parts are not at one position, or the log cannot count.
    """

    position: int
    folded: int = 0
    parked: int = 0
    skipped: int = 0
    logged: int | None = None

    @property
    def dealt_with(self) -> int:
        """All that the projection has seen."""
        return self.folded + self.parked + self.skipped

    @property
    def agrees(self) -> bool:
        """Whether not one event was lost or doubled."""
        return self.logged == self.dealt_with

    @property
    def differs(self) -> bool:
        """Whether one was: rebuild the projection."""
        return self.logged is not None and not self.agrees


class Auditor:
    """Audits again and again; counts each event of ``log`` once only."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._counted: dict[str, tuple[int, int]] = {}

    def audit(self, cursor: Cursor, name: str, generation: int) -> Audit:
        """The audit of a generation, in a transaction."""
        positions = positions_of(cursor, name, generation)
        ((folded, parked, skipped),) = cursor.all(
            "SELECT CAST(SUM(folded) AS BIGINT), CAST(SUM(parked) AS BIGINT), CAST(SUM(skipped) AS BIGINT)"
            " FROM positions WHERE name=? AND generation=?",
            (name, generation),
        )
        position = min(positions.values(), default=0)
        logged = self._logged(name, position) if len(set(positions.values())) == 1 else None
        return Audit(position=position, folded=folded, parked=parked, skipped=skipped, logged=logged)

    def _logged(self, name: str, position: int) -> int | None:
        if not isinstance(self._log, CountedLog):
            return None
        reached, count = self._counted.get(name, (0, 0))
        if position < reached:
            reached, count = 0, 0
        count += self._log.count(reached, position)
        self._counted[name] = (position, count)
        return count
