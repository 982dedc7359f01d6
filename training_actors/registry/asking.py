"""The part of the gate that asks logged recordings again, of the candidate and of the model in service."""

import argparse
from itertools import count
from pathlib import Path

from actors.pronunciation.model import SHIPPED_VERSION
from events.location import DataFolder
from events.training import RuleVerdict
from replay.counterfactual.errors import NothingToAsk
from replay.counterfactual.folder import RESULT, RunFolder
from replay.counterfactual.launch import Request, counterfactual
from replay.counterfactual.verdict import UNDECIDED

ENGINE = "colloquy"
RULES = {
    "failures=0.01": "answers not given: at most 1 % more",
    "rtf=0.1": "real-time factor: at most 0.1 more",
}
"""Of 100 recordings one more without an answer; the real-time factor, so that no learner waits longer. Not agreement
with people: both models have learnt from what is rated in the log, and who knows it by heart agrees best."""


def run_folder(runs: Path, name: str) -> Path:
    """Where a run goes: to the folder of one that was broken off, else to a new one.

    One that was finished stays, and knows nothing of what has been said since.
    """
    return next(folder for number in count(1) if not ((folder := runs / f"{name}-{number}") / RESULT).exists())


def asked_again(
    arguments: argparse.Namespace, out: Path, data: DataFolder, over: str
) -> tuple[tuple[RuleVerdict, ...], str]:
    """What comes of the rules, and the run's hash; undecided where the log holds no recordings that fit."""
    request = Request(
        swaps=(f"pronunciation={ENGINE}@{arguments.version}",),
        baseline=f"{ENGINE}@{over or SHIPPED_VERSION}",
        out=out,
        sessions=arguments.sessions,
        limit=arguments.limit,
        workers=arguments.workers,
        rules=tuple(RULES),
    )
    try:
        result = counterfactual(request, data)
    except NothingToAsk as error:
        return tuple(RuleVerdict(rule=rule, outcome=UNDECIDED, reason=str(error)) for rule in RULES.values()), ""
    told = tuple(
        RuleVerdict(rule=rule, outcome=verdict.outcome, reason=verdict.reason)
        for rule, verdict in zip(RULES.values(), result.verdicts, strict=True)
    )
    _, digest = RunFolder(out).finished()
    return told, digest
