"""The questions of docs/analysis.md, asked of every store."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.lesson import LessonEvent, SpeechTranscribed, TurnFailed, TutorHeard
from events.memory import MemoryEventLog
from events.values import EngineUse
from projections.catalogue import PROJECTIONS
from projections.projection import relations
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import assessed, started, uttered
from tests.projections.stores import run_all, table

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_the_five_questions_have_answers(store: ViewStore) -> None:
    now = [MONDAY]
    log = MemoryEventLog(clock=lambda: now[0])

    def happened(stream: str, learner: str, *events: LessonEvent) -> None:
        log.append(stream, events, expected_version=len(log.read(stream)), origin=origin(learner))

    # Ana practises eight days in a row, ben on the first only.
    for day in range(8):
        now[0] = MONDAY + timedelta(days=day)
        happened(f"a{day}", "ana", started("ana", f"a{day}"), uttered(), assessed(phones=(("TH", 30),)))
        happened(f"a{day}", "ana", TutorHeard(turn=1, heard_ms=0, text="umbrella"))
    now[0] = MONDAY
    slow = EngineUse(kind="asr", name="whisper-base", version="1", latency_ms=3_000)
    happened("b", "ben", started("ben", "b"), uttered(), SpeechTranscribed(turn=1, text="umbrella", engine=slow))
    happened("b", "ben", TurnFailed(turn=1, stage="voice", code="x", message=""))
    run_all(ProjectionRunner(log, store, PROJECTIONS))

    streaks, phones, returned, engines, words = (
        table(store, question) for question in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    )

    assert [row[:2] for row in streaks] == [("ana", 8)]
    assert phones == [("TH", 1, 30.0)]
    assert [(size, float(str(share))) for _, size, share in returned] == [(2, 50.0)]
    assert [row[1:6] for row in engines] == [("asr", "whisper-base", 1, 0, 0), ("voice", "", 0, 0, 1)]
    assert words == [("umbrella", 1, 8)]


def test_the_page_names_every_view() -> None:
    for projection in PROJECTIONS:
        for relation in relations(projection):
            assert f"`{relation.name}`" in PAGE
