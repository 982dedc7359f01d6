"""What the rules would do with a turn: the plan that a language model's reply must keep to. Speaks to no model."""

from msgspec import Struct

from policies.tutor import conversation, reactions, remarks, utterance
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.remarks import Finding
from policies.tutor.reply import reply
from policies.tutor.utterance import Utterance


class Plan(Struct, frozen=True, kw_only=True):
    """The rules' own reply, what they understood, and the findings that feedback may rest on, the most useful first."""

    rules: tuple[Sentence, ...]
    heard: Utterance
    findings: tuple[Finding, ...]
    emotion: str
    topic: str = ""

    @property
    def exercise(self) -> Sentence | None:
        """The sentence that sets the next exercise; it is said as the rules say it."""
        return next((sentence for sentence in self.rules if sentence.exercise), None)

    @property
    def question(self) -> Sentence | None:
        """The rules' question, to close a reply that has none."""
        return next((sentence for sentence in self.rules if sentence.text.endswith("?")), None)


def plan(context: TutorContext) -> Plan:
    """Plan the turn by the rules."""
    heard = utterance.understand(context)
    findings = (*remarks.praises(context)[:1], *remarks.tips(context)[:2])
    sentences = reply(context)
    topic = next((sentence.topic for sentence in sentences if sentence.topic), "")
    slip = conversation.recurring(heard, context)
    if slip is not None:
        findings += (Finding(kind="slip", slots={"better": slip[1]}, evidence=slip[0], weight=0.5),)
    return Plan(rules=sentences, heard=heard, findings=findings, emotion=reactions.mood(heard), topic=topic)
