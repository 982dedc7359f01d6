"""The messages of events that the golden lessons do not hold."""

import json

from events.lesson import FeedbackRated, TurnRetried
from projections.messages import frame, messages_of


def test_a_rating_comes_back_with_its_stars() -> None:
    (outgoing,) = messages_of(FeedbackRated(turn=3, stars=4), 17)
    message = json.loads(frame(outgoing, b""))
    assert {name: message[name] for name in ("type", "stage", "seq", "turn", "stars")} == {
        "type": "progress", "stage": "rated", "seq": 17, "turn": 3, "stars": 4,
    }  # fmt: skip


def test_other_progress_says_nothing_of_stars() -> None:
    (outgoing,) = messages_of(TurnRetried(turn=3), 18)
    assert "stars" not in json.loads(frame(outgoing, b""))
