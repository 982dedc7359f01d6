"""Tutor dialogues for supervised fine-tuning: what the learner said, and what of the tutor's answer was really heard.

What the tutor generated and nobody heard is not in it: the learner's next words answer what was heard. Where a
learner's words are not known, or nothing of an answer was heard, the dialogue ends, and what follows is another one.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any

from msgspec import Struct

from events.lesson import LessonEvent, SpeechTranscribed, TutorReplied
from events.unread import unread
from policies.tutors import public_name
from replay.datasets.kinds.kind import Dropped, Kind, row, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Row


class Message(Struct, frozen=True, kw_only=True):
    """A message as chat templates have it; ``role`` is system, user (the learner) or assistant (the tutor)."""

    role: str
    content: str


class Exchange(Struct, frozen=True, kw_only=True):
    """How a turn went: ``acts`` of the tutor's sentences, ``heard_ms`` of its voice, whether the learner broke in."""

    turn: int
    confidence: float | None
    acts: tuple[str, ...]
    emotion: str
    heard_ms: int
    interrupted: bool
    stars: int | None


class Columns(Struct, frozen=True, kw_only=True):
    """``messages`` begin with what the tutor is told of the lesson; ``exchanges`` has an entry for each turn."""

    messages: tuple[Message, ...]
    exchanges: tuple[Exchange, ...]


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each stretch of turns that is whole: all of the session, where nothing failed."""
    stretch: list[Turn] = []
    for turn in session.turns:
        fault = _fault(turn)
        if fault is None:
            stretch.append(turn)
            continue
        yield from _row(session, stretch)
        yield Dropped(fault)
        stretch = []
    yield from _row(session, stretch)


def _fault(turn: Turn) -> str | None:
    if turn.heard is None or not turn.heard.event.text:
        of_corpus = turn.uttered is not None and turn.uttered.event.source == "corpus"
        return "no_tutor" if of_corpus else "not_heard"
    if turn.number and not said_in(turn):
        return "no_words"
    return None


def _row(session: LoggedSession, stretch: Sequence[Turn]) -> Iterator[Row]:
    if not any(turn.uttered is not None for turn in stretch):
        return
    own = Columns(messages=(system(session), *messages(stretch)), exchanges=tuple(map(_exchange, stretch)))
    yield row(session, f"dialogue/{stretch[0].number}", own, sources(stretch), quality=_measured(stretch))


def said_in(turn: Turn) -> str:
    """The learner's words of a turn: typed, known beforehand (an imported recording), or as they were understood."""
    if turn.uttered is not None and turn.uttered.event.text:
        return turn.uttered.event.text
    return turn.transcribed.event.text if turn.transcribed is not None else ""


def system(session: LoggedSession) -> Message:
    """What a model is told of the lesson; nothing of it is personal."""
    started = session.started.event
    level = f" of level {started.level}" if started.level else ""
    way = "learns to say given sentences" if started.mode == "sentence" else "is in a conversation"
    name = public_name(started.tutor)
    told = f"You are {name}, a language tutor ({started.language}). Your learner{level} {way} with you."
    return Message(role="system", content=told)


def messages(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """The messages of whole turns."""
    found: list[Message] = []
    for turn in turns:
        if words := said_in(turn):
            found.append(Message(role="user", content=words))
        if turn.heard is not None:
            found.append(Message(role="assistant", content=turn.heard.event.text))
    return tuple(found)


def sources(turns: Sequence[Turn]) -> list[Told[LessonEvent]]:
    """The events that turns were made from, turn by turn."""
    found: list[Told[LessonEvent] | None] = []
    for turn in turns:
        found += [turn.uttered, turn.transcribed, *turn.replied, turn.heard, turn.stars]
    return [told for told in found if told is not None]


def _exchange(turn: Turn) -> Exchange:
    heard = turn.heard.event if turn.heard is not None else None
    return Exchange(
        turn=turn.number,
        confidence=turn.transcribed.event.confidence if turn.transcribed is not None else None,
        acts=tuple(act for told in turn.replied for act in told.event.acts),
        emotion=turn.replied[-1].event.emotion if turn.replied else "neutral",
        heard_ms=heard.heard_ms if heard is not None else 0,
        interrupted=heard is not None and heard.interrupted,
        stars=turn.stars.event.stars if turn.stars is not None else None,
    )


def _measured(turns: Sequence[Turn]) -> dict[str, float | None]:
    confidences = [turn.transcribed.event.confidence for turn in turns if turn.transcribed is not None]
    stars = [turn.stars.event.stars for turn in turns if turn.stars is not None]
    return {
        "confidence": min(confidences, default=None),
        "rating": fmean(stars) if stars else None,
        "heard_ratio": heard_ratio(turns),
        "turns": float(sum(turn.uttered is not None for turn in turns)),
    }


def heard_ratio(turns: Sequence[Turn]) -> float | None:
    """How much of what the tutor said was heard, by its letters."""
    said = sum(len(told.event.text) for turn in turns for told in turn.replied)
    heard = sum(len(turn.heard.event.text) for turn in turns if turn.heard is not None)
    return min(1.0, heard / said) if said else None


def text_of(columns: dict[str, Any]) -> str:
    """All that was said, without what the tutor is told."""
    return "\n".join(message["content"] for message in columns["messages"][1:])


DIALOGUE = Kind(
    name="dialogue",
    types=frozenset(
        {"speech.uttered.v1", "speech.transcribed.v1", "tutor.replied.v1", "tutor.heard.v1", "feedback.rated.v1"}
    ),
    unread=(unread(SpeechTranscribed, "words"), unread(TutorReplied, "evidence", "topic")),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "rating", "heard_ratio", "turns"}),
    rows=rows,
    text=text_of,
)
