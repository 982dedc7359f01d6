"""Preferences: two answers to the same words of a learner, of which one was better. Judges nothing by itself.

Two answers stand side by side in a lesson where the learner said a turn again (``retry_of``), which the tutor answered
again, or where a turn was tried again and the tutor's reply was made anew. Which was better, the learner's stars say;
without stars, a reply that was made anew counts as better than the one that was asked away.

Where people were shown two engines' answers to a turn (`python -m replay judge`), the one that more than half of them
prefer was better. Who judged the same two answers twice has one voice, the last.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from events.comparison import RepliesCompared
from events.envelope import Fact
from events.lesson import SpeechTranscribed, TutorReplied
from events.unread import unread
from replay.datasets.kinds.dialogue import Message, messages, said_in, sources, system
from replay.datasets.kinds.kind import Dropped, Kind, row, with_context
from replay.datasets.logged import COMPARED, LoggedSession, Told, Turn
from replay.datasets.rows import Row

EARLIER_TURNS = 8
"""How much of the lesson before goes into the prompt."""


class Columns(Struct, frozen=True, kw_only=True):
    """``prompt`` ends with the learner's words; ``chosen`` and ``rejected`` hold the tutor's answer to them.

    ``reason`` is stars (``margin``: how many more), retry or ab (``margin`` 0): people compared them.
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
    sources: tuple[Told[Fact], ...]


class Choice(Struct, frozen=True, kw_only=True):
    """Of two answers the better one, and the events that tell so beside the answers' own."""

    chosen: Answer
    rejected: Answer
    reason: str
    margin: int = 0
    judged: tuple[Told[Fact], ...] = ()


def rows(session: LoggedSession) -> Iterator[Row | Dropped]:
    """A row for each pair, a drop for each without a better answer and each rated turn with nothing to compare."""
    by_number = {turn.number: turn for turn in session.turns}
    for place, turn in enumerate(session.turns):
        before = session.turns[max(0, place - EARLIER_TURNS) : place]
        uttered = turn.uttered.event if turn.uttered is not None else None
        again = by_number.get(uttered.retry_of) if uttered is not None and uttered.retry_of is not None else None
        if again is not None:
            yield _between(session, before, turn, [*takes(again), *takes(turn)], "stars")
        elif len(found := takes(turn)) > 1:
            yield _between(session, before, turn, found, "retry")
        elif turn.stars is not None and not turn.compared:
            yield Dropped("no_pair")
        for number, votes in enumerate(_votes(turn)):
            choice = _preferred(turn, votes)
            name = f"preferences/{turn.number}.ab{number}"
            yield choice if isinstance(choice, Dropped) else _row(session, before, turn, choice, name)


def takes(turn: Turn) -> list[Answer]:
    """Each reply that was made in a turn, the last as far as it was heard."""
    replies = _replies(turn)
    found = [_whole(reply) for reply in replies[:-1]]
    if replies and turn.heard is not None and turn.heard.event.text:
        judged = turn.stars
        told_by = (*replies[-1], turn.heard, *((judged,) if judged is not None else ()))
        found.append(Answer(turn.heard.event.text, judged.event.stars if judged is not None else None, told_by))
    return found


def _replies(turn: Turn) -> list[list[Told[TutorReplied]]]:
    """The sentences of each reply that was made in a turn; they are counted from 0."""
    replies: list[list[Told[TutorReplied]]] = []
    for told in turn.replied:
        if told.event.sentence == 0 or not replies:
            replies.append([])
        replies[-1].append(told)
    return replies


def _whole(reply: Sequence[Told[TutorReplied]]) -> Answer:
    return Answer(" ".join(told.event.text for told in reply), None, tuple(reply))


def _between(
    session: LoggedSession, before: Sequence[Turn], turn: Turn, answers: Sequence[Answer], reason: str
) -> Row | Dropped:
    if not said_in(turn):
        return Dropped("no_words")
    if len(answers) < 2 or answers[0].text == answers[-1].text:
        return Dropped("no_pair")
    first, last = answers[0], answers[-1]
    if first.stars is not None and last.stars is not None and first.stars != last.stars:
        margin = abs(first.stars - last.stars)
        chosen, rejected = (first, last) if first.stars > last.stars else (last, first)
        choice = Choice(chosen=chosen, rejected=rejected, reason="stars", margin=margin)
    elif reason == "retry":
        choice = Choice(chosen=last, rejected=first, reason=reason)
    else:
        return Dropped("no_pair")
    return _row(session, before, turn, choice, f"preferences/{turn.number}")


def _votes(turn: Turn) -> list[list[Told[RepliesCompared]]]:
    """What people said of each two answers that they compared, the last word of each of them."""
    pairs: dict[frozenset[str], dict[str, Told[RepliesCompared]]] = {}
    for told in turn.compared:
        pairs.setdefault(told.event.texts, {})[told.event.judge] = told
    return [list(votes.values()) for votes in pairs.values()]


def _preferred(turn: Turn, votes: Sequence[Told[RepliesCompared]]) -> Choice | Dropped:
    """The answer that more than half prefer."""
    texts = votes[0].event.texts
    if len(texts) < 2:
        return Dropped("no_pair")
    ((best, count),) = Counter(told.event.chosen for told in votes).most_common(1)
    if not best or 2 * count <= len(votes):
        return Dropped("tie")
    (worse,) = texts - {best}
    logged = {answer.text: answer for answer in map(_whole, _replies(turn))}
    chosen, rejected = (logged.get(text, Answer(text, None, ())) for text in (best, worse))
    return Choice(chosen=chosen, rejected=rejected, reason="ab", judged=tuple(votes))


def _row(session: LoggedSession, before: Sequence[Turn], turn: Turn, choice: Choice, name: str) -> Row | Dropped:
    words = said_in(turn)
    if not words:
        return Dropped("no_words")
    heard = [each for each in before if each.heard is not None and each.heard.event.text]
    own = Columns(
        prompt=(system(session), *messages(heard), Message(role="user", content=words)),
        chosen=(Message(role="assistant", content=choice.chosen.text),),
        rejected=(Message(role="assistant", content=choice.rejected.text),),
        reason=choice.reason,
        margin=choice.margin,
    )
    said = [told for told in (turn.uttered, turn.transcribed) if told is not None]
    made_from = [*sources(heard), *said, *choice.chosen.sources, *choice.rejected.sources, *choice.judged]
    confidence = turn.transcribed.event.confidence if turn.transcribed is not None else None
    stars = choice.chosen.stars
    quality = {"confidence": confidence, "rating": None if stars is None else float(stars)}
    return row(session, name, own, made_from, quality=quality)


def text_of(columns: dict[str, Any]) -> str:
    """The learner's words and both answers."""
    told = (columns["prompt"][-1], *columns["chosen"], *columns["rejected"])
    return "\n".join(message["content"] for message in told)


PREFERENCES = Kind(
    name="preferences",
    types=frozenset(
        {
            "speech.uttered.v1",
            "speech.transcribed.v1",
            "tutor.replied.v1",
            "tutor.heard.v1",
            "feedback.rated.v1",
            COMPARED,
        }
    ),
    unread=(unread(SpeechTranscribed, "words"), unread(TutorReplied, "evidence", "topic")),
    columns=with_context(Columns),
    measures=frozenset({"confidence", "rating"}),
    rows=rows,
    text=text_of,
)
