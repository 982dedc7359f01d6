"""Preferences: two answers to the same words of a learner, of which one was better. Judges nothing by itself.

Two answers stand side by side in a lesson where the learner said a turn again (``retry_of``), which the tutor answered
again, or where a turn was tried again and the tutor's reply was made anew. Which was better, the learner's stars say;
without stars, a reply that was made anew counts as better than the one that was asked away.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct

from events.lesson import LessonEvent, SpeechTranscribed, TutorReplied
from events.unread import unread
from replay.datasets.kinds.dialogue import Message, messages, said_in, sources, system
from replay.datasets.kinds.kind import Dropped, Kind, row, with_context
from replay.datasets.logged import LoggedSession, Told, Turn
from replay.datasets.rows import Row

EARLIER_TURNS = 8
"""How much of the lesson before goes into the prompt."""


class Columns(Struct, frozen=True, kw_only=True):
    """``prompt`` ends with the learner's words; ``chosen`` and ``rejected`` hold the tutor's answer to them.

    ``reason`` is stars (``margin``: how many more) or retry (``margin`` 0).
    """

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    reason: str
    margin: int


class Answer(Struct, frozen=True):
    """An answer of the tutor's, with the events it is known from."""

    text: str
    stars: int | None
    sources: tuple[Told[LessonEvent], ...]


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each pair, a drop for each rated turn that has nothing to be compared with."""
    by_number = {turn.number: turn for turn in session.turns}
    for place, turn in enumerate(session.turns):
        before = session.turns[max(0, place - EARLIER_TURNS) : place]
        uttered = turn.uttered.event if turn.uttered is not None else None
        again = by_number.get(uttered.retry_of) if uttered is not None and uttered.retry_of is not None else None
        if again is not None:
            yield _between(session, before, turn, [*takes(again), *takes(turn)], "stars")
        elif len(found := takes(turn)) > 1:
            yield _between(session, before, turn, found, "retry")
        elif turn.stars is not None:
            yield Dropped("no_pair")


def takes(turn: Turn) -> list[Answer]:
    """Each reply that was made in a turn, the last as far as it was heard; its sentences are counted from 0."""
    replies: list[list[Told[TutorReplied]]] = []
    for told in turn.replied:
        if told.event.sentence == 0 or not replies:
            replies.append([])
        replies[-1].append(told)
    found = [Answer(" ".join(told.event.text for told in reply), None, tuple(reply)) for reply in replies[:-1]]
    if replies and turn.heard is not None and turn.heard.event.text:
        judged = turn.stars
        told_by = (*replies[-1], turn.heard, *((judged,) if judged is not None else ()))
        found.append(Answer(turn.heard.event.text, judged.event.stars if judged is not None else None, told_by))
    return found


def _between(
    session: LoggedSession,
    before: Sequence[Turn],
    turn: Turn,
    answers: Sequence[Answer],
    reason: Literal["stars", "retry"],
) -> Row | Dropped:
    words = said_in(turn)
    if not words:
        return Dropped("no_words")
    if len(answers) < 2 or answers[0].text == answers[-1].text:
        return Dropped("no_pair")
    first, last = answers[0], answers[-1]
    if first.stars is not None and last.stars is not None and first.stars != last.stars:
        margin, reason = abs(first.stars - last.stars), "stars"
        chosen, rejected = (first, last) if first.stars > last.stars else (last, first)
    elif reason == "retry":
        margin, chosen, rejected = 0, last, first
    else:
        return Dropped("no_pair")
    heard = [each for each in before if each.heard is not None and each.heard.event.text]
    own = Columns(
        prompt=(system(session), *messages(heard), Message(role="user", content=words)),
        chosen=(Message(role="assistant", content=chosen.text),),
        rejected=(Message(role="assistant", content=rejected.text),),
        reason=reason,
        margin=margin,
    )
    said = [told for told in (turn.uttered, turn.transcribed) if told is not None]
    made_from = [*sources(heard), *said, *chosen.sources, *rejected.sources]
    confidence = turn.transcribed.event.confidence if turn.transcribed is not None else None
    quality = {"confidence": confidence, "rating": None if chosen.stars is None else float(chosen.stars)}
    return row(session, f"preferences/{turn.number}", own, made_from, quality=quality)


def text_of(columns: dict[str, Any]) -> str:
    """The learner's words and both answers."""
    told = (columns["prompt"][-1], *columns["chosen"], *columns["rejected"])
    return "\n".join(message["content"] for message in told)


PREFERENCES = Kind(
    name="preferences",
    types=frozenset(
        {"speech.uttered.v1", "speech.transcribed.v1", "tutor.replied.v1", "tutor.heard.v1", "feedback.rated.v1"}
    ),
    unread=(unread(SpeechTranscribed, "words"), unread(TutorReplied, "evidence", "topic")),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "rating"}),
    rows=rows,
    text=text_of,
)
