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
from projections.engine_calls import engine_calls
from projections.projection import Tally, tags
from projections.tables import Summary, Table, Values, day, integer, real, text

ACCURACY = 0.05
"""Relative error of a quantile."""
_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GROWTH = math.log(_GROWTH)

_KIND = "asr, prosody, pronunciation, language, tutor, voice, face; where a whole turn failed its stage"
_ENGINE = "the engine's name, as /readyz has it; empty where the whole chain failed"
_CALLS = "calls answered: one for a whole reply, for the voice of a sentence, for the video of a segment of it"
_DEGRADED = "calls answered by this engine because a better one was skipped or had failed"
_FAILURES = "turns, or parts of an assessment, to which the whole chain gave no answer"
_LATENCY = "of a reply the time to its first sentence, of a voice that of each segment, of a face that of each fragment"

DAYS = Table(
    name="engine_days",
    about="a day and engine a row: counts from which engine_health is made",
    keys=3,
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", _KIND),
        text("engine", _ENGINE),
        integer("calls", _CALLS, "sum"),
        integer("degraded", _DEGRADED, "sum"),
        integer("failures", _FAILURES, "sum"),
        integer("latencies", f"latencies measured; {_LATENCY}", "sum"),
        integer("latency_us", "microseconds of those latencies together", "sum"),
    ),
)
LATENCY = Table(
    name="engine_latency",
    about="a histogram of latencies: a day, engine and bucket a row; buckets may be added up over days and engines",
    keys=4,
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", "as in engine_days"),
        text("engine", "as in engine_days"),
        integer("bucket", "number of the bucket; each is 10.5 % wider than the one before"),
        integer("latency_us", "a latency within 5 % of all in the bucket, in microseconds", "max"),
        integer("calls", f"latencies of about so long; {_LATENCY}", "sum"),
    ),
)
HEALTH = Summary(
    name="engine_health",
    about="a day and engine a row: calls, degraded answers, failures and latency",
    columns=(
        day("day", "calendar day, UTC"),
        text("kind", _KIND),
        text("engine", _ENGINE),
        integer("calls", _CALLS),
        integer("degraded", _DEGRADED),
        integer("failures", _FAILURES),
        real("mean_ms", f"mean latency in milliseconds, empty without any; {_LATENCY}"),
        real("p50_ms", "median latency in milliseconds, within 5 %"),
        real("p95_ms", "latency in milliseconds that 95 % did not exceed, within 5 %"),
    ),
    select=(
        "SELECT d.day, d.kind, d.engine, d.calls, d.degraded, d.failures,"
        " CAST(d.latency_us AS DOUBLE PRECISION) / 1000 / NULLIF(d.latencies, 0) AS mean_ms, q.p50_ms, q.p95_ms"
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
    if isinstance(recorded.event, TurnFailed):
        yield "engine_days", (today, recorded.event.stage, "", 0, 0, 1, 0, 0)
    for call in engine_calls(recorded.event):
        if call.engine and not call.calls and not call.timed:
            continue
        failures = int(not call.engine)
        latency_us = call.latency_us if call.timed else 0
        counts = (call.calls, int(call.degraded and call.calls > 0), failures, int(call.timed), latency_us)
        yield "engine_days", (today, call.kind, call.engine, *counts)
        if call.timed:
            bucket = bucket_of(latency_us)
            yield "engine_latency", (today, call.kind, call.engine, bucket, latency_in(bucket), 1)


def bucket_of(latency_us: int) -> int:
    """The histogram's bucket for a latency; 0 for up to a microsecond."""
    return math.ceil(math.log(latency_us) / _LOG_GROWTH) if latency_us > 1 else 0


def latency_in(bucket: int) -> int:
    """The latency in microseconds that is within `ACCURACY` of every latency in a bucket."""
    return round(2 * _GROWTH**bucket / (_GROWTH + 1))


ENGINE_HEALTH = Tally(
    name="engine_health",
    version=2,
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
        unread(TutorRendered, "init", "media", "look", "emotion"),
    ),
)
