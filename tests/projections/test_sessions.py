from datetime import timedelta
from functools import reduce

import pytest
from msgspec.structs import replace

from events.comparison import RepliesCompared, stream_of
from events.envelope import Unknown
from events.lesson import SessionEnded
from events.values import ComparedReply, EngineUse
from projections.sessions import evolve, initial, key, report
from tests.projections.histories import NOON, assessed, recorded, started, uttered


def test_a_session_is_one_line() -> None:
    events = (started(), uttered(1), assessed(1, total=60), uttered(2), assessed(2), uttered(3), assessed(3, total=75))
    view = reduce(
        evolve,
        (recorded(e, version=n, time=NOON + timedelta(minutes=n)) for n, e in enumerate(events, 1)),
        initial(),
    )

    shown = report(view)
    assert (shown.session, shown.learner, shown.tutor, shown.mode) == ("s1", "ana", "iris", "conversation")
    assert (shown.level, shown.goal) == ("A2", "travel")
    assert (shown.started, shown.ended) == (NOON + timedelta(minutes=1), None)
    assert (shown.turns, shown.average, shown.last_version) == (3, 67.5, 7)

    ended = evolve(view, recorded(SessionEnded(reason="idle"), version=8, time=NOON + timedelta(minutes=9)))
    assert (report(ended).ended, report(ended).last_version) == (NOON + timedelta(minutes=9), 8)


@pytest.mark.parametrize(("completeness", "average"), [(39.9, 60.0), (40.0, 40.0)])
def test_an_utterance_of_another_sentence_than_asked_is_a_turn_but_not_in_the_average(
    completeness: float, average: float
) -> None:
    other = assessed(2, phones=(("TH", 5),), total=20)
    assert other.pronunciation is not None
    other = replace(other, pronunciation=replace(other.pronunciation, completeness=completeness))

    events = (started(), uttered(1), assessed(1, phones=(("TH", 50),), total=60), uttered(2), other)
    view = reduce(evolve, (recorded(e, version=n) for n, e in enumerate(events, 1)), initial())

    assert (report(view).turns, report(view).average) == (2, average)


def test_a_session_without_scores_has_no_average() -> None:
    assert report(evolve(initial(), recorded(started()))).average is None


def test_streams_of_unknown_events_are_no_sessions() -> None:
    assert key(recorded(started(), stream="s7")) == "s7"
    assert key(recorded(Unknown(tag="music.played.v1", payload=b"{}"))) is None


def test_what_people_think_of_a_lessons_replies_is_no_session() -> None:
    reply = ComparedReply(text="Hello.", engine=EngineUse(kind="tutor", name="rules", version="1"))
    compared = RepliesCompared(session="s1", turn=1, preferred="a", judge="teacher", a=reply, b=reply)
    assert key(recorded(compared, stream=stream_of("s1"))) is None
