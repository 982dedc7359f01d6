"""The rules as an engine."""

from actors.ports import Tutor
from actors.tutor.rules import RulesTutor
from policies.tutor.context import TutorContext


def test_the_rules_answer_as_a_tutor_of_the_port() -> None:
    tutor: Tutor = RulesTutor()
    context = TutorContext(session="s", turn=0, tutor="iris", goal="", level="A1", mode="conversation", seed=1)
    sentences = list(tutor.reply(context))
    assert "Iris" in sentences[0].text
    assert sentences[-1].text.endswith("?")
    assert (tutor.name, tutor.digest) == ("rules", "")
