"""What a word means, asked in the ways of learners; what a reaction rests on."""

import pytest

from policies.tutor.indirect import direct
from tests.policies.tutor.lesson import Lesson

GLOSSARY = "that it does not cost much"  # cheap, in glossary.toml


@pytest.mark.parametrize(
    "said",
    [
        "What does cheap mean?",
        "Can you tell me what the word cheap means?",
        "Could you please tell me what cheap means, please?",
        "Do you know what cheap means?",
        "I don't know what cheap means.",
        "I don't understand the word cheap.",
        "Sorry, can you explain what cheap means?",
        "Can you tell me what is the meaning of cheap?",
        "What's cheap?",
    ],
)
def test_a_word_of_the_glossary_is_explained_however_it_is_asked_for(said: str) -> None:
    lesson = Lesson()
    assert GLOSSARY in lesson.say(said)
    assert all("recast" not in sentence.acts for sentence in lesson.sentences)


@pytest.mark.parametrize("said", ["What means cheap?", "What cheap means?", "Can you tell me what means cheap?"])
def test_a_question_without_does_is_answered_and_said_right_with_the_words_it_mends(said: str) -> None:
    lesson = Lesson()
    text = lesson.say(said)
    recast = lesson.sentences[0]
    assert '"what does cheap mean"' in recast.text
    assert recast.acts == ("recast",)
    assert recast.evidence[0].kind == "note"
    assert recast.evidence[0].text.endswith(" → what does cheap mean")
    assert GLOSSARY in text
    assert text.count("?") <= 1


@pytest.mark.parametrize(
    ("indirect", "asked"),
    [
        ("can you tell me where you live", "where do you live"),
        ("do you know what time it is", "what time is it"),
        ("could you tell me please what your name is", "what is your name"),
        ("may i ask how old you are", "how old are you"),
        ("can you tell me where are you from", "where are you from"),
        ("can you tell me if you like pizza", "do you like pizza"),
        ("i would like to know if you are a robot", "are you a robot"),
        ("i do not know what it means", "what does it mean"),
    ],
)
def test_an_indirect_question_is_put_straight(indirect: str, asked: str) -> None:
    assert direct(indirect) == asked


@pytest.mark.parametrize(
    "said", ["i do not know what you mean", "can you swim", "i do not know where you live", "can you help me", "what"]
)
def test_what_is_no_indirect_question_stays_as_it_was(said: str) -> None:
    assert direct(said) == said


def test_the_tutor_answers_an_indirect_question_about_itself() -> None:
    text = Lesson().say("Can you tell me where you live?")
    assert "computer" in text
    assert "know" not in text


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("said", "named", "evidence"),
    [
        ("My name is Anna and I live in Berlin.", "anna", "Anna"),
        ("I am very tired today and Berlin is big.", "you're very tired", "I am very tired today"),
        ("I saw a big dog yesterday.", "dog", "dog"),
    ],
)
def test_the_evidence_of_a_reaction_is_what_its_sentence_speaks_of(
    seed: int, said: str, named: str, evidence: str
) -> None:
    lesson = Lesson(seed=seed)
    lesson.say("I like music.")
    lesson.say(said)
    reaction = lesson.sentences[0]
    assert named in reaction.text.lower()
    assert [(item.kind, item.text) for item in reaction.evidence] == [("content", evidence)]


def test_a_slip_that_the_reaction_does_not_say_right_is_not_its_evidence() -> None:
    lesson = Lesson()
    lesson.say("I like music.")
    lesson.say("I has two brother and they lives in Berlin.")
    reaction = lesson.sentences[0]
    assert "two brothers" in reaction.text
    assert [item.text for item in reaction.evidence] == ["two brother → two brothers"]
