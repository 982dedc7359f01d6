"""What the stores of views have in common: reading views. Opens no database."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Self

import msgspec

from projections.errors import ViewsUnavailable
from projections.folded import Parked
from projections.projection import Projection, View
from projections.schema import state_name
from projections.storing import parked_keys, standing_of, stored_view
from projections.views import Cursor, Dialect, Standing


class SqlViewStore(ABC):
    """A `ViewStore` in an SQL database."""

    dialect: Dialect

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Cursor]:
        """See `ViewStore.transaction`."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Cursor]:
        """See `ViewStore.reading`."""

    @abstractmethod
    def wipe(self, wait_s: float | None = None) -> None:
        """See `ViewStore.wipe`."""

    @abstractmethod
    def close(self) -> None:
        """See `ViewStore.close`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, projection: Projection[View], key: str) -> View | None:
        """See `ViewStore.get`."""
        with self.reading() as cursor:
            data = stored_view(cursor, projection.name, _found(cursor, projection.name).generation, key)
        return None if data is None else msgspec.json.decode(data, type=projection.view)

    def of_learner(self, projection: Projection[View], learner: str, *, limit: int = 1000) -> tuple[View, ...]:
        """See `ViewStore.of_learner`."""
        with self.reading() as cursor:
            own = state_name(projection.name, _found(cursor, projection.name).generation)
            rows = cursor.all(
                f"SELECT view FROM {own} WHERE learner=? ORDER BY position DESC LIMIT ?", (learner, limit)
            )
        decoder = msgspec.json.Decoder(projection.view)
        return tuple(decoder.decode(bytes(row[0])) for row in rows)

    def standing(self, name: str) -> Standing:
        """See `ViewStore.standing`."""
        with self.reading() as cursor:
            return _found(cursor, name)

    def parked(self, name: str) -> tuple[Parked, ...]:
        """See `ViewStore.parked`."""
        with self.reading() as cursor:
            return parked_keys(cursor, name, _found(cursor, name).generation)


def _found(cursor: Cursor, name: str) -> Standing:
    standing = standing_of(cursor, name)
    if standing is None:
        raise ViewsUnavailable("missing", f"no projection {name!r} has been prepared in this store")
    return standing
