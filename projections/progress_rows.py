"""The tables that show `ProgressView`: progress, streaks and weak areas. Folds nothing."""

from projections.progress_view import ProgressView
from projections.projection import Rows
from projections.report import trend
from projections.tables import Table, Values, day, integer, real, text

PROGRESS_TABLE = Table(
    name="progress",
    about="a learner a row: how much was practised and how well",
    columns=(
        text("learner", "the learner's pseudonym"),
        integer("sessions", "lessons begun"),
        integer("turns", "utterances of the learner, spoken or typed"),
        real("minutes", "minutes practised: the learner's own speech and what was heard of the tutor"),
        real("total", "mean total score, 0..100, of judged utterances except those of another sentence; may be empty"),
        real("pronunciation", "mean pronunciation score, 0..100"),
        real("fluency", "mean fluency score, 0..100"),
        real("prosody", "mean prosody score, 0..100"),
        real("completeness", "mean share of the asked words that were said, 0..100"),
        real("grammar", "mean grammar score, 0..100"),
        real("trend", "mean total of the last 10 judged turns less that of the up to 10 before; empty below 13 turns"),
        integer("slips", "slips of language noted"),
    ),
)
STREAKS_TABLE = Table(
    name="streaks",
    about="a learner a row: days practised in a row",
    columns=(
        text("learner", "the learner's pseudonym"),
        integer("run_days", "length in days of the streak that ends on last_day; it is over two days after it"),
        integer("longest_days", "longest streak ever, in days"),
        day("last_day", "last day (UTC) with an utterance"),
    ),
)
WEAK_AREAS_TABLE = Table(
    name="weak_areas",
    about="phones, words and kinds of slip of each learner; the weakest have the lowest score or the highest count",
    keys=3,
    columns=(
        text("learner", "the learner's pseudonym"),
        text("kind", "phone, word or slip"),
        text("name", "the phone in ARPAbet, the word in lower case, or the kind of slip (tense, article, …)"),
        real("score", "mean score, 0..100, in which old values fade; empty for slips"),
        integer("count", "how often it was scored, or the slip made"),
    ),
)


def rows(view: ProgressView) -> Rows:
    """A learner's rows; none before the learner's first own event."""
    if not view.learner:
        return {}
    streak = [] if view.last_day is None else [(view.learner, view.run_days, view.longest_days, view.last_day)]
    return {"progress": [_progress(view)], "streaks": streak, "weak_areas": _weak_areas(view)}


def _progress(view: ProgressView) -> Values:
    figures = view.figures
    means = (figures.total, figures.pronunciation, figures.fluency, figures.prosody, figures.completeness)
    return (
        view.learner,
        view.sessions,
        view.turns,
        view.practised_ms / 60_000,
        *(mean.value if mean.count else None for mean in (*means, figures.grammar)),
        trend(view),
        sum(slip.count for slip in view.slips),
    )


def _weak_areas(view: ProgressView) -> list[Values]:
    learner = view.learner
    return [
        *((learner, "phone", item.name, item.score.value, item.score.count) for item in view.phones),
        *((learner, "word", item.name, item.score.value, item.score.count) for item in view.words),
        *((learner, "slip", slip.kind, None, slip.count) for slip in view.slips),
    ]
