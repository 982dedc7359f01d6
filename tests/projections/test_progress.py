import random
from datetime import date, datetime, timedelta
from functools import reduce

import msgspec
import pytest

from events.envelope import Recorded, Unknown
from events.lesson import SessionEnded, SpeechAssessed, TutorHeard
from events.values import PhoneScore, Pronunciation, Scores, WordScore
from projections.progress import (
    MAX_DAYS,
    MAX_PHONES,
    MAX_SLIPS,
    MAX_TOTALS,
    MAX_WORDS,
    PROGRESS,
    ProgressView,
    evolve,
    initial,
)
from projections.report import report, streak_on, trend, trends
from tests.projections.histories import NOON, assessed, note, recorded, started, uttered

TODAY = NOON.date()


def folded(*events: Recorded) -> ProgressView:
    return reduce(evolve, events, initial())


def on(days: list[int]) -> ProgressView:
    """The view after an utterance on each of these days of November."""
    return folded(*(recorded(uttered(), time=datetime(2026, 11, day, 8, tzinfo=NOON.tzinfo)) for day in days))


def test_sessions_turns_and_minutes_are_counted() -> None:
    view = folded(
        recorded(started()),
        recorded(uttered(1, speech_ms=9_000)),
        recorded(TutorHeard(turn=1, heard_ms=21_000, text="")),
        recorded(uttered(2, speech_ms=30_000)),
        recorded(SessionEnded(reason="idle")),
        recorded(started(), stream="s2"),
    )

    shown = report(view, TODAY)

    # 9 s and 30 s spoken, 21 s heard: one minute.
    assert (shown.learner, shown.sessions, shown.turns, shown.minutes) == ("ana", 2, 2, 1.0)
    assert [(day.day, day.sessions, day.turns, day.minutes) for day in shown.days] == [(TODAY, 2, 2, 1.0)]


def test_a_typed_utterance_is_a_turn_without_minutes() -> None:
    typed = msgspec.structs.replace(uttered(), source="typed", duration_ms=0, speech_start_ms=0, speech_end_ms=0)

    view = folded(recorded(typed))

    assert (view.turns, view.practised_ms, streak_on(view, TODAY).current_days) == (1, 0, 1)


def test_averages_are_means_of_what_could_be_judged() -> None:
    view = folded(
        recorded(assessed(total=60, fluency=40)),
        recorded(assessed(total=80)),
        recorded(assessed(total=70, fluency=50, grammar=100)),
    )

    averages = report(view, TODAY).averages

    assert (averages.total, averages.fluency, averages.grammar, averages.prosody) == (70.0, 45.0, 100.0, None)
    assert report(view, TODAY).days[0].total == 70.0


def test_the_trend_compares_the_last_ten_turns_with_those_before() -> None:
    def after(totals: list[float]) -> float | None:
        return trend(folded(*(recorded(assessed(total=total)) for total in totals)))

    assert after([50.0] * 12) is None
    assert after([50.0] * 3 + [60.0] * 10) == 10.0
    assert after([0.0] * 5 + [50.0] * 10 + [48.0] * 10) == -2.0


@pytest.mark.parametrize(
    ("days", "today", "current", "longest"),
    [
        ([1], 1, 1, 1),
        ([1], 2, 1, 1),  # today is not over yet
        ([1], 3, 0, 1),
        ([1, 2, 3], 3, 3, 3),
        ([1, 2, 3, 3, 3], 4, 3, 3),
        ([1, 2, 4], 4, 1, 2),
        ([1, 2, 3, 6, 7], 8, 2, 3),
        ([1, 2, 3, 6, 7], 9, 0, 3),
        ([1, 3, 2], 3, 3, 3),  # a late event closes the gap
        ([1, 2, 4, 5, 3], 5, 5, 5),
        ([10, 1, 2, 3], 10, 1, 3),  # an import from before
        ([2, 1], 2, 2, 2),
    ],
)
def test_the_streak_counts_days_in_a_row(days: list[int], today: int, current: int, longest: int) -> None:
    streak = streak_on(on(days), date(2026, 11, today))

    assert (streak.current_days, streak.longest_days, streak.last_day) == (current, longest, date(2026, 11, max(days)))


def test_a_day_ends_at_midnight_in_utc() -> None:
    late = recorded(uttered(), time=datetime(2026, 11, 2, 23, 59, 59, tzinfo=NOON.tzinfo))
    early = recorded(uttered(), time=datetime(2026, 11, 3, 0, 0, 0, tzinfo=NOON.tzinfo))

    assert streak_on(folded(late, early), date(2026, 11, 3)).current_days == 2


def test_a_session_without_an_utterance_makes_no_streak() -> None:
    assert streak_on(folded(recorded(started())), TODAY).current_days == 0


def test_a_long_streak_outlives_the_days_that_are_kept() -> None:
    view = folded(*(recorded(uttered(), time=NOON + timedelta(days=n)) for n in range(MAX_DAYS + 50)))

    assert streak_on(view, TODAY + timedelta(days=MAX_DAYS + 49)).current_days == MAX_DAYS + 50
    assert len(view.days) == MAX_DAYS


def test_random_orders_of_days_give_the_streak_of_their_set() -> None:
    rng = random.Random(4)
    for _ in range(200):
        days = rng.sample(range(1, 31), rng.randrange(1, 20))
        present, longest, run = set(days), 0, 0
        for day in range(1, 32):
            run = run + 1 if day in present else 0
            longest = max(longest, run)
        last = max(days)
        current = next(n for n in range(31) if last - n not in present)

        streak = streak_on(on(days), date(2026, 11, last))

        assert (streak.current_days, streak.longest_days) == (current, longest), days


def test_weak_phones_need_three_scores_and_come_weakest_first() -> None:
    view = folded(
        *(recorded(assessed(phones=(("TH", 40), ("AE", 20)))) for _ in range(3)),
        *(recorded(assessed(phones=(("ZH", 1), ("AE", 60)))) for _ in range(2)),
    )

    weak = report(view, TODAY).weak_phones

    # AE: (3 * 20 + 2 * 60) / 5 = 36; ZH was scored twice only.
    assert [(each.phone, each.score, each.count) for each in weak] == [("AE", 36.0, 5), ("TH", 40.0, 3)]
    assert [(each.word, each.count) for each in report(view, TODAY).weak_words] == [("think", 5)]


def test_old_scores_of_a_phone_fade() -> None:
    view = folded(*(recorded(assessed(phones=(("TH", 10),))) for _ in range(100)))
    view = reduce(evolve, (recorded(assessed(phones=(("TH", 80),))) for _ in range(200)), view)

    # An exponential mean of weight 1/50: 80 - 70 * (49/50) ** 200 = 78.8
    assert report(view, TODAY).weak_phones[0].score == 78.8


def test_a_word_that_was_left_out_says_nothing_of_its_sounds() -> None:
    phone = PhoneScore(phone="TH", start_ms=0, end_ms=0, score=0)
    missing = WordScore(text="think", start_ms=0, end_ms=0, score=0, phones=(phone,) * 5, spoken=False)
    pronunciation = Pronunciation(reference="think", score=0, completeness=0, words=(missing,) * 5)

    view = folded(recorded(SpeechAssessed(turn=1, scores=Scores(), pronunciation=pronunciation)))

    assert (view.phones, view.words) == ((), ())


def test_another_sentence_than_the_one_asked_tells_nothing_of_a_learner() -> None:
    word = WordScore(
        text="i", start_ms=0, end_ms=0, score=20, phones=(PhoneScore(phone="AY", start_ms=0, end_ms=0, score=20),)
    )
    other = Pronunciation(reference="I want tea", score=6, completeness=33, words=(word,) * 5)

    view = folded(recorded(SpeechAssessed(turn=1, scores=Scores(total=13), pronunciation=other)))

    assert (view.phones, view.words, view.totals) == ((), (), ())


def test_slips_are_counted_by_kind_and_the_commonest_come_first() -> None:
    notes = tuple(note(kind) for kind in ("tense", "article", "article", "plural"))

    view = folded(recorded(SpeechAssessed(turn=1, scores=Scores(), notes=notes)))

    assert [(slip.kind, slip.count) for slip in report(view, TODAY).slips] == [
        ("article", 2),
        ("plural", 1),
        ("tense", 1),
    ]


def test_the_trends_are_the_last_days_with_practice() -> None:
    view = on([1, 2, 5, 9, 10])

    assert [day.day.day for day in trends(view, date(2026, 11, 10), 6)] == [5, 9, 10]
    assert [day.day.day for day in trends(view, date(2026, 11, 12), 3)] == [10]


def test_the_view_stays_bounded_whatever_the_log_holds() -> None:
    rng = random.Random(2)
    view = initial()
    for n in range(600):
        phone = PhoneScore(phone=f"P{rng.randrange(500)}", start_ms=0, end_ms=1, score=rng.uniform(0, 100))
        words = tuple(
            WordScore(text=f"w{rng.randrange(5000)}", start_ms=0, end_ms=1, score=rng.random(), phones=(phone,))
            for _ in range(3)
        )
        event = SpeechAssessed(
            turn=1,
            scores=Scores(total=1.0),
            pronunciation=Pronunciation(reference="", score=1, completeness=100, words=words),
            notes=(note(f"kind-{n}"),),
        )
        view = evolve(view, recorded(event, time=NOON + timedelta(days=n)))

    assert (len(view.phones), len(view.words), len(view.slips)) == (MAX_PHONES, MAX_WORDS, MAX_SLIPS)
    assert (len(view.days), len(view.totals)) == (MAX_DAYS, MAX_TOTALS)


def test_unknown_events_change_nothing() -> None:
    view = folded(recorded(uttered()))

    assert evolve(view, recorded(Unknown(tag="music.played.v1", payload=b"{}"))) == view


def test_the_view_survives_its_json() -> None:
    view = folded(recorded(started()), recorded(uttered()), recorded(assessed(total=1 / 3, phones=(("TH", 1 / 7),))))

    assert msgspec.json.decode(msgspec.json.encode(view), type=PROGRESS.view) == view


def test_the_report_has_the_documented_shape() -> None:
    shown = msgspec.to_builtins(report(folded(recorded(started()), recorded(uttered())), TODAY))

    assert set(shown) == {
        *("learner", "sessions", "minutes", "turns", "averages", "trend", "streak"),
        *("weak_phones", "weak_words", "slips", "days"),
    }
    assert shown["streak"] == {"current_days": 1, "longest_days": 1, "last_day": "2026-11-02"}
    assert set(shown["averages"]) == {"total", "pronunciation", "fluency", "prosody", "completeness", "grammar"}
    assert set(shown["days"][0]) == {
        *("day", "sessions", "minutes", "turns", "total", "pronunciation", "fluency", "prosody", "grammar"),
    }


def test_the_weakest_are_kept_and_of_equal_ones_the_first_by_name() -> None:
    rng, view, means = random.Random(4), initial(), dict[str, tuple[float, int]]()
    for _ in range(60):
        said = [(f"w{rng.randrange(400):03}", float(rng.randrange(4))) for _ in range(12)]
        words = tuple(WordScore(text=word, start_ms=0, end_ms=1, score=score) for word, score in said)
        pronunciation = Pronunciation(reference="", score=50, completeness=100, words=words)
        view = evolve(view, recorded(SpeechAssessed(turn=1, scores=Scores(), pronunciation=pronunciation)))
        for word, score in said:
            mean, count = means.get(word, (0.0, 0))
            means[word] = (mean + (score - mean) / min(count + 1, 10), count + 1)
        means = dict(sorted(means.items(), key=lambda pair: (pair[1][0], pair[0]))[:MAX_WORDS])

        assert [(item.name, item.score.value, item.score.count) for item in view.words] == [
            (word, *means[word]) for word in sorted(means)
        ]
    assert len(view.words) == MAX_WORDS
