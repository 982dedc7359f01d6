"""What a learner's earlier lessons tell, whatever the views have folded of the session that asks."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from actors.earlier import EarlierLessons
from events.lesson import LessonEvent
from events.memory import MemoryEventLog
from policies.learner import LearnerHistory
from projections.catalogue import PROJECTIONS
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from tests.events.samples import origin
from tests.projections.histories import assessed, started, uttered

TODAY = date(2026, 11, 21)


class Room:
    """A log whose views are folded when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.log = MemoryEventLog()
        self.views = SQLiteViewStore(folder / "views.sqlite", PROJECTIONS)
        self.runner = ProjectionRunner(self.log, self.views, PROJECTIONS)
        self.history = EarlierLessons(self.views, lambda: TODAY)

    def happens(self, session: str, *events: LessonEvent) -> None:
        there = len(self.log.read(session))
        self.log.append(session, events, expected_version=there, origin=origin(learner="ana"))
        while self.runner.run_once():
            pass


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.views.close()


def test_a_learner_without_any_lesson_has_no_history(room: Room) -> None:
    assert room.history("ana", "s1") == LearnerHistory()


def test_a_new_learners_first_session_does_not_count_itself(room: Room) -> None:
    room.happens("s1", started(session="s1"))
    assert room.history("ana", "s1") == LearnerHistory()


def test_a_second_session_tells_of_the_first_only(room: Room) -> None:
    room.happens("s1", started(session="s1"), uttered(), *[assessed(phones=(("TH", 20.0),))] * 5)
    room.happens("s2", started(session="s2"))
    history = room.history("ana", "s2")
    assert history.sessions == 1
    assert history.weak_phones == ("TH",)


def test_what_a_session_adds_is_not_told_to_itself(room: Room) -> None:
    room.happens("s1", started(session="s1"))
    before = room.history("ana", "s2")
    room.happens("s2", started(session="s2"), uttered(), *[assessed(phones=(("TH", 20.0),))] * 5)
    assert before.sessions == 1
    assert room.history("ana", "s2") == before
    assert room.history("ana", "s3").sessions == 2


def test_a_host_that_takes_a_session_over_counts_the_earlier_ones(room: Room) -> None:
    room.happens("s1", started(session="s1"))
    room.happens("s2", started(session="s2"), uttered())
    assert EarlierLessons(room.views, lambda: TODAY)("ana", "s2").sessions == 1
