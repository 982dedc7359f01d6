"""From a finished run of tutors to the pairs of replies that people are shown. Asks no engine, appends nothing.

A run keeps the replies of its candidates in its folder. What was logged, and what the learner said, is read from the
log again: nothing is shown of a learner who has been forgotten, or who withdrew, since the run.
"""

import hashlib
from collections import Counter

from msgspec import Struct
from msgspec.structs import replace

from events.values import ComparedReply
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.inputs import Log, choose
from replay.counterfactual.query import parse_query
from replay.counterfactual.run import baseline_of, known_answers
from replay.counterfactual.values import Answer, Case, Exchange, Replied
from replay.judging.errors import CandidateUnclear, NoReplies


class BlindPair(Struct, frozen=True, kw_only=True):
    """Two replies to what a learner said in a turn. Which is ``a`` and which ``b``, the run's seed has drawn.

    ``before`` is what the tutor had said before that, "" where it had not; ``case`` is the id of the event that began
    the logged reply.
    """

    case: str
    session: str
    turn: int
    learner: str
    before: str
    said: str
    a: ComparedReply
    b: ComparedReply

    @property
    def texts(self) -> frozenset[str]:
        """Both replies, in whatever order they are shown."""
        return frozenset((self.a.text, self.b.text))


class JudgedRun(Struct, frozen=True, kw_only=True):
    """A run whose replies are judged.

    ``run`` is the hash of its figures; ``left_out`` counts what is not judged, by its reason. ``gone`` are cases that
    were asked and may be shown no more.
    """

    run: str
    pairs: tuple[BlindPair, ...]
    left_out: tuple[tuple[str, int], ...]
    gone: frozenset[str]


def judged_run(folder: RunFolder, log: Log, candidate: str = "") -> JudgedRun:
    """The pairs of a candidate and the baseline, in the run's own order.

    Raises `NoReplies`, `CandidateUnclear`, what `RunFolder.finished` raises, and what the log raises.
    """
    plan, run = folder.finished()
    if plan.kind != "tutor":
        raise NoReplies(folder.root, plan.kind)
    if not candidate and len(plan.candidates) == 1:
        (candidate,) = plan.candidates
    if candidate not in plan.candidates:
        raise CandidateUnclear(candidate, plan.candidates)
    query = parse_query(plan.query)
    chosen = choose(log, plan.kind, query, position=plan.position, limit=plan.limit, seed=plan.seed)
    answers = known_answers(plan, chosen.cases, folder)
    left_out, pairs = Counter(dict(chosen.left_out)), []
    for case in chosen.cases:
        found = _pair(plan, case, answers.get((case.id, baseline_of(plan, case))), answers.get((case.id, candidate)))
        if isinstance(found, BlindPair):
            pairs.append(found)
        else:
            left_out[found] += 1
    asked = {case for case, name in answers if name == candidate}
    return JudgedRun(
        run=run,
        pairs=tuple(pairs),
        left_out=tuple(sorted(left_out.items())),
        gone=frozenset(asked - {case.id for case in chosen.cases}),
    )


def _pair(plan: Plan, case: Case, baseline: Answer | None, candidate: Answer | None) -> BlindPair | str:
    """The pair, or why there is none."""
    assert isinstance(case.prompt, Exchange)
    context = case.prompt.context
    if not context.said:
        return "the learner said no words"
    if baseline is None or candidate is None:
        return "the run did not ask it"
    one, other = _reply(baseline), _reply(candidate)
    if one is None or other is None:
        return "an engine gave no reply"
    if one.text == other.text:
        return "both replies are the same"
    a, b = (other, one) if _swapped(plan, case, candidate.asked) else (one, other)
    return BlindPair(
        case=case.id,
        session=case.session,
        turn=case.turn,
        learner=case.learner,
        before=context.turns[-1].replied if context.turns else "",
        said=context.said,
        a=a,
        b=b,
    )


def _reply(answer: Answer) -> ComparedReply | None:
    if not isinstance(answer.outcome, Replied) or answer.use is None:
        return None
    return ComparedReply(text=answer.outcome.text, engine=replace(answer.use, latency_ms=answer.latency_ms))


def _swapped(plan: Plan, case: Case, candidate: str) -> bool:
    """Whether the candidate's reply comes first; the same in every sitting, for a judge and a file alike."""
    drawn = hashlib.sha256(f"{plan.seed}/{candidate}/{case.session}/{case.version}/order".encode()).digest()
    return bool(drawn[0] & 1)
