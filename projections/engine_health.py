"""How the engines do: calls, degraded answers, failures and latency, by kind, engine and day.

Latencies are kept in a histogram whose buckets grow by a constant factor, as in DDSketch (Masson, Rim, Lee 2019,
https://arxiv.org/abs/1908.10693): counts of any days, parts or stores can be added up, and every quantile read from
them is within 5 % of the true one.
"""

import math
from collections.abc import Iterator

from events.envelope import Recorded
from events.lesson import SpeechAssessed, SpeechTranscribed, TurnFailed, TutorRendered, TutorReplied, TutorSpoken
from events.unread import unread
from events.values import EngineUse
from projections.projection import Tally, tags
from projections.tables import Summary, Table, Values, day, integer, real, text

ACCURACY = 0.05
"""Relative error of a quantile."""
_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GROWTH = math.log(_GROWTH)

DAYS = Table(
    name="engine_days",
    about="a day and engine a row: counts from which engine_health is made",
    keys=3,
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", "asr, prosody, pronunciation, language, tutor, voice, face; for failures the stage of the turn"),
        text("engine", "the engine's name; empty where the whole chain failed"),
        integer("calls", "answers", "sum"),
        integer("degraded", "answers given because a better engine was skipped or had failed", "sum"),
        integer("failures", "turns in which the whole chain gave no answer", "sum"),
        integer("latency_us", "microseconds of all answers together", "sum"),
    ),
)
LATENCY = Table(
    name="engine_latency",
    about="a histogram of latencies: a day, engine and bucket a row; buckets may be added up over days and engines",
    keys=4,
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", "as in engine_days"),
        text("engine", "the engine's name"),
        integer("bucket", "number of the bucket; each is 10.5 % wider than the one before"),
        integer("latency_us", "a latency within 5 % of all in the bucket, in microseconds", "max"),
        integer("calls", "answers that took about so long", "sum"),
    ),
)
HEALTH = Summary(
    name="engine_health",
    about="a day and engine a row: calls, degraded answers, failures and latency",
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", "asr, prosody, pronunciation, language, tutor, voice, face; for failures the stage of the turn"),
        text("engine", "the engine's name; empty where the whole chain failed"),
        integer("calls", "answers"),
        integer("degraded", "answers given because a better engine was skipped or had failed"),
        integer("failures", "turns in which the whole chain gave no answer"),
        real("mean_ms", "mean latency in milliseconds; empty without an answer"),
        real("p50_ms", "median latency in milliseconds, within 5 %"),
        real("p95_ms", "latency in milliseconds that 95 % of the answers did not exceed, within 5 %"),
    ),
    select=(
        "SELECT d.day, d.kind, d.engine, d.calls, d.degraded, d.failures,"
        " CAST(d.latency_us AS DOUBLE PRECISION) / 1000 / NULLIF(d.calls, 0) AS mean_ms, q.p50_ms, q.p95_ms"
        " FROM {engine_days} AS d LEFT JOIN (SELECT day, kind, engine,"
        " CAST(MIN(CASE WHEN reached * 2 >= total THEN latency_us END) AS DOUBLE PRECISION) / 1000 AS p50_ms,"
        " CAST(MIN(CASE WHEN reached * 20 >= total * 19 THEN latency_us END) AS DOUBLE PRECISION) / 1000 AS p95_ms"
        " FROM (SELECT day, kind, engine, latency_us,"
        " SUM(calls) OVER (PARTITION BY day, kind, engine ORDER BY bucket) AS reached,"
        " SUM(calls) OVER (PARTITION BY day, kind, engine) AS total FROM {engine_latency}) AS counted"
        " GROUP BY day, kind, engine) AS q ON q.day = d.day AND q.kind = d.kind AND q.engine = d.engine"
    ),
)


def count(recorded: Recorded) -> Iterator[tuple[str, Values]]:
    """The answers of engines in an event."""
    today = recorded.time.date()
    match recorded.event:
        case TurnFailed() as event:
            yield "engine_days", (today, event.stage, "", 0, 0, 1, 0)
            return
        case SpeechAssessed() as event:
            uses: tuple[EngineUse, ...] = event.engines
        case SpeechTranscribed() | TutorReplied() | TutorSpoken() | TutorRendered() as event:
            uses = (event.engine,)
        case _:
            return
    for use in uses:
        latency_us = max(0, round(use.latency_ms * 1000))
        bucket = bucket_of(latency_us)
        yield "engine_days", (today, use.kind, use.name, 1, int(use.degraded), 0, latency_us)
        yield "engine_latency", (today, use.kind, use.name, bucket, latency_in(bucket), 1)


def bucket_of(latency_us: int) -> int:
    """The histogram's bucket for a latency; 0 for up to a microsecond."""
    return math.ceil(math.log(latency_us) / _LOG_GROWTH) if latency_us > 1 else 0


def latency_in(bucket: int) -> int:
    """The latency in microseconds that is within `ACCURACY` of every latency in a bucket."""
    return round(2 * _GROWTH**bucket / (_GROWTH + 1))


ENGINE_HEALTH = Tally(
    name="engine_health",
    version=1,
    about="how the engines do: calls, degraded, failures, latency",
    count=count,
    tables=(DAYS, LATENCY),
    summaries=(HEALTH,),
    of_one_learner=False,
    types=tags(TurnFailed, SpeechTranscribed, SpeechAssessed, TutorReplied, TutorSpoken, TutorRendered),
    unread=(
        unread(TurnFailed, "message"),
        unread(SpeechTranscribed, "text", "words"),
        unread(SpeechAssessed, "prosody", "pronunciation", "notes"),
        unread(TutorReplied, "text", "evidence", "exercise", "topic"),
        unread(TutorSpoken, "text", "audio", "phonemes", "visemes"),
    ),
)
