"""What an analyst reads, the same from every store. Expected values are sums done by hand."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from events.codec import tag_of
from events.envelope import Recorded
from events.lesson import (
    LessonEvent,
    SessionEnded,
    SpeechAssessed,
    SpeechTranscribed,
    TurnFailed,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)
from events.log import EventLog
from events.memory import MemoryEventLog
from events.values import Blob, EngineUse, Scores
from projections.catalogue import PROJECTIONS
from projections.engine_health import bucket_of, latency_in
from projections.projection import AnyProjection, Tally, relations
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from projections.vocabulary import words_of
from tests.events.samples import origin, random_event
from tests.projections.histories import Calendar, assessed, note, started, uttered
from tests.projections.stores import Stores, run_all, table

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def log(calendar: Calendar) -> MemoryEventLog:
    return MemoryEventLog(clock=calendar)


def happened(log: EventLog, stream: str, learner: str, *events: LessonEvent) -> tuple[Recorded, ...]:
    return log.append(stream, events, expected_version=len(log.read(stream)), origin=origin(learner))


def use(kind: str, name: str, latency_ms: float = 0.0, *, degraded: bool = False) -> EngineUse:
    return EngineUse(kind=kind, name=name, version="1", latency_ms=latency_ms, degraded=degraded)


def spoken(duration_ms: int, text: str, latency_ms: float) -> TutorSpoken:
    return TutorSpoken(
        turn=1,
        segment=0,
        sentence=0,
        text=text,
        voice="joe",
        audio=Blob(sha256="0" * 64, media_type="audio/flac", size_bytes=1),
        sample_rate_hz=22_050,
        start_ms=0,
        duration_ms=duration_ms,
        engine=use("voice", "piper", latency_ms),
    )


def folded(log: EventLog, store: ViewStore) -> None:
    runner = ProjectionRunner(log, store, PROJECTIONS)
    run_all(runner)
    runner.release()


def as_day(value: object) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def as_time(value: object) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def test_progress_streaks_and_weak_areas_are_rows(log: MemoryEventLog, store: ViewStore) -> None:
    happened(log, "s1", "ana", started("ana"), uttered(1, speech_ms=9_000))
    happened(log, "s1", "ana", assessed(1, phones=(("TH", 40), ("IH", 80)), total=60))
    happened(log, "s1", "ana", SpeechAssessed(turn=1, scores=Scores(total=70), notes=(note("tense"), note("tense"))))
    happened(log, "s1", "ana", TutorHeard(turn=1, heard_ms=21_000, text=""))
    folded(log, store)

    assert table(store, "SELECT learner, sessions, turns, minutes, total, grammar, trend, slips FROM progress") == [
        ("ana", 1, 1, 0.5, 65.0, None, None, 2)
    ]
    ((learner, run_days, longest_days, last_day),) = table(store, "SELECT * FROM streaks")
    assert (learner, run_days, longest_days, as_day(last_day)) == ("ana", 1, 1, MONDAY.date())
    assert table(store, "SELECT kind, name, score, count FROM weak_areas ORDER BY kind, name") == [
        ("phone", "IH", 80.0, 1),
        ("phone", "TH", 40.0, 1),
        ("slip", "tense", None, 2),
        ("word", "think", 40.0, 1),
    ]


def test_a_weak_area_that_is_crowded_out_leaves_its_table(log: MemoryEventLog, store: ViewStore) -> None:
    # 64 phones are kept, the weakest; P64 is worse than P0.
    for n in range(65):
        happened(log, "s1", "ana", started("ana") if n == 0 else uttered(n))
        happened(log, "s1", "ana", assessed(n, phones=((f"P{n}", 99 - n),)))
        folded(log, store)

    names = {name for (name,) in table(store, "SELECT name FROM weak_areas WHERE kind='phone'")}
    assert names == {f"P{n}" for n in range(1, 65)}


def test_a_lesson_is_a_row(log: MemoryEventLog, store: ViewStore, calendar: Calendar) -> None:
    happened(log, "s1", "ana", started("ana"), uttered(1), assessed(1, total=60), assessed(1, total=75))
    calendar.now += timedelta(minutes=5)
    happened(log, "s1", "ana", SessionEnded(reason="learner"))
    folded(log, store)

    ((begun, ended, *rest),) = table(
        store, "SELECT started, ended, session, learner, turns, level, average, last_version FROM sessions"
    )
    assert (as_time(begun), as_time(ended)) == (MONDAY, MONDAY + timedelta(minutes=5))
    assert rest == ["s1", "ana", 1, "A2", 67.5, 5]


def test_vocabulary_counts_words_heard_and_used(log: MemoryEventLog, store: ViewStore, calendar: Calendar) -> None:
    happened(log, "s1", "ana", TutorHeard(turn=0, heard_ms=1, text="Tea, or more tea?"))
    calendar.now += timedelta(hours=1)
    happened(log, "s1", "ana", SpeechTranscribed(turn=1, text="Tea!", engine=use("asr", "whisper-base")))
    typed = replace(uttered(), source="typed", text="I don’t know", audio=None)
    happened(log, "s2", "ben", typed, SpeechTranscribed(turn=1, text=typed.text, engine=use("asr", "typed")))
    folded(log, store)

    rows = table(
        store, "SELECT learner, word, met, used, level, first_at, last_at FROM vocabulary ORDER BY learner, word"
    )
    # The levels are those of cefrpy's list, which has no short forms.
    assert [row[:5] for row in rows] == [
        ("ana", "more", 1, 0, "A2"),
        ("ana", "or", 1, 0, "A1"),
        ("ana", "tea", 2, 1, "A1"),
        ("ben", "don't", 0, 1, ""),
        ("ben", "i", 0, 1, "A1"),
        ("ben", "know", 0, 1, "A1"),
    ]
    assert [as_time(value) for value in rows[2][5:]] == [MONDAY, MONDAY + timedelta(hours=1)]


def test_words_are_letters_with_inner_apostrophes_and_hyphens() -> None:
    assert list(words_of("Well-known 42 rock 'n' ROLL: naïve_o'clock " + "x" * 41)) == [
        *("well-known", "rock", "n", "roll", "naïve", "o'clock"),
    ]


def test_daily_activity_and_cohorts_follow_the_calendar(
    log: MemoryEventLog, store: ViewStore, calendar: Calendar
) -> None:
    happened(log, "s1", "ana", started("ana", "s1"), uttered(1, speech_ms=60_000))
    happened(log, "s2", "ben", started("ben", "s2"), uttered(1, speech_ms=30_000))
    calendar.now = MONDAY + timedelta(days=6)  # the Sunday of the same week
    happened(log, "s3", "ana", started("ana", "s3"))
    calendar.now = MONDAY + timedelta(days=14)
    happened(log, "s4", "ana", started("ana", "s4"), uttered(1, speech_ms=6_000))
    happened(log, "s5", "cem", started("cem", "s5"))
    folded(log, store)

    daily = table(store, "SELECT day, learners, sessions, turns, minutes FROM daily_activity ORDER BY day")
    assert [(as_day(first), *rest) for first, *rest in daily] == [
        (date(2026, 11, 2), 2, 2, 2, 1.5),
        (date(2026, 11, 8), 1, 1, 0, 0.0),
        (date(2026, 11, 16), 2, 2, 1, 0.1),
    ]
    cohorts = table(
        store, "SELECT cohort_week, week_number, learners, cohort_size FROM retention_cohorts ORDER BY 1, 2"
    )
    assert [(as_day(first), *rest) for first, *rest in cohorts] == [
        (date(2026, 11, 2), 0, 2, 2),
        (date(2026, 11, 2), 2, 1, 2),
        (date(2026, 11, 16), 0, 1, 1),
    ]


def test_engine_health_tells_calls_failures_and_quantiles(log: MemoryEventLog, store: ViewStore) -> None:
    replies = [
        TutorReplied(turn=n, sentence=0, text="", engine=use("tutor", "rules", float(n), degraded=n > 90))
        for n in range(1, 101)
    ]
    happened(log, "s1", "ana", *replies[:50])
    folded(log, store)
    happened(log, "s1", "ana", *replies[50:], TurnFailed(turn=1, stage="voice", code="x", message=""))
    folded(log, store)

    failed, rules = table(store, "SELECT * FROM engine_health ORDER BY engine")
    assert failed[1:] == ("voice", "", 0, 0, 1, None, None, None)
    assert rules[1:6] == ("tutor", "rules", 100, 10, 0)
    mean_ms, p50_ms, p95_ms = (float(str(value)) for value in rules[6:])
    assert mean_ms == pytest.approx(50.5)
    assert p50_ms == pytest.approx(50, rel=0.05)
    assert p95_ms == pytest.approx(95, rel=0.05)


def test_a_reply_is_one_call_whose_latency_is_that_of_its_first_sentence(log: MemoryEventLog, store: ViewStore) -> None:
    # As in a real lesson: the rules know the whole reply at once, and the later sentences take no time.
    for turn, first_ms in ((1, 8.0), (2, 4.0)):
        latencies = (first_ms, 0.005, 0.003)
        replied = [
            TutorReplied(turn=turn, sentence=n, text="Tea?", engine=use("tutor", "rules", latency_ms, degraded=True))
            for n, latency_ms in enumerate(latencies)
        ]
        happened(log, "s1", "ana", *replied)
    folded(log, store)

    ((*_, calls, degraded, _, mean_ms, p50_ms, _),) = table(store, "SELECT * FROM engine_health")
    assert (calls, degraded, float(str(mean_ms))) == (2, 2, 6.0)
    assert float(str(p50_ms)) == pytest.approx(4, rel=0.05)
    # What the engine took is all of it: 8 + 4 ms and twice 8 µs.
    assert table(store, "SELECT calls, engine_us FROM usage WHERE engine='rules'") == [(2, 12_016)]


def test_each_segment_has_a_latency_of_its_own_and_a_sentence_is_one_call(
    log: MemoryEventLog, store: ViewStore
) -> None:
    first = replace(spoken(1_000, "So do I,", 300), sentence_end=False)
    happened(log, "s1", "ana", first, spoken(2_000, "always.", 500), spoken(1_000, "And you?", 400))
    folded(log, store)

    assert table(store, "SELECT calls, mean_ms FROM engine_health") == [(2, 400.0)]
    assert table(store, "SELECT calls, latencies, latency_us FROM engine_days") == [(2, 3, 1_200_000)]
    assert table(store, "SELECT SUM(calls) FROM engine_latency") == [(3,)]
    assert table(store, "SELECT calls, engine_us, audio_out_ms FROM usage") == [(2, 1_200_000, 4_000)]


def test_what_was_typed_is_counted_once_and_asks_no_engine(log: MemoryEventLog, store: ViewStore) -> None:
    typed = replace(uttered(), source="typed", text="I like tea", audio=None)
    happened(log, "s1", "ana", typed, SpeechTranscribed(turn=1, text=typed.text, engine=use("asr", "typed")))
    folded(log, store)

    assert table(store, "SELECT word, used FROM vocabulary ORDER BY word") == [("i", 1), ("like", 1), ("tea", 1)]
    assert table(store, "SELECT tutor_characters_in FROM cost") == [(10,)]
    assert table(store, "SELECT * FROM engine_health") == []


def test_engines_have_the_names_of_their_chains_also_where_the_log_has_earlier_ones(
    log: MemoryEventLog, store: ViewStore
) -> None:
    now, then = use("pronunciation", "gop", 20), use("pronunciation", "sphinx-gop", 40)
    unanswered = use("prosody", "none", degraded=True)
    for engines in ((now,), (then,), (unanswered,)):
        happened(log, "s1", "ana", SpeechAssessed(turn=1, scores=Scores(), engines=engines))
    folded(log, store)

    assert table(store, "SELECT kind, engine, calls, degraded, failures, mean_ms FROM engine_health ORDER BY kind") == [
        ("pronunciation", "gop", 2, 0, 0, 30.0),
        ("prosody", "", 0, 0, 1, None),
    ]
    assert table(store, "SELECT engine, calls FROM usage") == [("gop", 2)]


@pytest.mark.parametrize("latency_us", [1, 2, 3, 999, 1_000, 12_345, 1_000_000, 3_600_000_000])
def test_a_latency_is_within_five_per_cent_of_its_bucket(latency_us: int) -> None:
    assert latency_in(bucket_of(latency_us)) == pytest.approx(latency_us, rel=0.05, abs=1)


def test_cost_sums_what_a_lesson_used_by_the_prices(log: MemoryEventLog, store: ViewStore) -> None:
    happened(
        log,
        "s1",
        "ana",
        uttered(1, duration_ms=30_000),
        SpeechTranscribed(turn=1, text="I like tea", engine=use("asr", "whisper-base", 500)),
        TutorReplied(turn=1, sentence=0, text="So do I, always.", engine=use("tutor", "provider", 1_500)),
        spoken(3_000, "So do I, always.", 250),
    )
    folded(log, store)
    ((*_, free),) = table(store, "SELECT * FROM cost")
    with store.transaction() as cursor:
        cursor.execute("UPDATE prices SET per_1000_characters=2.0 WHERE kind='tutor' AND engine='provider'")
        cursor.execute("UPDATE prices SET per_audio_minute=0.006 WHERE kind='asr' AND engine=''")

    ((session, _, learner, audio_in_s, audio_out_s, engine_s, sent, replied, amount),) = table(
        store, "SELECT * FROM cost"
    )

    assert free == 0
    assert (session, learner, audio_in_s, audio_out_s, engine_s) == ("s1", "ana", 30.0, 3.0, 2.25)
    assert (sent, replied) == (10, 16)
    assert float(str(amount)) == pytest.approx(2.0 * 16 / 1000 + 0.006 / 2)


def test_every_view_has_its_columns_and_they_are_documented_in_the_database(stores: Stores) -> None:
    store = stores.open()
    for projection in PROJECTIONS:
        for relation in relations(projection):
            names = ", ".join(column.name for column in relation.columns)
            assert table(store, f"SELECT {names} FROM {relation.name}") == []
            documented = table(
                store,
                f"SELECT column_name, about FROM view_columns WHERE view_name='{relation.name}' ORDER BY place",
            )
            assert documented == [(column.name, column.about) for column in relation.columns]
            assert all(column.about for column in relation.columns)
    if stores.kind == "postgres":
        ((comment,),) = table(store, "SELECT col_description('streaks'::regclass, 4)")
        assert comment == "last day (UTC) with an utterance"


def test_words_about_a_column_follow_the_program_without_a_rebuild(stores: Stores) -> None:
    before = stores.open()
    with before.transaction() as cursor:
        cursor.execute("UPDATE view_columns SET about='as it was' WHERE view_name='cost'")
        if stores.kind == "postgres":
            cursor.execute("COMMENT ON COLUMN cost.amount IS 'as it was'")

    after = stores.open()

    about = "price of all of it, in the currency of the table prices"
    assert table(after, "SELECT about FROM view_columns WHERE view_name='cost' AND column_name='amount'") == [(about,)]
    if stores.kind == "postgres":
        assert table(after, "SELECT col_description('cost'::regclass, 9)") == [(about,)]
    assert after.standing("cost").generation == 1


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
def test_a_projection_uses_no_event_that_it_does_not_name(projection: AnyProjection, log: MemoryEventLog) -> None:
    rng = random.Random(7)
    events = [random_event(rng) for _ in range(300)]
    unnamed = [event for event in events if projection.types is not None and tag_of(event) not in projection.types]
    log.append("s1", [started("ana"), uttered(), *unnamed], expected_version=0, origin=origin("ana"))
    first, second, *rest = log.tail(0, limit=1_000)

    if isinstance(projection, Tally):
        assert all(list(projection.count(recorded)) == [] for recorded in rest)
    else:
        view = projection.evolve(projection.evolve(projection.initial(), first), second)
        assert all(projection.evolve(view, recorded) == view for recorded in rest)
