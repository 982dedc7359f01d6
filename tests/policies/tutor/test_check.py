"""What a language model may say to a learner, sentence by sentence."""

import pytest

from policies.tutor.check import check
from policies.tutor.context import TurnSummary, TutorContext
from policies.tutor.plan import plan
from policies.tutor.prompt import messages
from tests.policies.tutor.lesson import spoken

CONTEXT = TutorContext(
    session="s",
    turn=1,
    tutor="joe",
    goal="travel",
    level="A1",
    mode="conversation",
    seed=1,
    topic="animals",
    said="I go to zoo with my brother.",
    confidence=0.9,
    turns=(TurnSummary(said="", replied="Hi, I'm Joe. Do you have a pet?"),),
    used=("Hi, I'm Joe.", "Do you have a pet?"),
    pronunciation=spoken("I go to zoo with my brother.", 75, brother=30),
)


def fault(text: str, before: tuple[str, ...] = ()) -> str:
    return check(text, CONTEXT, plan(CONTEXT), before).fault


@pytest.mark.parametrize(
    "text", ["Oh, you go to the zoo!", "What animals do you see there?", "I like your brother, Joe says."]
)
def test_plain_words_pass(text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Where is it? Who is there?", "second question"),
        ("- You go to the zoo.", "markup"),
        ("You go to the zoo (nice).", "markup"),
        ("1. You go to the zoo.", "markup"),
        ("Zoo 🐘 is nice.", "not speakable"),
        ("The learner goes to the zoo.", "leaks"),
        ("You got 80 points.", "score"),
        ("That was 9/10.", "score"),
        ("Tell me your phone number.", "unsafe"),
        ("Do you have a pet?", "repeat"),
        ("I go to zoo with my brother.", "echo"),
        ("Ich gehe gern mit meinem Bruder spazieren.", "not English"),
        ("Notwithstanding bureaucratic impediments, perseverance prevails.", "too hard"),
        ("You go to the zoo and you see a lot of animals there and then you go home with your brother.", "too long"),
        ("Your accent is lovely.", "without evidence"),
        ("Excellent!", "without evidence"),
        ("", "empty"),
    ],
)
def test_what_must_not_be_said_falls_with_its_reason(text: str, why: str) -> None:
    assert why in fault(text)


def test_nothing_follows_the_question() -> None:
    assert fault("The zoo is nice.", ("Who goes with you?",)) == "goes on after its question"
    assert fault("Where is the zoo?", ("Who goes with you?",)) == "a second question"


def test_feedback_passes_with_the_evidence_of_the_finding_that_it_names() -> None:
    verdict = check("The word brother was not clear.", CONTEXT, plan(CONTEXT), ())
    assert verdict.feedback
    assert {evidence.value for evidence in verdict.evidence} == {30.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Brother sounded like bother.", "a sound that was not heard: bother"),
        ('In "sister" and brother, watch the start.', "a word that no finding tells: sister"),
        ("Brother was not clear, so say it 20 times.", "a figure that no finding tells: 20"),
    ],
)
def test_feedback_that_tells_more_than_was_found_falls(text: str, why: str) -> None:
    assert fault(text) == why


def test_the_prompt_holds_level_goal_slip_findings_and_what_was_heard() -> None:
    told = messages(CONTEXT, plan(CONTEXT))
    system, user = told[0]["content"], told[-1]["content"]
    assert [message["role"] for message in told] == ["system", "assistant", "user"]
    assert "level is A1" in system
    assert "travel" in system
    assert "animals and nature" in system
    assert "exactly one question" in system
    assert "I go to zoo with my brother." in user
    assert '"to the zoo"' in user or "the zoo" in user
    assert '"brother"' in user


def test_a_score_is_never_told_to_the_model() -> None:
    assert "30" not in str(messages(CONTEXT, plan(CONTEXT)))
