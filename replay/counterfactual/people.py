"""What the log tells of learners beside their lessons: age group, first language, whether they take part. Pure."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from events.envelope import Recorded
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerDescribed, LearnerForgotten

PURPOSE = "analytics"
"""What a learner may withdraw so that no engine is asked about them again; see `events.learner.PURPOSES`."""
FORGOTTEN, WITHDRAWN = "the learner has been forgotten", f"the learner withdrew from {PURPOSE}"


class Person(Struct, frozen=True, kw_only=True):
    """A learner as described beside their lessons; "" where nobody told. ``away`` says why they take no part."""

    age_group: str = ""
    first_language: str = ""
    away: str = ""


def person_of(recorded: Sequence[Recorded], position: int) -> Person:
    """What a learner's own stream tells up to a position. What they took back counts whenever it was."""
    person = Person()
    for each in recorded:
        match each.event:
            case LearnerDescribed() as described if (each.position or 0) <= position:
                person = replace(person, age_group=described.age_group, first_language=described.first_language)
            case LearnerForgotten():
                person = Person(away=FORGOTTEN)
            case ConsentWithdrawn(purpose="analytics"):
                person = replace(person, away=WITHDRAWN)
            case ConsentGiven(purpose="analytics"):
                person = replace(person, away="")
            case _:
                pass
    return person
