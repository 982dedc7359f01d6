"""Pairs of answers to the same words: by the learner's stars, or because one was made anew."""

from msgspec.structs import replace

from events.lesson import FeedbackRated, LessonEvent, SpeechUttered, TurnRetried, TutorReplied
from replay.datasets.kinds.preferences import PREFERENCES
from tests.replay.datasets.kinds.rows import drops_in, rows_in
from tests.replay.datasets.lessons import RULES, Lessons


def again(events: tuple[LessonEvent, ...], retry_of: int) -> tuple[LessonEvent, ...]:
    first, *rest = events
    assert isinstance(first, SpeechUttered)
    return (replace(first, retry_of=retry_of), *rest)


def stars(turn: int, count: int) -> FeedbackRated:
    return FeedbackRated(turn=turn, stars=count)


def contents(found: list[dict[str, str]]) -> list[str]:
    return [message["content"] for message in found]


def test_the_answer_with_more_stars_is_chosen(lessons: Lessons) -> None:
    lessons.hold(
        "s1", "ana", *lessons.answered(0, "Hello!"), *lessons.said("ana", 1, "i goed home"),
        *lessons.answered(1, "Nice."), stars(1, 2), *again(lessons.said("ana", 2, "i goed home"), 1),
        *lessons.answered(2, "You went home!"), stars(2, 5),
    )  # fmt: skip

    (row,) = rows_in(lessons, PREFERENCES)

    assert row.id == "preferences/s1/2"
    assert contents(row.columns["chosen"]) == ["You went home!"]
    assert contents(row.columns["rejected"]) == ["Nice."]
    assert contents(row.columns["prompt"])[1:] == ["Hello!", "i goed home", "Nice.", "i goed home"]
    assert (row.columns["reason"], row.columns["margin"]) == ("stars", 3)
    assert drops_in(lessons, PREFERENCES) == ["no_pair"]


def test_a_reply_that_was_made_anew_is_chosen_over_the_one_asked_away(lessons: Lessons) -> None:
    first = TutorReplied(turn=1, sentence=0, text="Hm.", engine=RULES)
    lessons.hold(
        "s1", "ana", *lessons.said("ana", 1, "i like tea"), first, TurnRetried(turn=1), *lessons.answered(1, "Me too!")
    )

    (row,) = rows_in(lessons, PREFERENCES)

    assert (contents(row.columns["chosen"]), contents(row.columns["rejected"])) == (["Me too!"], ["Hm."])
    assert row.columns["reason"] == "retry"


def test_equal_stars_or_none_make_no_pair(lessons: Lessons) -> None:
    lessons.hold(
        "s1", "ana", *lessons.said("ana", 1, "one"), *lessons.answered(1, "Two."), stars(1, 3),
        *again(lessons.said("ana", 2, "one"), 1), *lessons.answered(2, "Three."), stars(2, 3),
    )  # fmt: skip

    assert rows_in(lessons, PREFERENCES) == []
    assert drops_in(lessons, PREFERENCES) == ["no_pair", "no_pair"]
