"""What the log tells of learners beside their lessons: age group and first language. Appends nothing."""

from msgspec import Struct

from events.envelope import Recorded


class Person(Struct, frozen=True, kw_only=True):
    """A learner as described when a corpus was imported; "" where nobody told."""

    age_group: str = ""
    first_language: str = ""


class People:
    """Collects descriptions from events in the order of the log; the last one of a learner counts."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def take(self, recorded: Recorded) -> None:
        """Look at an event."""

    def of(self, learner: str) -> Person:
        """What is known of a learner."""
        return self._people.get(learner, Person())
