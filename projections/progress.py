"""A learner's progress over all lessons, folded from the log. What the client is shown of it is in `report.py`.

Days are calendar days in UTC, by the time of the event. A day counts for the streak when the learner said or typed at
least one utterance. Time practised is the learner's speech (from first to last speech of each recording) and what
the learner heard of the tutor. The view is bounded: the newest 400 days, 64 phones, 200 words.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter

from msgspec.structs import replace

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SessionStarted, SpeechAssessed, SpeechUttered, TutorHeard
from events.unread import unread
from events.values import Note, Pronunciation, Scores
from projections.means import Mean
from projections.progress_rows import PROGRESS_TABLE, STREAKS_TABLE, WEAK_AREAS_TABLE, rows
from projections.progress_view import Day, Item, Slip
from projections.progress_view import ProgressView as ProgressView  # still looked for here
from projections.projection import Projection, practiser_of, tags

MAX_DAYS = 400
MAX_PHONES = 64
MAX_WORDS = 200
MAX_SLIPS = 32
MAX_TOTALS = 20
PHONE_WINDOW = 50
WORD_WINDOW = 10
OTHER_SENTENCE_BELOW = 40.0
"""Completeness (0..100) under which a learner said something else than what was asked."""
NO_SCORES = Scores()
_NAME = attrgetter("name")


def initial() -> ProgressView:
    """A learner who has done nothing yet."""
    return ProgressView()


def evolve(view: ProgressView, recorded: Recorded) -> ProgressView:
    """The view after an event of the same learner."""
    day = recorded.time.date()
    match recorded.event:
        case SessionStarted():
            days = _with_day(view.days, day, sessions=1)
            return replace(view, learner=recorded.learner, sessions=view.sessions + 1, days=days)
        case SpeechUttered() as event:
            speech_ms = event.speech_end_ms - event.speech_start_ms or event.duration_ms
            view = replace(
                view,
                learner=recorded.learner,
                turns=view.turns + 1,
                practised_ms=view.practised_ms + speech_ms,
                days=_with_day(view.days, day, turns=1, practised_ms=speech_ms),
            )
            return _with_streak(view, day)
        case TutorHeard() as event:
            days = _with_day(view.days, day, practised_ms=event.heard_ms)
            return replace(view, practised_ms=view.practised_ms + event.heard_ms, days=days)
        case SpeechAssessed() as event:
            return _assessed(view, day, event)
        case _:
            return view


def of_another_sentence(event: SpeechAssessed) -> bool:
    """Whether the learner said something else than the sentence asked for; means leave it out."""
    return event.pronunciation is not None and event.pronunciation.completeness < OTHER_SENTENCE_BELOW


def _assessed(view: ProgressView, day: date, event: SpeechAssessed) -> ProgressView:
    if of_another_sentence(event):
        return view  # what was aligned with the sentence asked for by chance tells nothing
    total = event.scores.total
    totals = view.totals if total is None else (*view.totals, total)[-MAX_TOTALS:]
    phones, words = view.phones, view.words
    if event.pronunciation is not None:
        of_phones, of_words = _scores(event.pronunciation)
        phones = _scored(phones, of_phones, window=PHONE_WINDOW, limit=MAX_PHONES)
        words = _scored(words, of_words, window=WORD_WINDOW, limit=MAX_WORDS)
    return replace(
        view,
        figures=view.figures.add(event.scores),
        totals=totals,
        phones=phones,
        words=words,
        slips=_counted(view.slips, event.notes),
        days=_with_day(view.days, day, scores=event.scores),
    )


def _scores(pronunciation: Pronunciation) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Scores by phone and by word, of words that were said: one left out says nothing of how it would have sounded."""
    phones: dict[str, list[float]] = defaultdict(list)
    words: dict[str, list[float]] = defaultdict(list)
    for word in pronunciation.words:
        if word.spoken:
            words[word.text.lower()].append(word.score)
            for phone in word.phones:
                phones[phone.phone].append(phone.score)
    return phones, words


def _scored(
    items: tuple[Item, ...], scores: Mapping[str, Sequence[float]], *, window: int, limit: int
) -> tuple[Item, ...]:
    """The items with more scores; beyond the limit the best are forgotten, for the view is of weaknesses."""
    kept = list(items)  # in the order of their names
    for name, values in scores.items():
        place = bisect_left(kept, name, key=_NAME)
        known = place < len(kept) and kept[place].name == name
        before = kept[place].score if known else Mean()
        kept[place : place + known] = [Item(name=name, score=before.fade(values, window=window))]
    if len(kept) > limit:
        means = [item.score.value for item in kept]
        for best in sorted(means)[limit:]:
            place = len(means) - 1 - means[::-1].index(best)  # of equal ones the last by name
            del kept[place], means[place]
    return tuple(kept)


def _counted(slips: tuple[Slip, ...], notes: tuple[Note, ...]) -> tuple[Slip, ...]:
    if not notes:
        return slips
    counts = {slip.kind: slip.count for slip in slips}
    for note in notes:
        if note.kind in counts or len(counts) < MAX_SLIPS:
            counts[note.kind] = counts.get(note.kind, 0) + 1
    return tuple(Slip(kind=kind, count=counts[kind]) for kind in sorted(counts))


def _with_day(
    days: tuple[Day, ...],
    day: date,
    *,
    sessions: int = 0,
    turns: int = 0,
    practised_ms: int = 0,
    scores: Scores = NO_SCORES,
) -> tuple[Day, ...]:
    """The days with more practice on one of them."""
    place = _place(days, day)
    known = place < len(days) and days[place].day == day
    before = days[place] if known else Day(day=day)
    after = Day(
        day=day,
        sessions=before.sessions + sessions,
        turns=before.turns + turns,
        practised_ms=before.practised_ms + practised_ms,
        figures=before.figures if scores is NO_SCORES else before.figures.add(scores),
    )
    return (*days[:place], after, *days[place + known :])[-MAX_DAYS:]


def _place(days: tuple[Day, ...], day: date) -> int:
    # Nearly every event belongs to the newest day; only late ones are searched for.
    if days and days[-1].day <= day:
        return len(days) - (days[-1].day == day)
    return bisect_left(days, day, key=lambda each: each.day)


def _with_streak(view: ProgressView, day: date) -> ProgressView:
    if view.last_day == day:
        return view
    if view.last_day is None or day > view.last_day:
        follows = view.last_day is not None and day - view.last_day == timedelta(days=1)
        run_days = view.run_days + 1 if follows else 1
        return replace(view, run_days=run_days, longest_days=max(view.longest_days, run_days), last_day=day)
    # A late event, from a host whose clock is behind or from an import, may join two runs into one.
    practised = {each.day for each in view.days if each.turns}
    run_days = max(view.run_days, _run_ending(practised, view.last_day))
    end = day
    while end + timedelta(days=1) in practised:
        end += timedelta(days=1)
    return replace(view, run_days=run_days, longest_days=max(view.longest_days, run_days, _run_ending(practised, end)))


def _run_ending(practised: set[date], day: date) -> int:
    run = 0
    while day in practised:
        run, day = run + 1, day - timedelta(days=1)
    return run


PROGRESS = Projection(
    name="progress",
    version=2,
    about="what each learner has practised, how well, and where it is weak",
    view=ProgressView,
    key=practiser_of,
    initial=initial,
    evolve=evolve,
    tables=(PROGRESS_TABLE, STREAKS_TABLE, WEAK_AREAS_TABLE),
    rows=rows,
    types=tags(SessionStarted, SpeechUttered, SpeechAssessed, TutorHeard, LearnerForgotten),
    unread=(
        unread(SessionStarted, "goal", "topic", "exercise", "client"),
        unread(SpeechUttered, "audio", "text", "reference"),
        unread(SpeechAssessed, "prosody", "engines"),
        unread(TutorHeard, "text"),
    ),
)
