"""The events of a learner beside their lessons: consent, forgetting, the end of recordings. They hold nothing personal.

They lie in a stream of their own (`stream_of`) and stay readable when the learner has been forgotten.
"""

from msgspec import Struct

PURPOSES = ("lessons", "recordings", "analytics", "training")


class ConsentGiven(Struct, frozen=True, kw_only=True, tag="consent.given.v1"):
    """The learner agreed to a use of their data. ``purpose`` is one of `PURPOSES`."""

    purpose: str
    text_version: str = ""


class ConsentWithdrawn(Struct, frozen=True, kw_only=True, tag="consent.withdrawn.v1"):
    """The learner took an agreement back."""

    purpose: str


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


LearnerEvent = ConsentGiven | ConsentWithdrawn | LearnerForgotten | AudioExpired
"""Every event that a learner's own stream may hold."""


def stream_of(learner: str) -> str:
    """The learner's own stream."""
    return f"learner-{learner}"
