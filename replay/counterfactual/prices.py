"""What engines cost, from the table ``prices`` of the views, which the operator edits. Changes nothing."""

from msgspec import Struct

from events.location import DataFolder
from projections.opening import open_views


class Price(Struct, frozen=True, kw_only=True):
    """The columns of a row of `projections.prices`, in the operator's currency."""

    per_call: float = 0.0
    per_engine_hour: float = 0.0
    per_audio_minute: float = 0.0
    per_1000_characters: float = 0.0

    def amount(self, *, latency_ms: float, audio_ms: int, characters: int) -> float:
        """What one answer costs, as the view ``cost`` adds it up."""
        return (
            self.per_call
            + latency_ms * self.per_engine_hour / 3_600_000
            + audio_ms * self.per_audio_minute / 60_000
            + characters * self.per_1000_characters / 1_000
        )


class Prices(Struct, frozen=True, kw_only=True):
    """Prices by kind and engine; what is not in the table costs nothing."""

    table: dict[tuple[str, str], Price] = {}

    def of(self, kind: str, engine: str) -> Price:
        return self.table.get((kind, engine), Price())

    @property
    def any(self) -> bool:
        """Whether anything costs anything."""
        return any(price != Price() for price in self.table.values())


def prices_in(folder: DataFolder) -> Prices:
    """The prices of a data folder; none where no view has been made yet. Raises `ViewsUnavailable`."""
    if not folder.log_url and not folder.views.exists():
        return Prices()
    store = open_views(folder)
    try:
        with store.reading() as cursor:
            rows = cursor.all(
                "SELECT kind, engine, per_call, per_engine_hour, per_audio_minute, per_1000_characters FROM prices"
            )
    finally:
        store.close()
    return Prices(
        table={
            (kind, engine): Price(
                per_call=call, per_engine_hour=hour, per_audio_minute=minute, per_1000_characters=characters
            )
            for kind, engine, call, hour, minute, characters in rows
        }
    )
