"""What the tutor may know when it answers a turn, from the session's state. Pure."""

from actors.session.state import SessionState, Turn
from events.values import Scores
from policies.learner import LearnerHistory
from policies.tutor.context import TurnSummary, TutorContext

REMEMBERED_TURNS = 12
"""How many earlier exchanges the tutor is told."""


def tutor_context(state: SessionState, number: int, history: LearnerHistory) -> TutorContext:
    """The context of turn ``number``; what the tutor said counts only as far as it was heard."""
    assert state.started is not None
    started = state.started
    turn = state.turns[number]
    said, assessed = turn.transcribed, turn.assessed
    earlier = state.turns[:number]
    return TutorContext(
        session=started.session,
        turn=number,
        tutor=started.tutor,
        goal=started.goal,
        level=started.level,
        mode=started.mode,
        seed=started.seed,
        topic=state.topic,
        exercise=state.exercise,
        pending=state.pending,
        said=said.text if said else "",
        confidence=said.confidence if said else 0.0,
        typed=turn.uttered is not None and turn.uttered.audio is None,
        scores=assessed.scores if assessed else Scores(),
        prosody=assessed.prosody if assessed else None,
        pronunciation=assessed.pronunciation if assessed else None,
        notes=assessed.notes if assessed else (),
        turns=tuple(_summary(past) for past in earlier[-REMEMBERED_TURNS:]),
        used=tuple(sentence.text for past in earlier for sentence in past.replied),
        attempts=state.attempts,
        history=history,
    )


def _summary(turn: Turn) -> TurnSummary:
    replied = turn.heard.text if turn.heard else " ".join(sentence.text for sentence in turn.replied)
    return TurnSummary(
        said=turn.transcribed.text if turn.transcribed else "",
        replied=replied,
        reference=turn.uttered.reference if turn.uttered else "",
        total=turn.assessed.scores.total if turn.assessed else None,
        slips=tuple(note.kind for note in turn.assessed.notes) if turn.assessed else (),
    )
