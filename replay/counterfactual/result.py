"""What a run found, as it is written to ``result.json``: no word of what learners said is in it."""

from msgspec import Struct

from replay.counterfactual.bootstrap import DRAWS, LEVEL
from replay.counterfactual.comparison import Comparison, Engine
from replay.counterfactual.folder import Plan
from replay.counterfactual.verdict import Verdict


class Result(Struct, frozen=True, kw_only=True):
    """A finished run.

    ``found`` cases fitted the query, ``cases`` of ``learners`` were asked; ``left_out`` counts what could not be.
    ``logged`` of them had a baseline in the log, the others were put to the baseline engine too.
    """

    plan: Plan
    found: int
    cases: int
    learners: int
    logged: int
    left_out: tuple[tuple[str, int], ...]
    baseline: tuple[Engine, ...]
    comparisons: tuple[Comparison, ...]
    verdicts: tuple[Verdict, ...] = ()
    draws: int = DRAWS
    level: float = LEVEL

    @property
    def passed(self) -> bool:
        """Whether every rule holds for every candidate."""
        return all(verdict.passed for verdict in self.verdicts)
