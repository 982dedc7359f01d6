"""What the tutor's policies say today where a log holds what the tutor said then. Asks no engine, no provider."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from actors.session.context import tutor_context
from actors.tutor.provider import sentence_of
from events.lesson import TutorReplied
from policies.feedback.grounding import sentence_fault
from policies.learner import LearnerHistory
from policies.tutor.check import check
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.plan import plan
from policies.tutor.reply import reply
from replay.sessions.decisions import Decision
from replay.sessions.moments import Moments

Histories = Callable[[], Iterator[LearnerHistory]]
"""What the hosts of a session may have known of the learner's earlier lessons, the likeliest first."""


def replied_now(event: TutorReplied, moments: Moments, histories: Histories) -> Decision | None:
    """One sentence of a reply as the rules, or the check of a provider's sentence, give it now.

    An answer may have been begun from several states (`Moments.before_reply`): if the sentence follows from one of
    them, nothing has changed. None for a tutor whose words no policy decides.
    """
    decide = {"rules": _by_rules, "provider": _by_check}.get(event.engine.name)
    if decide is None:
        return None
    first: Decision | None = None
    for context in _contexts(event.turn, moments, histories):
        decision = decide(event, context, moments)
        if decision.now == event:
            return decision
        first = first or decision
    return first


def _contexts(turn: int, moments: Moments, histories: Histories) -> Iterator[TutorContext]:
    told: list[TutorContext] = []
    for history in histories():
        for state in moments.before_reply():
            context = tutor_context(state, turn, history)
            if context not in told:
                told.append(context)
                yield context


def _by_rules(event: TutorReplied, context: TutorContext, moments: Moments) -> Decision:
    sentences = [sentence for sentence in reply(context) if not sentence_fault(sentence, context)]  # as they are said
    if event.sentence >= len(sentences):
        reason = f"the reply has {len(sentences)} sentences now: {' '.join(each.text for each in sentences)!r}"
        return Decision(policy="tutor", now=None, reason=reason)
    last = event.sentence == len(sentences) - 1
    return Decision(policy="tutor", now=_as_event(event, sentences[event.sentence], last=last))


def _by_check(event: TutorReplied, context: TutorContext, moments: Moments) -> Decision:
    """A provider's own words are read from the log; whether they may be said, and on what evidence, is decided."""
    planned = plan(context)
    for own in (planned.exercise, planned.question):
        if own is not None and own.text == event.text:
            return Decision(policy="tutor check", now=_as_event(event, own, last=event.last))
    told = tuple(sentence.text for sentence in moments.state.turns[event.turn].replied)
    verdict = check(event.text, context, planned, told)
    if verdict.fault:
        return Decision(policy="tutor check", now=None, reason=f"the sentence may not be said: {verdict.fault}")
    sentence = sentence_of(event.text, verdict, planned)
    return Decision(policy="tutor check", now=_as_event(event, sentence, last=event.last))


def _as_event(event: TutorReplied, sentence: Sentence, *, last: bool) -> TutorReplied:
    return replace(
        event,
        text=sentence.text,
        last=last,
        emotion=sentence.emotion,
        acts=sentence.acts,
        evidence=sentence.evidence,
        exercise=sentence.exercise,
        topic=sentence.topic,
    )
