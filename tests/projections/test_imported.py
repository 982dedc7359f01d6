"""What was imported is listed, and is nobody's practice."""

from pathlib import Path

from events.learner import LearnerDescribed, stream_of
from events.lesson import SessionEnded, SessionStarted, SpeechRated, SpeechUttered
from events.memory import MemoryEventLog
from projections.catalogue import PROJECTIONS
from projections.runner import ProjectionRunner
from projections.sqlite import SQLiteViewStore
from tests.events.samples import origin
from tests.projections.histories import started, uttered
from tests.projections.stores import run_all, table


def test_an_imported_session_is_listed_and_counts_for_no_day_streak_or_minute(tmp_path: Path) -> None:
    log = MemoryEventLog()
    imported = (
        SessionStarted(session="c-1-1", learner="c-1", tutor="", goal="", level="", mode="corpus", seed=0, topic="c"),
        SpeechUttered(turn=1, source="corpus", endpoint="file", reference="A BEAR", duration_ms=2_000),
        SpeechRated(turn=1, rater="experts", total=7.5),
        SessionEnded(reason="imported"),
    )
    log.append(stream_of("c-1"), [LearnerDescribed(corpus="c")], expected_version=0, origin=origin("c-1"))
    log.append("c-1-1", imported, expected_version=0, origin=origin("c-1"))
    log.append("s1", [started(), uttered(speech_ms=3_000)], expected_version=0, origin=origin("ana"))
    with SQLiteViewStore(tmp_path / "views.sqlite", PROJECTIONS) as store:
        run_all(ProjectionRunner(log, store, PROJECTIONS))

        assert table(store, "SELECT learner, session, mode, turns FROM sessions ORDER BY learner") == [
            ("ana", "s1", "conversation", 1),
            ("c-1", "c-1-1", "corpus", 1),
        ]
        assert table(store, "SELECT learner FROM progress") == [("ana",)]
        assert table(store, "SELECT learner FROM streaks") == [("ana",)]
        assert table(store, "SELECT learners, sessions, turns, minutes FROM daily_activity") == [(1, 1, 1, 0.05)]
        assert table(store, "SELECT learners FROM retention_cohorts") == [(1,)]
        assert not store.parked("progress")
