"""Applies projections to pages of events, key by key. Stores nothing; asks for stored views by a function."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Generic

import msgspec

from events.codec import Place
from events.envelope import Recorded, Unknown
from events.errors import CorruptPayload
from events.learner import LearnerForgotten
from projections.folded import Count, Folded, Parked, Waiting
from projections.projection import AnyProjection, Event, Projection, Tally, View, part_of_learner
from projections.touched import Failed, Load, PageSums, TouchedViews, clean, told

MOST_EVENTS = 100_000
"""Events after which what they changed is to be stored, however few views they touched: their places take memory."""


class Fold(Generic[View]):
    """A projection at work. What `take` returns must be stored, or the object thrown away: it is then ahead.

    ``parked`` are keys that wait, ``skipped`` positions that somebody decided to leave out.
    """

    def __init__(
        self,
        projection: Projection[View] | Tally,
        load: Load,
        parked: Iterable[Parked] = (),
        skipped: Collection[int] = (),
    ) -> None:
        self._key = projection.key
        self._of_one_learner = projection.of_one_learner
        self._types = projection.types
        self._parked = {each.key: each.learner for each in parked}
        self._skipped = frozenset(skipped)
        self._work: TouchedViews[Any] | PageSums = (
            TouchedViews(projection, load) if isinstance(projection, Projection) else PageSums(projection)
        )
        self._page = _Page()
        self._untold: set[str] = set()

    @property
    def forgetting(self) -> tuple[str, ...]:
        """Learners whose events cannot be read any more, although no event has told so yet."""
        return tuple(sorted(self._untold))

    @property
    def full(self) -> bool:
        """Whether what has gathered should be stored now, so that memory stays bounded."""
        return self._work.full or self._page.events >= MOST_EVENTS

    def apply(self, events: Sequence[Event]) -> Folded:
        """Fold events and take what they changed."""
        self.add(events)
        return self.take()

    def add(self, events: Sequence[Event]) -> None:
        """Fold events in their order. One that cannot be folded parks its key; the others go on."""
        page = self._page
        page.events += len(events)
        for event in events:
            if isinstance(event, Place) or not (self._types is None or event.type in self._types):
                page.count_of(part_of_learner(event.stream)).skipped += 1
                continue
            if self._of_one_learner and isinstance(event.event, LearnerForgotten):
                self.forget(event.learner)
            elif self._of_one_learner and event.forgotten:
                self._untold.add(event.learner)
            self._apply(event, page)

    def take(self, *, rows: bool = True) -> Folded:
        """What all events since the last time changed. Without ``rows`` those of tables are only tried, not given."""
        page, self._page = self._page, _Page()
        changed = self._work.changed(rows=rows)
        for failed in self._work.failed:
            self._park_all(failed, page)
        self._work.begin()
        return msgspec.structs.replace(
            changed,
            parked=tuple(page.parked),
            waiting=tuple(page.waiting),
            counts=page.counts,
            forgotten=tuple(sorted(page.forgotten)),
        )

    def _apply(self, recorded: Recorded, page: "_Page") -> None:
        count = page.count_of(part_of_learner(recorded.learner or recorded.stream))
        key, position = self._key_of(recorded), recorded.position or 0
        if key is None or position in self._skipped:
            count.skipped += 1
            return
        if key not in self._parked:
            # Outside of the try: trouble with the store is not the event's fault.
            self._work.prepare(key, new=recorded.learner in page.forgotten)
            try:
                _check(recorded)
                self._work.fold(key, recorded)
            except Exception as error:  # a supervisor: whatever a fold raises must stop its own key only
                self._parked[key] = clean(recorded.learner)
                page.parked.append(Parked(key, position, told(error), clean(recorded.learner)))
            else:
                count.folded += 1
                return
        count.parked += 1
        page.waiting.append(Waiting(key, position))

    def _park_all(self, failed: "Failed", page: "_Page") -> None:
        """A view that no rows could be made of: it stays as it was, and all of its events on this page wait."""
        key, learner, positions = failed.key, clean(failed.touch.learner), failed.touch.positions
        page.parked = [each for each in page.parked if each.key != key]
        page.parked.append(Parked(key, positions[0], failed.error, learner))
        page.waiting.extend(Waiting(key, position) for position in positions)
        self._parked[key] = learner
        count = page.count_of(part_of_learner(failed.touch.learner or failed.touch.stream))
        count.folded -= len(positions)
        count.parked += len(positions)

    def forget(self, learner: str) -> None:
        """Let go of all that was folded of a learner; with the next `take` what is stored of them goes too."""
        page = self._page
        self._untold.discard(learner)
        page.forgotten.add(learner)
        self._work.forget(learner)
        keys = {key for key, owner in self._parked.items() if owner == learner}
        for key in keys:
            del self._parked[key]
        page.parked = [each for each in page.parked if each.key not in keys]
        gone = sum(each.key in keys for each in page.waiting)
        page.waiting = [each for each in page.waiting if each.key not in keys]
        count = page.count_of(part_of_learner(learner))
        count.parked -= gone
        count.skipped += gone

    def _key_of(self, recorded: Recorded) -> str | None:
        if self._of_one_learner and recorded.forgotten:
            return None
        if not recorded.learner and isinstance(recorded.event, Unknown) and recorded.event.fault:
            # An envelope beyond reading tells no learner: the event waits by itself, under its stream's name.
            return f"stream:{recorded.stream}"
        key = self._key(recorded)
        return key if key is None else clean(key)


class _Page:
    """What became of the events since the last `take`."""

    def __init__(self) -> None:
        self.events = 0
        self.parked: list[Parked] = []
        self.waiting: list[Waiting] = []
        self.counts: dict[int, Count] = {}
        self.forgotten: set[str] = set()

    def count_of(self, part: int) -> Count:
        count = self.counts.get(part)
        if count is None:
            count = self.counts[part] = Count()
        return count


def _check(recorded: Recorded) -> None:
    if isinstance(recorded.event, Unknown) and recorded.event.fault:
        raise CorruptPayload(recorded.stream, recorded.version, "", recorded.event.fault)  # the fault names its place


def fold_of(
    projection: AnyProjection, load: Load, parked: Iterable[Parked] = (), skipped: Collection[int] = ()
) -> Fold[Any]:
    """A fold at work for either kind of projection."""
    return Fold(projection, load, parked, skipped)
