"""A run from its plan to its result: cases, the engines that answer them, what differs. Appends nothing to the log."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from events.blobs import BlobsByLearner
from events.errors import EventsError
from events.values import Blob
from replay.counterfactual.asking import Task
from replay.counterfactual.comparison import Pair, compare, engines_of
from replay.counterfactual.errors import NothingToAsk
from replay.counterfactual.folder import Plan, RunFolder
from replay.counterfactual.inputs import Chosen, Log, choose
from replay.counterfactual.metrics import contrasts_of, metrics_of
from replay.counterfactual.prices import Prices
from replay.counterfactual.query import parse_query
from replay.counterfactual.result import Result
from replay.counterfactual.values import LOGGED, SOUND, Answer, Case, Line, Recording
from replay.counterfactual.verdict import Rule, judge

Step = Callable[[int, int], None]
"""Told how many cases are done, of how many."""
Answers = dict[tuple[str, str], Answer]
"""By case and engine."""


class Finished(Struct, frozen=True, kw_only=True):
    """A result, and the pairs of answers that it was made from."""

    result: Result
    pairs: dict[str, tuple[Pair, ...]]


class Source(Struct, frozen=True, kw_only=True):
    """Where the inputs come from."""

    log: Log
    blobs: BlobsByLearner


class Crew(Protocol):
    """Engines that work through tasks; see `replay.counterfactual.worker.Workers`."""

    def prepare(self) -> None:
        """Load the engines. Raises `actors.chain.ChainExhausted` when one does not load."""
        ...

    def work(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """The answers, in any order."""
        ...


class Means(Struct, frozen=True, kw_only=True):
    """What a run is made with: who works (for a kind and its engines), and what engines cost."""

    crew: Callable[[str, tuple[str, ...]], AbstractContextManager[Crew]]
    prices: Prices = Prices()


def run(
    plan: Plan, source: Source, means: Means, folder: RunFolder, *, rules: Sequence[Rule] = (), step: Step | None = None
) -> Finished:
    """Ask what is not answered yet, then compare. ``plan`` is as `RunFolder.begin` gave it.

    Raises `NothingToAsk`, `ResultsUnusable`, and what the log raises; `actors.chain.ChainExhausted` when an engine does
    not load. What was answered before stays in the folder.
    """
    query = parse_query(plan.query)
    chosen = choose(source.log, plan.kind, query, position=plan.position, limit=plan.limit, seed=plan.seed)
    if not chosen.cases:
        told = ", ".join(f"{count} × {reason}" for reason, count in chosen.left_out)
        raise NothingToAsk(plan.kind, plan.query, told)
    answers = _answered(plan, chosen, source.blobs, means, folder, step)
    return _finished(plan, chosen, answers, means.prices, rules)


def baseline_of(plan: Plan, case: Case) -> str:
    """Whose answer to a case is the baseline: the log's, or that of the baseline engine."""
    return LOGGED if case.logged is not None and not plan.rerun else plan.baseline


def known_answers(plan: Plan, cases: Sequence[Case], folder: RunFolder) -> Answers:
    """Every answer by case and engine that is there already: in the folder, or logged. Raises `ResultsUnusable`."""
    answers = {(answer.case, answer.asked): answer for answer in folder.answers()}
    for case in cases:
        if baseline_of(plan, case) == LOGGED and case.logged is not None and not isinstance(case.prompt, Line):
            answers[case.id, LOGGED] = case.logged
    return answers


def _answered(
    plan: Plan, chosen: Chosen, blobs: BlobsByLearner, means: Means, folder: RunFolder, step: Step | None
) -> Answers:
    """Every answer by case and engine, those known and those given now."""
    answers = known_answers(plan, chosen.cases, folder)
    total = len(chosen.cases)
    open_cases = [case for case in chosen.cases if _asked(plan, case, answers)]
    left = {case.id: len(_asked(plan, case, answers)) for case in open_cases}
    if step:
        step(total - len(left), total)
    if not open_cases:
        return answers
    engines = tuple(dict.fromkeys(name for case in open_cases for name in _asked(plan, case, answers)))
    with means.crew(plan.kind, engines) as crew:
        crew.prepare()
        tasks = _tasks(open_cases, lambda case: _asked(plan, case, answers), blobs, answers)
        for answer in crew.work(tasks):
            folder.keep(answer)
            answers[answer.case, answer.asked] = answer
            left[answer.case] -= 1
            if left[answer.case] <= 0 or answer.asked == SOUND:
                left.pop(answer.case)
                if step:
                    step(total - len(left), total)
    for gone in left:  # those whose sound is gone: `_tasks` has answered them
        folder.keep(answers[gone, SOUND])
    if step:
        step(total, total)
    return answers


def _asked(plan: Plan, case: Case, answers: Answers) -> tuple[str, ...]:
    """The engines that are still to answer a case; none when its sound is gone."""
    if (case.id, SOUND) in answers:
        return ()
    names = dict.fromkeys((*plan.candidates, baseline_of(plan, case)))
    return tuple(name for name in names if (case.id, name) not in answers)


def _tasks(
    cases: Sequence[Case], asked: Callable[[Case], tuple[str, ...]], blobs: BlobsByLearner, answers: Answers
) -> Iterator[Task]:
    """What is to be asked. A case whose sound is gone gets the answer `SOUND` instead."""
    for case in cases:
        names = asked(case)
        try:
            sound = tuple(blobs.of(case.learner).get(blob.sha256) for blob in _sounds(case, names))
        except EventsError as error:
            if error.retryable:
                raise
            answers[case.id, SOUND] = Answer(case=case.id, asked=SOUND, fault=f"{type(error).__name__}: {error}")
            continue
        yield Task(case=case, asked=names, sound=sound)


def _sounds(case: Case, asked: Sequence[str]) -> tuple[Blob, ...]:
    match case.prompt:
        case Recording(audio=audio):
            return (audio,)
        case Line(audio=audio) if LOGGED in asked:
            return audio
        case _:
            return ()


def _finished(plan: Plan, chosen: Chosen, answers: Answers, prices: Prices, rules: Sequence[Rule]) -> Finished:
    usable = [case for case in chosen.cases if (case.id, SOUND) not in answers]
    gone = Counter(_kind_of(answers[case.id, SOUND].fault) for case in chosen.cases if (case.id, SOUND) in answers)
    metrics, contrasts = metrics_of(plan.kind, prices), contrasts_of(plan.kind)
    pairs = {name: _pairs(plan, name, usable, answers) for name in plan.candidates}
    comparisons = tuple(compare(name, pairs[name], metrics, contrasts, seed=plan.seed) for name in plan.candidates)
    result = Result(
        plan=plan,
        found=chosen.found,
        cases=len(usable),
        learners=len({case.learner for case in usable}),
        logged=sum(baseline_of(plan, case) == LOGGED for case in usable),
        left_out=(*chosen.left_out, *sorted(gone.items())),
        baseline=engines_of([answers[case.id, baseline_of(plan, case)] for case in usable]),
        comparisons=comparisons,
        verdicts=tuple(judge(comparison, rule) for comparison in comparisons for rule in rules),
    )
    return Finished(result=result, pairs=pairs)


def _pairs(plan: Plan, candidate: str, cases: Sequence[Case], answers: Answers) -> tuple[Pair, ...]:
    return tuple(
        Pair(case=case, baseline=answers[case.id, baseline_of(plan, case)], candidate=answers[case.id, candidate])
        for case in cases
    )


def _kind_of(fault: str) -> str:
    return f"its sound cannot be used ({fault.partition(':')[0]})"
