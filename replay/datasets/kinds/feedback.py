"""Feedback with its evidence: what the learner said and how, and what the tutor said of it, citing what."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from events.lesson import SpeechAssessed, SpeechTranscribed, TutorReplied
from events.named import NamedWordScore, named_words
from events.unread import unread
from events.values import Evidence, Note, Scores
from replay.datasets.kinds.dialogue import said_in
from replay.datasets.kinds.kind import Dropped, Kind, row, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Clip, Row


class Sentence(Struct, frozen=True, kw_only=True):
    """A sentence of the tutor's that was heard to its end, and what it rests on (times in the learner's recording)."""

    text: str
    acts: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class Columns(Struct, frozen=True, kw_only=True):
    """``said`` is what the learner said, ``reference`` what they should say ("" in conversation).

    ``scores`` are 0..100, ``words`` those of the reference with their phones, ``notes`` slips of language.
    """

    said: str
    reference: str
    scores: Scores
    words: tuple[NamedWordScore, ...]
    notes: tuple[Note, ...]
    feedback: tuple[Sentence, ...]


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each assessed turn of which the learner heard a sentence that cites something."""
    for turn in session.turns:
        if turn.uttered is not None:
            yield _row(session, turn)


def _row(session: LoggedSession, turn: Turn) -> Row | Dropped:
    uttered, assessed = turn.uttered, turn.assessed
    if assessed is None or uttered is None:
        return Dropped("not_assessed")
    if turn.heard is None or not turn.heard.event.text:
        return Dropped("not_heard")
    heard = [told for told in turn.replied if told.event.text in turn.heard.event.text]
    if not any(told.event.evidence for told in heard):
        return Dropped("no_evidence")
    pronunciation = assessed.event.pronunciation
    own = Columns(
        said=said_in(turn),
        reference=uttered.event.reference,
        scores=assessed.event.scores,
        words=named_words(pronunciation.words) if pronunciation is not None else (),
        notes=assessed.event.notes,
        feedback=tuple(map(_sentence, heard)),
    )
    stars = turn.stars
    told = (uttered, turn.transcribed, assessed, *heard, turn.heard, stars)
    event = uttered.event
    clip = (
        Clip(blob=event.audio, learner=session.known.learner, sample_rate_hz=event.sample_rate_hz)
        if event.audio
        else None
    )
    quality = {
        "confidence": turn.transcribed.event.confidence if turn.transcribed is not None else None,
        "rating": float(stars.event.stars) if stars is not None else None,
    }
    sources = [each for each in told if each is not None]
    return row(session, f"feedback/{turn.number}", own, sources, audio=clip, quality=quality)


def _sentence(told: Told[TutorReplied]) -> Sentence:
    event = told.event
    return Sentence(text=event.text, acts=event.acts, evidence=event.evidence)


def text_of(columns: dict[str, Any]) -> str:
    """What the learner said."""
    said: str = columns["said"]
    return said


FEEDBACK = Kind(
    name="feedback",
    types=frozenset(
        {
            "speech.uttered.v1", "speech.transcribed.v1", "speech.assessed.v2",
            "tutor.replied.v1", "tutor.heard.v1", "feedback.rated.v1",
        }
    ),
    unread=(unread(SpeechTranscribed, "words"), unread(SpeechAssessed, "prosody"), unread(TutorReplied, "topic")),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "rating"}),
    rows=rows,
    text=text_of,
    audio=True,
    tutors=frozenset({"feedback"}),
)  # fmt: skip
