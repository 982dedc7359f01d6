"""What new learners said to the tutor, and what it must not answer: slips echoed, questions already answered."""

import pytest

from tests.policies.tutor.lesson import Lesson

SEEDS = range(12)


@pytest.mark.parametrize(
    ("said", "wrong", "right"),
    [
        ("I am work in a hospital.", "you're work", "you work in a hospital"),
        ("I am work in a factory since five years.", "you're work", "you work in a factory"),
        ("He is work very hard every day.", "he's work", "he works very hard every day"),
        ("My brother is live in Paris.", "brother is live", "your brother lives in Paris"),
    ],
)
def test_be_before_a_bare_verb_is_mended_before_it_is_said_back(said: str, wrong: str, right: str) -> None:
    for seed in SEEDS:
        text = Lesson(level="A2", seed=seed).say(said)
        assert wrong not in text
        assert right in text[:1].lower() + text[1:] or right in text


def test_a_noun_after_be_is_left_as_it_is() -> None:
    for seed in SEEDS:
        assert "problem works" not in Lesson(level="A2", seed=seed).say("The problem is work.")
