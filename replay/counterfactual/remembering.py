"""What the log and the data folder remember of a finished run: an event for each candidate, and a line of the register.

The register names whose words the run's folder holds, so that whoever forgets a learner is told of it.
"""

import hashlib
from pathlib import Path

from events.counterfactual import CounterfactualRun, stream_of
from events.envelope import Origin
from events.errors import VersionConflict
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.forgetting import RUN, Dataset
from replay.counterfactual.comparison import Comparison
from replay.counterfactual.result import Result
from replay.counterfactual.run import Finished
from replay.counterfactual.values import LOGGED
from replay.datasets.register import write_line

PRODUCER = "replay"


def remember(finished: Finished, written: bytes, place: Path, log: RecorderEventLog, data: DataFolder) -> None:
    """Append the events that are not there yet, and write the line; ``written`` is ``result.json``.

    Raises `LogUnavailable`; may be done again.
    """
    result = finished.result
    digest = hashlib.sha256(written).hexdigest()
    learners = {pair.case.learner for pairs in finished.pairs.values() for pair in pairs}
    stream = stream_of(result.plan.kind)
    write_line(
        data,
        Dataset(
            name=stream,
            version=digest[:12],
            learners=tuple(sorted(learners)),
            place=str(place.absolute()),
            made=RUN,
        ),
    )
    origin = Origin(learner="", causation="", correlation=stream, producer=PRODUCER)
    runs = [_event(result, comparison, digest) for comparison in result.comparisons]
    while True:
        before = log.read(stream)
        known = {each.event for each in before if isinstance(each.event, CounterfactualRun)}
        try:
            log.append(stream, [run for run in runs if run not in known], expected_version=len(before), origin=origin)
        except VersionConflict:
            continue
        return


def _event(result: Result, comparison: Comparison, digest: str) -> CounterfactualRun:
    plan, first = result.plan, comparison.measured[0]
    engine = comparison.engines[0] if comparison.engines else None
    verdicts = [each for each in result.verdicts if each.candidate == comparison.candidate]
    return CounterfactualRun(
        kind=plan.kind,
        candidate=comparison.candidate,
        baseline=LOGGED if result.logged == result.cases else plan.baseline,
        position=plan.position,
        sessions=plan.query,
        cases=first.cases,
        learners=first.learners,
        metric=first.name,
        result_sha256=digest,
        version=engine.version if engine else "",
        digest=engine.digest if engine else "",
        difference=first.difference.value,
        low=first.difference.low,
        high=first.difference.high,
        rules=tuple(f"{each.rule.metric} {each.rule.margin:g}" for each in verdicts),
        verdicts=tuple(each.outcome for each in verdicts),
    )
