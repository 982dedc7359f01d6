"""A learner's progress as the client is shown it, made from `ProgressView`. Today's date is passed in."""

from datetime import date, timedelta

from msgspec import Struct

from projections.means import Figures
from projections.progress_view import Day, Item, ProgressView, Slip

MIN_PHONE_COUNT = 3
MIN_WORD_COUNT = 2
MAX_WEAK = 10
WEAK_BELOW = 85.0
"""Mean score from which a phone or word needs no practice."""
MAX_REPORT_DAYS = 90
TREND_TURNS = 10
MIN_TREND_TURNS = 3


class Averages(Struct, frozen=True, kw_only=True):
    """Mean scores, 0..100; None where nothing could be judged."""

    total: float | None
    pronunciation: float | None
    fluency: float | None
    prosody: float | None
    completeness: float | None
    grammar: float | None


class Streak(Struct, frozen=True, kw_only=True):
    """Days in a row, in UTC. The current streak lives until the end of the day after ``last_day``."""

    current_days: int
    longest_days: int
    last_day: date | None


class WeakPhone(Struct, frozen=True, kw_only=True):
    """A phone (ARPAbet), its mean score and how often it was scored."""

    phone: str
    score: float
    count: int


class WeakWord(Struct, frozen=True, kw_only=True):
    """A word, its mean score and how often it was scored."""

    word: str
    score: float
    count: int


class DayReport(Struct, frozen=True, kw_only=True):
    """One day with practice."""

    day: date
    sessions: int
    minutes: float
    turns: int
    total: float | None
    pronunciation: float | None
    fluency: float | None
    prosody: float | None
    grammar: float | None


class ProgressReport(Struct, frozen=True, kw_only=True):
    """The answer of the progress page. ``trend`` is the mean total of the last 10 turns less that of the 10 before."""

    learner: str
    sessions: int
    minutes: float
    turns: int
    averages: Averages
    trend: float | None
    streak: Streak
    weak_phones: tuple[WeakPhone, ...]
    weak_words: tuple[WeakWord, ...]
    slips: tuple[Slip, ...]
    days: tuple[DayReport, ...]


def report(view: ProgressView, today: date) -> ProgressReport:
    """The whole report, with the newest 90 days that saw practice."""
    return ProgressReport(
        learner=view.learner,
        sessions=view.sessions,
        minutes=_minutes(view.practised_ms),
        turns=view.turns,
        averages=averages(view.figures),
        trend=trend(view),
        streak=streak_on(view, today),
        weak_phones=tuple(
            WeakPhone(phone=item.name, score=round(item.score.value, 1), count=item.score.count)
            for item in weakest(view.phones, MIN_PHONE_COUNT)
        ),
        weak_words=tuple(
            WeakWord(word=item.name, score=round(item.score.value, 1), count=item.score.count)
            for item in weakest(view.words, MIN_WORD_COUNT)
        ),
        slips=tuple(sorted(view.slips, key=lambda slip: (-slip.count, slip.kind))),
        days=tuple(_day_report(day) for day in view.days[-MAX_REPORT_DAYS:]),
    )


def averages(figures: Figures) -> Averages:
    """The means to one decimal."""
    return Averages(
        total=figures.total.rounded(),
        pronunciation=figures.pronunciation.rounded(),
        fluency=figures.fluency.rounded(),
        prosody=figures.prosody.rounded(),
        completeness=figures.completeness.rounded(),
        grammar=figures.grammar.rounded(),
    )


def streak_on(view: ProgressView, today: date) -> Streak:
    """The streak as it stands on a day: a day without practice ends it, but today is not over yet."""
    lives = view.last_day is not None and today - view.last_day <= timedelta(days=1)
    return Streak(current_days=view.run_days if lives else 0, longest_days=view.longest_days, last_day=view.last_day)


def trend(view: ProgressView) -> float | None:
    """Points won (or lost) lately; None until there are 3 turns to compare the last 10 with."""
    latest, before = view.totals[-TREND_TURNS:], view.totals[:-TREND_TURNS]
    if len(before) < MIN_TREND_TURNS:
        return None
    return round(sum(latest) / len(latest) - sum(before) / len(before), 1)


def trends(view: ProgressView, today: date, days: int) -> tuple[DayReport, ...]:
    """The days with practice among the last ``days``, today included."""
    first = today - timedelta(days=days - 1)
    return tuple(_day_report(day) for day in view.days if first <= day.day <= today)


def weakest(items: tuple[Item, ...], min_count: int) -> tuple[Item, ...]:
    """Up to 10 items scored often enough to judge and not well enough to leave alone, the weakest first."""
    judged = (item for item in items if item.score.count >= min_count and item.score.value < WEAK_BELOW)
    return tuple(sorted(judged, key=lambda item: (item.score.value, item.name))[:MAX_WEAK])


def _day_report(day: Day) -> DayReport:
    means = averages(day.figures)
    return DayReport(
        day=day.day,
        sessions=day.sessions,
        minutes=_minutes(day.practised_ms),
        turns=day.turns,
        total=means.total,
        pronunciation=means.pronunciation,
        fluency=means.fluency,
        prosody=means.prosody,
        grammar=means.grammar,
    )


def _minutes(duration_ms: int) -> float:
    return round(duration_ms / 60_000, 1)
