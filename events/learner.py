"""The events of a learner beside their lessons: who they are, consent, forgetting, the end of recordings.

They lie in a stream of their own (`stream_of`) and stay readable when the learner has been forgotten, except for who
they are: they hold nothing else that is personal.
"""

from msgspec import Struct

PURPOSES = ("lessons", "recordings", "analytics", "training")
AGE_GROUPS = ("child", "teenager", "adult", "senior")
"""Up to 12, 13 to 17, 18 to 64, and older."""


class ConsentGiven(Struct, frozen=True, kw_only=True, tag="consent.given.v1"):
    """The learner agreed to a use of their data. ``purpose`` is one of `PURPOSES`."""

    purpose: str
    text_version: str = ""


class ConsentWithdrawn(Struct, frozen=True, kw_only=True, tag="consent.withdrawn.v1"):
    """The learner took an agreement back."""

    purpose: str


class LearnerDescribed(Struct, frozen=True, kw_only=True, tag="learner.described.v1"):
    """What is known of a learner beside what they say; a later one stands for all before it. Empty is unknown.

    ``age_group`` is one of `AGE_GROUPS`, ``gender`` female, male or other, ``first_language`` a BCP 47 tag ("zh").
    ``corpus`` names the corpus that an imported learner comes from, ``part`` that corpus's own split (train, test),
    ``licence`` its licence.
    """

    age_group: str = ""
    gender: str = ""
    first_language: str = ""
    corpus: str = ""
    part: str = ""
    licence: str = ""


class LearnerPlaced(Struct, frozen=True, kw_only=True, tag="learner.placed.v1"):
    """The first dataset that was made dealt the learner the ``place``-th place (from 0) among those like them.

    It is kept, so that nobody changes split when another of them is forgotten; see `replay.datasets.splits`.
    """

    place: int


class LearnerForgotten(Struct, frozen=True, kw_only=True, tag="learner.forgotten.v1"):
    """The learner's keys up to number ``generation`` were destroyed; ``datasets`` names those that held the learner."""

    generation: int
    datasets: tuple[str, ...] = ()


class AudioExpired(Struct, frozen=True, kw_only=True, tag="audio.expired.v1"):
    """``count`` recordings of the learner's voice were deleted because they were older than ``limit_days``.

    ``reason`` is age, or consent when the learner no longer agrees that recordings are kept.
    """

    count: int
    size_bytes: int
    limit_days: int
    reason: str = "age"


LearnerEvent = ConsentGiven | ConsentWithdrawn | LearnerForgotten | AudioExpired | LearnerDescribed | LearnerPlaced
"""Every event that a learner's own stream may hold."""


def stream_of(learner: str) -> str:
    """The learner's own stream."""
    return f"learner-{learner}"
