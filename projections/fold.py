"""Applies a projection to pages of events, key by key. Stores nothing; asks for stored views by a function."""

from collections.abc import Callable, Sequence
from typing import Generic

import msgspec
from msgspec import Struct

from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload
from events.learner import LearnerForgotten
from projections.projection import Projection, View

MAX_CACHED = 10_000


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


class Folded(Struct, frozen=True, kw_only=True):
    """What a page changed. ``position`` is that of its last event; the views of ``forgotten`` learners go first."""

    position: int
    forgotten: tuple[str, ...]
    rows: tuple[Row, ...]
    parked: tuple[Parked, ...]


class Fold(Generic[View]):
    """A projection at work, with the views that it has touched lately.

    ``load`` gives the stored JSON of a key's view. If what `apply` returns is not stored, throw the object away: its
    views are then ahead of the store.
    """

    def __init__(
        self, projection: Projection[View], load: Callable[[str], bytes | None], parked: Sequence[str] = ()
    ) -> None:
        self._projection = projection
        self._load = load
        self._parked = set(parked)
        self._views: dict[str, View] = {}
        self._decoder = msgspec.json.Decoder(projection.view)
        self._encoder = msgspec.json.Encoder()

    def apply(self, events: Sequence[Recorded]) -> Folded:
        """Fold a page. An event that cannot be folded parks its key; the others go on."""
        if len(self._views) > MAX_CACHED:
            self._views.clear()
        touched: dict[str, Recorded] = {}
        parked: list[Parked] = []
        forgotten: set[str] = set()
        for recorded in events:
            if self._projection.of_one_learner:
                if isinstance(recorded.event, LearnerForgotten):
                    forgotten.add(recorded.learner)
                    self._forget(recorded.learner, touched, parked)
                if recorded.forgotten:
                    continue
            key = self._projection.key(recorded)
            if isinstance(recorded.event, Unknown) and recorded.event.fault:
                # An envelope beyond reading tells no learner; its stream then is all that can be parked.
                key = key or f"stream:{recorded.stream}"
            if key is None or key in self._parked:
                continue
            # Outside of the try: trouble with the store is not the event's fault.
            new = key in self._views or recorded.learner in forgotten
            stored = None if new else self._load(key)
            try:
                self._views[key] = self._evolved(key, stored, recorded)
            except Exception as error:  # a supervisor: whatever a fold raises must stop its own key only
                self._parked.add(key)
                parked.append(Parked(key, recorded.position or 0, f"{type(error).__name__}: {error}"))
            else:
                touched[key] = recorded
        rows = tuple(
            Row(key, recorded.learner, recorded.position or 0, self._encoder.encode(self._views[key]))
            for key, recorded in touched.items()
        )
        return Folded(position=events[-1].position or 0, forgotten=tuple(forgotten), rows=rows, parked=tuple(parked))

    def _forget(self, learner: str, touched: dict[str, Recorded], parked: list[Parked]) -> None:
        """Let go of all views but those that this page has touched for others: whose the rest are is not known here."""
        for key in [key for key, recorded in touched.items() if recorded.learner == learner]:
            del touched[key]
        self._views = {key: self._views[key] for key in touched}
        self._parked.discard(learner)
        parked[:] = [each for each in parked if each.key != learner]

    def _evolved(self, key: str, stored: bytes | None, recorded: Recorded) -> View:
        if isinstance(recorded.event, Unknown) and recorded.event.fault:
            raise CorruptPayload(recorded.stream, recorded.version, "$", recorded.event.fault)
        view = self._views.get(key)
        if view is None:
            view = self._projection.initial() if stored is None else self._decoder.decode(stored)
        return self._projection.evolve(view, recorded)
