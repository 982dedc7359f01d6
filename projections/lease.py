"""Who may fold: one runner for each part of the learners, by a lease with an epoch. Stored in the table ``leases``.

A runner that has lost its lease without knowing it (a paused process, a lost disk) is stopped by the epoch, which is
checked in the very transaction that it writes with.
"""

from collections.abc import Callable, Iterable

from projections.errors import RunnerFenced
from projections.views import Cursor, Dialect, placeholders


class Lease:
    """The right of ``owner`` to fold ``parts``. ``clock`` gives Unix seconds; silence of ``duration_s`` means death."""

    def __init__(self, owner: str, parts: Iterable[int], clock: Callable[[], float], duration_s: float) -> None:
        self.owner = owner
        self.parts = tuple(sorted(parts))
        self._clock = clock
        self._duration_s = duration_s
        self._epochs: dict[int, int] = {}
        self._until = 0.0

    @property
    def held(self) -> bool:
        """Whether this runner believes that it may fold."""
        return bool(self._epochs)

    @property
    def wants_renewal(self) -> bool:
        """Whether half of the time is over, or the clock was put back meanwhile."""
        return abs(self._until - self._duration_s - self._clock()) > self._duration_s / 2

    def cap(self, cursor: Cursor) -> None:
        """Let no lease end later than one that begins now.

        One that does is of a runner whose clock was ahead: if that runner lives, it renews the lease in time.
        """
        latest = self._clock() + self._duration_s
        cursor.execute(
            f"UPDATE leases SET lease_until=? WHERE lease_until>? AND part IN ({placeholders(self.parts)})",
            (latest, latest, *self.parts),
        )

    def claim(self, cursor: Cursor, dialect: Dialect) -> None:
        """Take the right to all parts. Raises `RunnerFenced` while another has one of them."""
        rows = self._rows(cursor, dialect)
        for _, owner, _, until in rows:
            if owner and owner != self.owner and until > self._clock():
                raise RunnerFenced(owner)
        self._epochs = {part: epoch + 1 for part, _, epoch, _ in rows}
        self._write(cursor)

    def renew(self, cursor: Cursor, dialect: Dialect) -> None:
        """Keep the right; called in every transaction that writes. Raises `RunnerFenced` when another took it."""
        for part, owner, epoch, _ in self._rows(cursor, dialect):
            if epoch != self._epochs.get(part):
                self._epochs = {}
                raise RunnerFenced(owner)
        self._write(cursor)

    def release(self, cursor: Cursor) -> None:
        """Give the right back, so that the next runner need not wait."""
        cursor.executemany(
            "UPDATE leases SET owner='', lease_until=0 WHERE part=? AND epoch=?", list(self._epochs.items())
        )
        self._epochs = {}

    def _rows(self, cursor: Cursor, dialect: Dialect) -> list[tuple[int, str, int, float]]:
        statement = (
            f"SELECT part, owner, epoch, lease_until FROM leases WHERE part IN ({placeholders(self.parts)})"
            f" ORDER BY part{dialect.for_update}"
        )
        return [(part, owner, epoch, until) for part, owner, epoch, until in cursor.all(statement, self.parts)]

    def _write(self, cursor: Cursor) -> None:
        self._until = self._clock() + self._duration_s
        cursor.executemany(
            "UPDATE leases SET owner=?, epoch=?, lease_until=? WHERE part=?",
            [(self.owner, epoch, self._until, part) for part, epoch in self._epochs.items()],
        )


def folded_by(cursor: Cursor, now: float) -> dict[int, str]:
    """The runner of each part that has one; ``now`` in Unix seconds."""
    return {
        part: owner
        for part, owner, until in cursor.all("SELECT part, owner, lease_until FROM leases ORDER BY part")
        if owner and until > now
    }
