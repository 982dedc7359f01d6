"""How long recordings of learners' voices are kept: a limited time, and no longer than the learner agrees to it.

What was understood of them (words, scores, prosody) is no recording and stays.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

LIMIT_DAYS = 30


class Recording(Struct, frozen=True, kw_only=True):
    """A recording of a learner's voice and when it was made last (the same bytes have the same name).

    ``imported`` is one that somebody brought in from a corpus of their own instead of a lesson.
    """

    learner: str
    sha256: str
    size_bytes: int
    recorded: datetime
    imported: bool = False


class Expiry(Struct, frozen=True, kw_only=True):
    """What to delete of one learner, and why: ``reason`` is age or consent."""

    learner: str
    reason: str
    recordings: tuple[Recording, ...]

    @property
    def size_bytes(self) -> int:
        return sum(recording.size_bytes for recording in self.recordings)


def expiries(
    recordings: Iterable[Recording], withdrawn: Collection[str], *, now: datetime, limit_days: int = LIMIT_DAYS
) -> tuple[Expiry, ...]:
    """What to delete now, in the order of the learners' names.

    ``withdrawn`` are the learners who no longer agree that recordings are kept: all of theirs go at once. Other
    recordings go when they are ``limit_days`` days old, except imported ones: whoever made that corpus settled with its
    speakers how long it may be kept.
    """
    limit = now - timedelta(days=limit_days)
    due: dict[str, list[Recording]] = {}
    for recording in recordings:
        if recording.learner in withdrawn or (recording.recorded <= limit and not recording.imported):
            due.setdefault(recording.learner, []).append(recording)
    return tuple(
        Expiry(
            learner=learner,
            reason="consent" if learner in withdrawn else "age",
            recordings=tuple(sorted(due[learner], key=lambda recording: (recording.recorded, recording.sha256))),
        )
        for learner in sorted(due)
    )
