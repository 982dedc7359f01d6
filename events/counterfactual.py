"""The event of a counterfactual run that was finished. It lies in a stream of its kind's own and holds no learner."""

from msgspec import Struct


class CounterfactualRun(Struct, frozen=True, kw_only=True, tag="counterfactual.run.v1"):
    """Logged inputs of a ``kind`` of engine were put to ``candidate``, beside ``baseline`` ("log" for what was logged).

    ``position`` is where in the log it was read to, ``sessions`` the query; ``cases`` of ``learners`` were compared.
    ``metric`` is the first of its kind; ``difference`` is candidate minus baseline with its 95 % interval, None where
    there is none. ``rules`` are the gate's ("wer 0.02") and ``verdicts`` what came of each: not worse, worse,
    undecided. ``digest`` identifies the candidate's weights, ``result_sha256`` the figures in ``result.json``.
    """

    kind: str
    candidate: str
    baseline: str
    position: int
    sessions: str
    cases: int
    learners: int
    metric: str
    result_sha256: str
    version: str = ""
    digest: str = ""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    rules: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


def stream_of(kind: str) -> str:
    """The stream of the runs of a kind of engine."""
    return f"counterfactual-{kind}"
