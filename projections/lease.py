"""Who may fold into a views' file: one runner at a time, by a lease with an epoch. Stored in the table ``runner``.

A runner that has lost its lease without knowing it (a paused process, a lost disk) is stopped by the epoch, which is
checked in the very transaction that it writes with.
"""

import sqlite3
from collections.abc import Callable

from projections.errors import RunnerFenced


class Lease:
    """The right of ``owner`` to fold. ``clock`` gives Unix seconds, ``duration_s`` how long silence means death."""

    def __init__(self, owner: str, clock: Callable[[], float], duration_s: float) -> None:
        self.owner = owner
        self._clock = clock
        self._duration_s = duration_s
        self._epoch: int | None = None
        self._until = 0.0

    @property
    def held(self) -> bool:
        """Whether this runner believes that it may fold."""
        return self._epoch is not None

    @property
    def wants_renewal(self) -> bool:
        """Whether half of the time is over."""
        return self._clock() > self._until - self._duration_s / 2

    def claim(self, cursor: sqlite3.Cursor) -> None:
        """Take the right. Raises `RunnerFenced` while another has it."""
        owner, epoch, until = cursor.execute("SELECT owner, epoch, lease_until FROM runner").fetchone()
        if owner and owner != self.owner and until > self._clock():
            raise RunnerFenced(owner)
        self._epoch = epoch + 1
        self._write(cursor)

    def renew(self, cursor: sqlite3.Cursor) -> None:
        """Keep the right; called in every transaction that writes. Raises `RunnerFenced` when another took it."""
        owner, epoch = cursor.execute("SELECT owner, epoch FROM runner").fetchone()
        if epoch != self._epoch:
            self._epoch = None
            raise RunnerFenced(owner)
        self._write(cursor)

    def release(self, cursor: sqlite3.Cursor) -> None:
        """Give the right back, so that the next runner need not wait."""
        cursor.execute("UPDATE runner SET owner='', lease_until=0 WHERE epoch=?", (self._epoch,))
        self._epoch = None

    def _write(self, cursor: sqlite3.Cursor) -> None:
        self._until = self._clock() + self._duration_s
        cursor.execute("UPDATE runner SET owner=?, epoch=?, lease_until=?", (self.owner, self._epoch, self._until))
