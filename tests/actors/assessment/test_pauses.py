"""Hesitations are filled pauses, restarts and long pauses inside clauses, and nothing that a fluent speaker does."""

import pytest

from actors.assessment.pauses import hesitations
from events.values import Pause, Word


def words(text: str) -> tuple[Word, ...]:
    """Words of 300 ms each, one after the other."""
    return tuple(
        Word(text=one, start_ms=300 * index, end_ms=300 * (index + 1), confidence=0.9)
        for index, one in enumerate(text.split())
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I like dogs.", 0),
        ("I um like uh dogs.", 2),
        ("Er, I I like dogs.", 2),
        ("I want I want to go home.", 1),
        ("I I I like dogs.", 2),
        ("It is very very big.", 0),
        ("No, no, thank you.", 0),
        ("She said that that was fine.", 0),
        ("", 0),
    ],
)
def test_filled_pauses_and_restarts_are_counted(text: str, count: int) -> None:
    assert hesitations(words(text), ()) == count


@pytest.mark.parametrize(
    ("text", "after_word", "length_ms", "count"),
    [
        ("I like big dogs", 1, 700, 1),
        ("I like big dogs", 1, 450, 0),
        ("I like dogs, big dogs", 2, 700, 0),
        ("I like dogs because they are big", 2, 700, 0),
        ("I like big dogs", 3, 700, 0),
        ("I like big dogs", -1, 700, 0),
    ],
)
def test_a_pause_over_half_a_second_is_a_hesitation_only_inside_a_clause(
    text: str, after_word: int, length_ms: int, count: int
) -> None:
    pause = Pause(start_ms=600, end_ms=600 + length_ms, after_word=after_word)
    assert hesitations(words(text), (pause,)) == count
