"""What the log tells of learners beside their lessons: age group and first language. Appends nothing."""

from msgspec import Struct

from events.envelope import Recorded
from events.learner import LearnerDescribed


class Person(Struct, frozen=True, kw_only=True):
    """A learner as described beside their lessons; "" where nobody told."""

    age_group: str = ""
    first_language: str = ""


class People:
    """Collects descriptions from events in the order of the log; the last one of a learner counts."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def take(self, recorded: Recorded) -> None:
        """Look at an event."""
        if isinstance(recorded.event, LearnerDescribed):
            described = recorded.event
            self._people[recorded.learner] = Person(
                age_group=described.age_group, first_language=described.first_language
            )

    def of(self, learner: str) -> Person:
        """What is known of a learner."""
        return self._people.get(learner, Person())
