"""Dialogues hold what was said and what was really heard."""

from events.lesson import FeedbackRated, SpeechUttered, TutorReplied
from replay.datasets.drops import in_words
from replay.datasets.kinds.dialogue import DIALOGUE
from tests.replay.datasets.kinds.rows import drops_in, rows_in
from tests.replay.datasets.lessons import RULES, Lessons


def said_by(row_messages: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in row_messages]


def test_a_lesson_is_one_dialogue_that_begins_with_what_the_tutor_is_told(lessons: Lessons) -> None:
    lessons.hold(
        "s1", "ana", *lessons.answered(0, "Hello!"), *lessons.said("ana", 1, "i like tea"),
        *lessons.answered(1, "With milk?"), FeedbackRated(turn=1, stars=4),
    )  # fmt: skip

    (row,) = rows_in(lessons, DIALOGUE)

    assert said_by(row.columns["messages"]) == [
        (
            "system",
            "You are Iris, a language tutor (en). Your learner of level A2 is in a conversation with you.",
        ),
        ("assistant", "Hello!"),
        ("user", "i like tea"),
        ("assistant", "With milk?"),
    ]
    assert row.quality == {"confidence": 0.9, "rating": 4.0, "heard_ratio": 1.0, "turns": 1.0, "degraded": 0.0}
    assert row.lineage.types == (
        "tutor.replied.v1", "tutor.heard.v1", "speech.uttered.v1", "speech.transcribed.v1", "tutor.replied.v1",
        "tutor.heard.v1", "feedback.rated.v1",
    )  # fmt: skip


def test_of_an_answer_that_was_broken_off_only_what_was_heard_counts(lessons: Lessons) -> None:
    answer = lessons.answered(1, "With milk or without?", heard="With milk")
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like tea"), *answer)

    (row,) = rows_in(lessons, DIALOGUE)

    assert said_by(row.columns["messages"])[-1] == ("assistant", "With milk")
    assert row.columns["exchanges"][0]["interrupted"] is True
    assert row.quality["heard_ratio"] == len("With milk") / len("With milk or without?")


def test_an_answer_that_nobody_heard_ends_the_dialogue(lessons: Lessons) -> None:
    unheard = TutorReplied(turn=2, sentence=0, text="Lost.", engine=RULES, last=True)
    lessons.hold(
        "s1", "ana", *lessons.said("ana", 1, "one"), *lessons.answered(1, "Two."), *lessons.said("ana", 2, "three"),
        unheard, *lessons.said("ana", 3, "five"), *lessons.answered(3, "Six."),
    )  # fmt: skip

    rows = rows_in(lessons, DIALOGUE)

    assert [row.id for row in rows] == ["dialogue/s1/1", "dialogue/s1/3"]
    assert [[content for _, content in said_by(row.columns["messages"])][1:] for row in rows] == [
        ["one", "Two."],
        ["five", "Six."],
    ]
    assert drops_in(lessons, DIALOGUE) == ["not_heard"]


def test_what_was_typed_is_said_as_well_and_a_greeting_alone_is_no_dialogue(lessons: Lessons) -> None:
    typed = SpeechUttered(turn=1, source="typed", endpoint="typed", text="hello there")
    lessons.hold("s1", "ana", typed, *lessons.answered(1, "Hi."))
    lessons.hold("s2", "ana", *lessons.answered(0, "Hello!"))

    assert said_by(rows_in(lessons, DIALOGUE)[0].columns["messages"])[1] == ("user", "hello there")
    assert rows_in(lessons, DIALOGUE, "s2") == []


def test_recordings_of_a_corpus_are_no_dialogue_for_want_of_a_tutor(lessons: Lessons) -> None:
    read = SpeechUttered(turn=1, source="corpus", endpoint="file", reference="WE CALL IT BEAR", duration_ms=2_000)
    lessons.hold("s1", "ana", read, tutor="", level="", mode="corpus")

    assert drops_in(lessons, DIALOGUE) == ["no_tutor"]
    assert in_words("no_tutor") == "it is a recording of a corpus, which no tutor answered"
