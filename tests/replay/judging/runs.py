"""Finished runs of tutors on the lessons of `tests.replay.judging.conftest`, with replies made by hand."""

from collections.abc import Mapping
from pathlib import Path

from events.lesson import TutorReplied
from events.values import EngineUse
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.values import Answer, Replied, Said
from tests.replay.datasets.lessons import Lessons

OTHER = EngineUse(kind="tutor", name="provider", version="small", latency_ms=300.0)
REPLIES = {("s1", 0): "Hi!", ("s1", 1): "Which tea?", ("s1", 2): "How much milk?", ("s2", 1): "Why coffee?"}
"""What the other tutor says, by session and turn."""


def case_of(lessons: Lessons, session: str, turn: int) -> str:
    """The id of the event that began the logged reply of a turn."""
    return next(
        each.id
        for each in lessons.log.read(session)
        if isinstance(each.event, TutorReplied) and each.event.turn == turn
    )


def finished_run(
    lessons: Lessons,
    out: Path,
    *,
    replies: Mapping[tuple[str, int], str] = REPLIES,
    seed: int = 0,
    kind: str = "tutor",
    candidates: tuple[str, ...] = ("provider",),
) -> Path:
    """A run that put the lessons to ``candidates``, who all give ``replies``; an empty one is a fault."""
    plan = Plan(kind=kind, candidates=candidates, baseline="rules", query="all", position=lessons.log.head(), seed=seed)
    with RunFolder(out) as folder:
        folder.begin(plan)
        for name in candidates:
            for (session, turn), text in replies.items():
                outcome = Replied(sentences=(Said(text=text),)) if text else None
                folder.keep(
                    Answer(
                        case=case_of(lessons, session, turn),
                        asked=name,
                        outcome=outcome,
                        use=OTHER if text else None,
                        latency_ms=500.0 if text else 0.0,
                        fault="" if text else "it was away",
                    )
                )
        folder.write("result.json", b"{}")
    return out
