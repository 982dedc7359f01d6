"""Who practised on which day: daily activity and, by week of the first lesson, who came back."""

from collections.abc import Iterator
from datetime import date, timedelta

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SessionStarted, SpeechUttered, TutorHeard
from events.unread import unread
from projections.projection import Tally, practiser_of, tags
from projections.tables import Summary, Table, Values, day, integer, real, text

DAYS = Table(
    name="learner_days",
    about="a learner and day with a lesson a row",
    keys=2,
    columns=(
        text("learner", "the learner's pseudonym"),
        day("day", "calendar day, UTC"),
        day("week", "the Monday of the day's week", "max"),
        integer("week_index", "weeks from the first Monday of year 1 to this week", "max"),
        integer("sessions", "lessons begun", "sum"),
        integer("turns", "utterances of the learner, spoken or typed", "sum"),
        integer("practised_ms", "milliseconds of the learner's speech and of the tutor heard", "sum"),
    ),
)
DAILY = Summary(
    name="daily_activity",
    about="a day a row: how many practised, and how much",
    columns=(
        day("day", "calendar day, UTC"),
        integer("learners", "learners with at least one lesson event"),
        integer("sessions", "lessons begun"),
        integer("turns", "utterances of learners"),
        real("minutes", "minutes practised: learners' own speech and what they heard of the tutor"),
    ),
    select=(
        "SELECT day, COUNT(*) AS learners, CAST(SUM(sessions) AS BIGINT) AS sessions,"
        " CAST(SUM(turns) AS BIGINT) AS turns, CAST(SUM(practised_ms) AS DOUBLE PRECISION) / 60000 AS minutes"
        " FROM {learner_days} GROUP BY day"
    ),
)
COHORTS = Summary(
    name="retention_cohorts",
    about="a cohort and week a row: of the learners who began in one week, how many practised n weeks later",
    columns=(
        day("cohort_week", "the Monday of the week in which these learners had their first lesson"),
        integer("week_number", "weeks since then; 0 is the first week itself"),
        integer("learners", "learners of the cohort who practised in that week"),
        integer("cohort_size", "learners of the cohort in all"),
    ),
    select=(
        "SELECT f.week AS cohort_week, d.week_index - f.week_index AS week_number,"
        " COUNT(DISTINCT d.learner) AS learners, MAX(c.size) AS cohort_size FROM {learner_days} AS d"
        " JOIN (SELECT learner, MIN(week) AS week, MIN(week_index) AS week_index FROM {learner_days} GROUP BY learner)"
        " AS f ON f.learner = d.learner"
        " JOIN (SELECT week, COUNT(*) AS size FROM (SELECT learner, MIN(week) AS week FROM {learner_days}"
        " GROUP BY learner) AS first_weeks GROUP BY week) AS c ON c.week = f.week"
        " GROUP BY f.week, d.week_index - f.week_index"
    ),
)


def count(recorded: Recorded) -> Iterator[tuple[str, Values]]:
    """What an event adds to its learner's day."""
    match recorded.event:
        case SessionStarted():
            added = (1, 0, 0)
        case SpeechUttered() as event:
            added = (0, 1, event.speech_end_ms - event.speech_start_ms or event.duration_ms)
        case TutorHeard() as event:
            added = (0, 0, event.heard_ms)
        case _:
            return
    today = recorded.time.date()
    week = today - timedelta(days=today.weekday())
    yield "learner_days", (recorded.learner, today, week, _week_index(week), *added)


def _week_index(monday: date) -> int:
    # Day 1 of year 1 of the proleptic Gregorian calendar was a Monday.
    return (monday.toordinal() - 1) // 7


ACTIVITY = Tally(
    name="activity",
    version=1,
    about="who practised when: daily activity and retention",
    count=count,
    key=practiser_of,
    tables=(DAYS,),
    summaries=(DAILY, COHORTS),
    types=tags(SessionStarted, SpeechUttered, TutorHeard, LearnerForgotten),
    unread=(
        unread(SessionStarted, "goal", "topic", "exercise", "client"),
        unread(SpeechUttered, "audio", "text", "reference"),
        unread(TutorHeard, "text"),
    ),
)
