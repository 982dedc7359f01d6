"""Pronunciation: a recording, the text it should say, and how people heard it, by utterance, word and phone."""

from collections.abc import Iterator

from msgspec import Struct

from events.lesson import SpeechRated
from events.values import WordRating
from replay.datasets.kinds.asr import measured
from replay.datasets.kinds.kind import Dropped, Kind, row, text_of, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Clip, Row


class Columns(Struct, frozen=True, kw_only=True):
    """Human ratings: ``accuracy``, ``fluency``, ``prosodic`` and ``total`` 0..10, ``completeness`` 0..1, those of words
    0..10, of phones 0..2; None where nobody gave one. ``*_each`` hold every rater's own, in one order.
    """

    text: str
    duration_s: float
    accuracy: float | None
    fluency: float | None
    prosodic: float | None
    completeness: float | None
    total: float | None
    words: tuple[WordRating, ...]
    rater: str
    method: str
    accuracy_each: tuple[float, ...]
    fluency_each: tuple[float, ...]
    prosodic_each: tuple[float, ...]
    completeness_each: tuple[float, ...]
    total_each: tuple[float, ...]


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each rating of a recording whose text is known; several raters of one turn give several rows."""
    for turn in session.turns:
        if turn.uttered is not None and not turn.rated:
            yield Dropped("not_rated")
        for number, rated in enumerate(turn.rated):
            yield _row(session, turn, rated, number)


def _row(session: LoggedSession, turn: Turn, rated: Told[SpeechRated], number: int) -> Row | Dropped:
    uttered = turn.uttered
    audio = uttered.event.audio if uttered is not None else None
    if uttered is None or audio is None:
        return Dropped("typed")
    event, rating = uttered.event, rated.event
    if not event.reference:
        return Dropped("no_reference")
    own = Columns(
        text=event.reference,
        duration_s=event.duration_ms / 1000,
        **{name: getattr(rating, name) for name in Columns.__struct_fields__[2:]},
    )
    return row(
        session,
        f"pronunciation/{turn.number}" + (f".{number}" if number else ""),
        own,
        (uttered, rated),
        audio=Clip(blob=audio, learner=session.known.learner, sample_rate_hz=event.sample_rate_hz),
        quality=measured(event, None) | {"total": rating.total},
    )


PRONUNCIATION = Kind(
    name="pronunciation",
    types=frozenset({"speech.uttered.v1", "speech.rated.v1"}),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "duration_s", "speech_share", "level_db", "total"}),
    rows=rows,
    text=text_of,
    audio=True,
)
