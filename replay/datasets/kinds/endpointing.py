"""Endpointing: a recording with its pauses, and at which of them the learner had finished."""

from collections.abc import Iterator

from msgspec import Struct

from events.lesson import SpeechAssessed, SpeechUttered
from events.unread import unread
from replay.datasets.kinds.asr import measured
from replay.datasets.kinds.dialogue import said_in
from replay.datasets.kinds.kind import Dropped, Kind, row, text_of, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Clip, Row

CUT_IN_MS = 1_000
"""Who breaks in on the tutor so soon had not finished."""


class Silence(Struct, frozen=True, kw_only=True):
    """A pause of the recording; ``over`` says that the learner had finished when it began.

    ``after_word`` is the number of the word before it, -1 where it is not known.
    """

    start_ms: int
    end_ms: int
    over: bool
    after_word: int


class Columns(Struct, frozen=True, kw_only=True):
    """``pauses`` in order, the silence after the speech last; ``over`` says whether the learner had finished there.

    ``endpoint`` is what closed the utterance: silence, client, limit or file. A learner who spoke on, or broke in on
    the tutor's first second, had not finished.
    """

    text: str
    speech_start_ms: int
    speech_end_ms: int
    duration_s: float
    endpoint: str
    over: bool
    pauses: tuple[Silence, ...]


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each recording in which the end of the speech is known."""
    for turn in session.turns:
        if turn.uttered is not None:
            yield _row(session, turn, turn.uttered)


def _row(session: LoggedSession, turn: Turn, uttered: Told[SpeechUttered]) -> Row | Dropped:
    event = uttered.event
    if event.audio is None:
        return Dropped("typed")
    if not event.speech_end_ms:
        return Dropped("no_speech_end")
    heard = turn.heard.event if turn.heard is not None else None
    cut_off = heard is not None and heard.interrupted and heard.heard_ms < CUT_IN_MS
    over = event.endpoint != "limit" and not cut_off
    prosody = turn.assessed.event.prosody if turn.assessed is not None else None
    inner = [
        Silence(start_ms=pause.start_ms, end_ms=pause.end_ms, over=False, after_word=pause.after_word)
        for pause in (prosody.pauses if prosody is not None else ())
        if pause.end_ms <= event.speech_end_ms
    ]
    last = Silence(start_ms=event.speech_end_ms, end_ms=event.duration_ms, over=over, after_word=-1)
    own = Columns(
        text=said_in(turn),
        speech_start_ms=event.speech_start_ms,
        speech_end_ms=event.speech_end_ms,
        duration_s=event.duration_ms / 1000,
        endpoint=event.endpoint,
        over=over,
        pauses=(*inner, last),
    )
    told = (uttered, turn.transcribed, turn.assessed, turn.heard)
    return row(
        session,
        f"endpointing/{turn.number}",
        own,
        [each for each in told if each is not None],
        audio=Clip(blob=event.audio, learner=session.known.learner, sample_rate_hz=event.sample_rate_hz),
        quality=measured(event, turn.transcribed.event if turn.transcribed is not None else None),
    )


ENDPOINTING = Kind(
    name="endpointing",
    types=frozenset({"speech.uttered.v1", "speech.transcribed.v1", "speech.assessed.v2", "tutor.heard.v1"}),
    unread=(unread(SpeechAssessed, "pronunciation", "notes"),),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "duration_s", "speech_share", "level_db"}),
    rows=rows,
    text=text_of,
    audio=True,
)
