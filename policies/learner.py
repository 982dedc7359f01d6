"""What a policy knows about a learner from earlier lessons. Reads nothing by itself."""

from datetime import date

from msgspec import Struct

from projections.progress import ProgressView
from projections.report import MIN_PHONE_COUNT, MIN_WORD_COUNT, streak_on, weakest

HARD_BELOW = 70.0  # mean score below which a sound or word "was not easy"; up to 85 it is only worth practising


class LearnerHistory(Struct, frozen=True, kw_only=True):
    """A learner's record: the weakest phones and words first, the slips most often made first.

    ``weak_phones`` are ARPAbet, ``weak_words`` lower case, ``slips`` kinds of
    `events.values.Note`, each with its count. ``hard_phones`` and ``hard_words`` are those of the weak ones that may be
    called hard: their mean is below `HARD_BELOW`.
    """

    sessions: int = 0
    streak_days: int = 0
    weak_phones: tuple[str, ...] = ()
    weak_words: tuple[str, ...] = ()
    hard_phones: tuple[str, ...] = ()
    hard_words: tuple[str, ...] = ()
    slips: tuple[tuple[str, int], ...] = ()
    average_total: float | None = None


def history_of(view: ProgressView, today: date) -> LearnerHistory:
    """The history that a learner's progress tells on a day."""
    slips = sorted(view.slips, key=lambda slip: (-slip.count, slip.kind))
    phones, words = weakest(view.phones, MIN_PHONE_COUNT), weakest(view.words, MIN_WORD_COUNT)
    return LearnerHistory(
        sessions=view.sessions,
        streak_days=streak_on(view, today).current_days,
        weak_phones=tuple(item.name for item in phones),
        weak_words=tuple(item.name for item in words),
        hard_phones=tuple(item.name for item in phones if item.score.value < HARD_BELOW),
        hard_words=tuple(item.name for item in words if item.score.value < HARD_BELOW),
        slips=tuple((slip.kind, slip.count) for slip in slips),
        average_total=view.figures.total.rounded(),
    )
