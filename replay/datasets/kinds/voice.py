"""Voice clips: what the tutor's voice said, with the times of its phonemes."""

from collections.abc import Iterator

from msgspec import Struct

from events.lesson import TutorSpoken
from events.named import NamedPhoneme, named_phonemes
from events.unread import unread
from replay.datasets.kinds.kind import Dropped, Kind, row, text_of, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Clip, Row


class Columns(Struct, frozen=True, kw_only=True):
    """One segment of the voice: ``phonemes`` in IPA, their times from its start; ``rate`` 1 is the voice's own."""

    text: str
    voice: str
    phonemes: tuple[NamedPhoneme, ...]
    rate: float
    duration_s: float


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each segment whose phonemes are known."""
    for turn in session.turns:
        for told in turn.spoken:
            yield _row(session, turn, told)


def _row(session: LoggedSession, turn: Turn, told: Told[TutorSpoken]) -> Row | Dropped:
    event = told.event
    if not event.phonemes:
        return Dropped("no_phonemes")
    seconds = event.duration_ms / 1000
    phonemes = named_phonemes(event.phonemes)
    own = Columns(text=event.text, voice=event.voice, phonemes=phonemes, rate=event.rate, duration_s=seconds)
    heard_ms = turn.heard.event.heard_ms if turn.heard is not None else 0
    heard = min(1.0, max(0.0, (heard_ms - event.start_ms) / event.duration_ms)) if event.duration_ms else None
    return row(
        session,
        f"voice/{turn.number}.{event.segment}",
        own,
        (told,),
        audio=Clip(blob=event.audio, learner=session.known.learner, sample_rate_hz=event.sample_rate_hz),
        quality={"duration_s": seconds, "heard_ratio": heard},
    )


VOICE = Kind(
    name="voice",
    types=frozenset({"tutor.spoken.v2", "tutor.heard.v1"}),
    unread=(unread(TutorSpoken, "visemes"),),
    columns=with_context(Columns),
    measures=frozenset({"duration_s", "heard_ratio"}),
    rows=rows,
    text=text_of,
    audio=True,
    tutors=frozenset({"text"}),
)
