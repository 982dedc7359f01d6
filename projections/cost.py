"""What each lesson used, and what that costs by the table ``prices``."""

from collections.abc import Iterator

from events.envelope import Recorded
from events.learner import LearnerForgotten
from events.lesson import SpeechAssessed, SpeechTranscribed, SpeechUttered, TutorRendered, TutorReplied, TutorSpoken
from events.unread import unread
from projections.engine_calls import engine_calls
from projections.projection import Tally, tags
from projections.tables import Summary, Table, Values, day, integer, real, text

USED = (SpeechUttered, SpeechTranscribed, SpeechAssessed, TutorReplied, TutorSpoken, TutorRendered)

USAGE = Table(
    name="usage",
    about="a lesson, day and engine a row: what was used; cost adds it up",
    keys=4,
    columns=(
        text("session", "the lesson's id"),
        day("day", "calendar day, UTC"),
        text("kind", "asr, prosody, pronunciation, language, tutor, voice or face"),
        text(
            "engine",
            "the engine's name as in /readyz; empty for audio and text that came in, whichever engine takes them",
        ),
        text("learner", "the learner's pseudonym", "max"),
        integer(
            "calls", "calls answered: one for a whole reply, the voice of a sentence, the video of a segment", "sum"
        ),
        integer("engine_us", "microseconds that the engine took", "sum"),
        integer("audio_in_ms", "milliseconds of the learner's recordings (kind asr)", "sum"),
        integer("audio_out_ms", "milliseconds of the tutor's voice (kind voice)", "sum"),
        integer("characters", "characters sent to the tutor (no engine), replied (tutor) or spoken (voice)", "sum"),
    ),
)
COST = Summary(
    name="cost",
    about="a lesson and day a row: what was used and what it costs by the table prices",
    columns=(
        text("session", "the lesson's id"),
        day("day", "calendar day, UTC"),
        text("learner", "the learner's pseudonym"),
        real("audio_in_s", "seconds of the learner's recordings"),
        real("audio_out_s", "seconds of the tutor's voice"),
        real("engine_s", "seconds that all engines took together"),
        integer("tutor_characters_in", "characters of the learner's turns sent to the tutor"),
        integer("tutor_characters_out", "characters that the tutor replied"),
        real("amount", "price of all of it, in the currency of the table prices"),
    ),
    select=(
        "SELECT u.session, u.day, MIN(u.learner) AS learner,"
        " CAST(SUM(u.audio_in_ms) AS DOUBLE PRECISION) / 1000 AS audio_in_s,"
        " CAST(SUM(u.audio_out_ms) AS DOUBLE PRECISION) / 1000 AS audio_out_s,"
        " CAST(SUM(u.engine_us) AS DOUBLE PRECISION) / 1000000 AS engine_s,"
        " CAST(SUM(CASE WHEN u.kind = 'tutor' AND u.engine = '' THEN u.characters ELSE 0 END) AS BIGINT)"
        " AS tutor_characters_in,"
        " CAST(SUM(CASE WHEN u.kind = 'tutor' AND u.engine <> '' THEN u.characters ELSE 0 END) AS BIGINT)"
        " AS tutor_characters_out,"
        " SUM(u.calls * COALESCE(p.per_call, 0) + u.engine_us * COALESCE(p.per_engine_hour, 0) / 3600000000.0"
        " + (u.audio_in_ms + u.audio_out_ms) * COALESCE(p.per_audio_minute, 0) / 60000.0"
        " + u.characters * COALESCE(p.per_1000_characters, 0) / 1000.0) AS amount"
        " FROM {usage} AS u LEFT JOIN prices AS p ON p.kind = u.kind AND p.engine = u.engine GROUP BY u.session, u.day"
    ),
)


def count(recorded: Recorded) -> Iterator[tuple[str, Values]]:
    """What an event used."""
    match recorded.event:
        case SpeechUttered() as event:
            yield _used(recorded, "asr", "", audio_in_ms=event.duration_ms)
        case SpeechTranscribed() as event:  # of what was typed, too
            yield _used(recorded, "tutor", "", characters=len(event.text))
            yield from _engines(recorded)
        case TutorReplied() as event:
            yield from _engines(recorded, characters=len(event.text))
        case TutorSpoken() as event:
            yield from _engines(recorded, characters=len(event.text), audio_out_ms=event.duration_ms)
        case _:
            yield from _engines(recorded)


def _engines(recorded: Recorded, **used: int) -> Iterator[tuple[str, Values]]:
    """The engines that an event names; ``used`` is what else each of them used."""
    for call in engine_calls(recorded.event):
        if call.engine:
            yield _used(recorded, call.kind, call.engine, calls=call.calls, engine_us=call.latency_us, **used)


def _used(
    recorded: Recorded,
    kind: str,
    engine: str,
    *,
    calls: int = 0,
    engine_us: int = 0,
    audio_in_ms: int = 0,
    audio_out_ms: int = 0,
    characters: int = 0,
) -> tuple[str, Values]:
    place = (recorded.stream, recorded.time.date(), kind, engine, recorded.learner)
    return "usage", (*place, calls, engine_us, audio_in_ms, audio_out_ms, characters)


COST_PROJECTION = Tally(
    name="cost",
    version=2,
    about="what each lesson used and costs",
    count=count,
    tables=(USAGE,),
    summaries=(COST,),
    types=tags(*USED, LearnerForgotten),
    unread=(
        unread(SpeechUttered, "audio", "text", "reference"),
        unread(SpeechTranscribed, "words"),
        unread(SpeechAssessed, "prosody", "pronunciation", "notes"),
        unread(TutorReplied, "evidence", "exercise", "topic"),
        unread(TutorSpoken, "audio", "phonemes", "visemes"),
        unread(TutorRendered, "init", "media", "look", "emotion"),
    ),
)
