"""Courtesies of a talk: apologies, names, condolences, an honest word about being a program, taking up a topic."""

import pytest

from policies.tutor import beginnings, conditional, questions, topics
from policies.tutor.remarks import lines
from tests.policies.tutor.lesson import Lesson

SEEDS = range(6)


def test_a_question_that_came_before_is_taken_back_with_an_apology() -> None:
    for seed in SEEDS:
        lesson = Lesson(level="C1", seed=seed)
        asked = lesson.sentences[-1].text
        text = lesson.say("You already asked me that.")
        assert "sorry" in text.lower()
        assert asked not in text
        assert topics.question_in(lesson.sentences[-1].text) is not None


def test_the_tutor_says_plainly_what_it_is() -> None:
    for seed in SEEDS:
        assert Lesson(seed=seed).say("Are you a robot?").startswith("Yes, I'm a ")
        assert "program" in Lesson(seed=seed).say("Are you a real person?")
        assert not Lesson(seed=seed).say("Are you human?").startswith("Yes")


def test_the_topic_that_the_learner_wants_is_named_and_asked_about() -> None:
    for seed in SEEDS:
        lesson = Lesson(topic="food", level="B1", seed=seed)
        lesson.say("Can we talk about music?")
        assert "music" in lesson.sentences[0].text
        assert lesson.sentences[-1].text.endswith("?")


@pytest.mark.parametrize("said", ["no", "No, I don't.", "Not really.", "I don't.", "No, I did not"])
def test_a_no_to_a_yes_or_no_question_is_an_answer(said: str) -> None:
    for seed in range(40):
        lesson = Lesson(topic="animals", seed=seed)
        asked = topics.question_in(lesson.sentences[-1].text)
        if asked is not None and asked.expects == "yesno":
            text = lesson.say(said)
            assert text.endswith(asked.no)
            assert "..." not in text


@pytest.mark.parametrize("name", ["Chen", "Maria", "Li Wei"])
@pytest.mark.parametrize("frame", ["I am {}.", "My name is {}", "Hello, I'm {}."])
def test_a_learner_is_greeted_by_name(frame: str, name: str) -> None:
    for seed in SEEDS:
        text = Lesson(seed=seed).say(frame.format(name))
        assert "meet you" in text.split(". ")[0]
        assert name in text


@pytest.mark.parametrize("said", ["I am Chinese.", "I am tired", "I'm Spanish", "I am Student"])
def test_what_somebody_is_is_no_name(said: str) -> None:
    assert "meet you" not in Lesson().say(said)


def test_a_death_is_met_with_sympathy_and_a_gentle_question() -> None:
    for seed in SEEDS:
        lesson = Lesson(level="A2", seed=seed)
        text = lesson.say("My grandmother died last week, so I am sad.")
        assert "sorry" in lesson.sentences[0].text
        assert text.endswith(("Would you like to tell me about your grandmother?", *lines("ask")["sad_A1"]))
        assert "How do you feel now" not in text


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("If I would have more money, I would travel more.", "if you had more money"),
        ("I would be happy if she would be here", "if she were here"),
        ("If he would not work so much, he would sleep.", "if he didn't work so much"),
        ("If we would live in my village, we would walk.", "if you lived in your village"),
    ],
)
def test_if_would_is_recast_in_the_past(said: str, better: str) -> None:
    lesson = Lesson(level="B1")
    assert better in lesson.say(said)
    assert "recast" in lesson.sentences[0].acts


@pytest.mark.parametrize(
    "said", ["If I had money, I would travel.", "If I would have known it, I would go.", "I would."]
)
def test_a_right_condition_or_another_slip_is_left_alone(said: str) -> None:
    assert conditional.condition(said) is None


def test_a_clause_is_asked_back_in_whole_once_a_lesson_at_most() -> None:
    for seed in SEEDS:
        lesson = Lesson(seed=seed, level="A2")
        for said in ("I laughed at the clown in the street.", "I bought a present for my aunt in the city.",
                     "I ran to the bus with my sister.", "I closed the window in the kitchen.",
                     "I went to the park on Sunday.", "I opened the box yesterday."):  # fmt: skip
            lesson.say(said)
        assert sum(questions.echoes_clause(line) for line in lesson.used) <= 1


@pytest.mark.parametrize("said", ["I have a dog.", "Hello again!", "My mother is a doctor", "yes"])
def test_whoever_speaks_on_after_the_goodbye_is_welcome(said: str) -> None:
    for seed in SEEDS:
        lesson = Lesson(seed=seed)
        lesson.say("I like rice.")
        lesson.say("Goodbye!")
        text = lesson.say(said)
        assert lesson.sentences[0].text in lines("close")["still"]
        assert "go on" not in text
        assert text.endswith("?")
        assert len(lesson.sentences) <= 4


@pytest.mark.parametrize(
    ("asked", "start"),
    [
        ("Where did you go?", "I went"),
        ("How did you feel then?", "I felt"),
        ("What do you eat with rice?", "I eat"),
        ("What would you like to drink?", "I would like"),
        ("Did you see it?", "Yes, I saw"),
        ("Do you like cats?", "Yes, I like"),
        ("How often do you cook?", "I cook"),
        ("What is the hardest part of that job?", ""),
    ],
)
def test_a_beginning_has_the_verb_and_the_tense_of_the_question(asked: str, start: str) -> None:
    assert beginnings.from_verb(asked) == start


@pytest.mark.parametrize(("asked", "start"), [("When was that?", "It was"), ("Where is it now?", "It's in")])
def test_without_a_verb_of_its_own_the_tense_still_fits(asked: str, start: str) -> None:
    assert beginnings.from_first_word(asked) == start


def test_the_second_beginning_is_another_one() -> None:
    for seed in SEEDS:
        lesson = Lesson(topic="home", seed=seed)
        starts = []
        for said in ("I don't understand.", "Sorry, I did not understand the question."):
            lesson.say(said)
            starts += [sentence.text.split(": ")[-1] for sentence in lesson.sentences if "model" in sentence.acts]
        assert len(set(starts)) == len(starts) > 0


def test_whoever_died_is_spoken_of_with_care() -> None:
    for seed in SEEDS:
        lesson = Lesson(seed=seed, level="B1")
        lesson.say("My grandfather passed away yesterday.")
        lesson.say("He was very kind.")
        assert lesson.sentences[-1].text in lines("ask")["mourned_A1"]
        assert "your grandfather" not in lesson.say("I like pizza.")


@pytest.mark.parametrize("thing", ["space", "food", "my brother"])
def test_a_wanted_topic_is_not_left_in_the_same_breath(thing: str) -> None:
    for seed in SEEDS:
        lesson = Lesson(topic="plans", seed=seed)
        text = lesson.say(f"Can we talk about {thing}?")
        assert thing.replace("my ", "your ") in lesson.sentences[0].text
        assert len(lesson.sentences) == 2
        assert text.endswith("?")


def test_the_way_somewhere_is_asked_without_the_company_and_the_day() -> None:
    for seed in range(20):
        text = Lesson(seed=seed, level="A2").say("I went to the park with my mother on Sunday.")
        assert not text.endswith(("mother on Sunday?", "on Sunday with your mother?"))
