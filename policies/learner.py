"""What a policy knows about a learner from earlier lessons. Reads nothing by itself."""

from msgspec import Struct


class LearnerHistory(Struct, frozen=True, kw_only=True):
    """A learner's record: the weakest phones and words first, the slips most often made first.

    ``weak_phones`` are ARPAbet, ``weak_words`` lower case, ``slips`` kinds of
    `events.values.Note`, each with its count.
    """

    sessions: int = 0
    streak_days: int = 0
    weak_phones: tuple[str, ...] = ()
    weak_words: tuple[str, ...] = ()
    slips: tuple[tuple[str, int], ...] = ()
    average_total: float | None = None
