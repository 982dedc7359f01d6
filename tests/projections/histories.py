"""Recorded lessons for the tests of the projections."""

import random
from datetime import UTC, datetime, timedelta

from events.codec import tag_of
from events.envelope import Fact, Origin, Recorded, Unknown
from events.lesson import (
    LessonEvent,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechUttered,
    TutorHeard,
)
from events.log import EventLog
from events.values import Note, PhoneScore, Pronunciation, Scores, WordScore
from projections.progress import ProgressView, evolve, initial

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def recorded(
    event: Fact | Unknown, *, time: datetime = NOON, learner: str = "ana", stream: str = "s1", version: int = 1
) -> Recorded:
    """An event as read from the log."""
    return Recorded(
        id="",
        stream=stream,
        version=version,
        type=tag_of(event),
        time=time,
        causation="",
        correlation="",
        tenant="local",
        learner=learner,
        producer="test",
        event=event,
        position=version,
    )


def started(learner: str = "ana", session: str = "s1") -> SessionStarted:
    return SessionStarted(
        session=session, learner=learner, tutor="iris", goal="travel", level="A2", mode="conversation", seed=1
    )


def uttered(turn: int = 1, *, speech_ms: int = 3_000, duration_ms: int = 5_000) -> SpeechUttered:
    return SpeechUttered(
        turn=turn,
        source="microphone",
        endpoint="silence",
        duration_ms=duration_ms,
        speech_start_ms=500,
        speech_end_ms=500 + speech_ms,
    )


def assessed(turn: int = 1, *, phones: tuple[tuple[str, float], ...] = (), **scores: float) -> SpeechAssessed:
    """An assessment; ``phones`` go into one word, ``think``, whose score is that of its first phone."""
    pronunciation = None
    if phones:
        scored = tuple(PhoneScore(phone=phone, start_ms=0, end_ms=1, score=score) for phone, score in phones)
        word = WordScore(text="Think", start_ms=0, end_ms=1, score=phones[0][1], phones=scored)
        pronunciation = Pronunciation(reference="think", score=50, completeness=100, words=(word,))
    return SpeechAssessed(turn=turn, scores=Scores(**scores), pronunciation=pronunciation)


def note(kind: str) -> Note:
    return Note(kind=kind, start=0, end=1, said="a", better="b", message="")


def fill(log: EventLog, *, sessions: int, seed: int = 1, first: int = 0) -> int:
    """Append whole random lessons of five learners to streams ``s<first>``…; how many events they have."""
    rng, count = random.Random(seed), 0
    for number in range(first, first + sessions):
        learner = f"learner-{rng.randrange(5)}"
        events: list[LessonEvent] = [started(learner, f"s{number}")]
        for turn in range(1, rng.randrange(2, 8)):
            phone = rng.choice(("TH", "AE", "R", "L", "S"))
            events.append(uttered(turn, speech_ms=rng.randrange(500, 9_000)))
            events.append(assessed(turn, phones=((phone, rng.uniform(0, 100)),), total=rng.uniform(0, 100)))
            events.append(TutorHeard(turn=turn, heard_ms=rng.randrange(6_000), text=""))
        events.append(SessionEnded(reason="learner"))
        origin = Origin(learner=learner, causation="c", correlation="r", producer="test")
        log.append(f"s{number}", events, expected_version=0, origin=origin)
        count += len(events)
    return count


class DailyClock:
    """A clock that goes on by some hours with each look."""

    def __init__(self, hours: int = 5) -> None:
        self.now = NOON
        self.step = timedelta(hours=hours)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


class Calendar:
    """A clock that stands still, from Monday morning on, until it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def expected_progress(log: EventLog) -> dict[str, ProgressView]:
    """What the fold gives without any runner."""
    views: dict[str, ProgressView] = {}
    for each in log.tail(0, limit=1_000_000):
        views[each.learner] = evolve(views.get(each.learner, initial()), each)
    return views
