"""What a policy knows about a learner from earlier lessons. Reads nothing by itself."""

from datetime import date

from msgspec import Struct

from projections.progress import ProgressView
from projections.report import MIN_PHONE_COUNT, MIN_WORD_COUNT, streak_on, weakest


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


def history_of(view: ProgressView, today: date) -> LearnerHistory:
    """The history that a learner's progress tells on a day."""
    slips = sorted(view.slips, key=lambda slip: (-slip.count, slip.kind))
    return LearnerHistory(
        sessions=view.sessions,
        streak_days=streak_on(view, today).current_days,
        weak_phones=tuple(item.name for item in weakest(view.phones, MIN_PHONE_COUNT)),
        weak_words=tuple(item.name for item in weakest(view.words, MIN_WORD_COUNT)),
        slips=tuple((slip.kind, slip.count) for slip in slips),
        average_total=view.figures.total.rounded(),
    )
