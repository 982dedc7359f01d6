"""Faults of a counterfactual run; each message says what is wrong and the way out."""

from collections.abc import Sequence
from pathlib import Path

from replay.errors import ReplayError


class BadSwap(ReplayError):
    """A swap names no kind or no engine that there is."""

    def __init__(self, text: str, kinds: Sequence[str], engines: Sequence[str] = ()) -> None:
        super().__init__(text, tuple(kinds), tuple(engines))
        self.text = text
        self.kinds = tuple(kinds)
        self.engines = tuple(engines)

    def __str__(self) -> str:
        if self.engines:
            return f"--swap {self.text}: there is no such engine; those of this kind are {', '.join(self.engines)}"
        return f"--swap {self.text}: give KIND=ENGINE with a kind of {', '.join(self.kinds)}, as in asr=pocketsphinx"


class EngineNotHere(ReplayError):
    """An engine that there is cannot run on this machine now."""

    def __init__(self, kind: str, name: str, reason: str) -> None:
        super().__init__(kind, name, reason)
        self.kind = kind
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.kind}={self.name} cannot be run here: {self.reason}"


class BadQuery(ReplayError):
    """A query for sessions cannot be read."""

    def __init__(self, text: str, term: str, reason: str) -> None:
        super().__init__(text, term, reason)
        self.text = text
        self.term = term
        self.reason = reason

    def __str__(self) -> str:
        return f"--sessions {self.text!r}: {self.term!r} {self.reason}"


class NothingToAsk(ReplayError):
    """No logged input fits the swap and the query."""

    absent = True

    def __init__(self, kind: str, query: str, left_out: str) -> None:
        super().__init__(kind, query, left_out)
        self.kind = kind
        self.query = query
        self.left_out = left_out

    def __str__(self) -> str:
        why = f" ({self.left_out})" if self.left_out else ""
        return (
            f"no logged input for {self.kind} in the sessions {self.query!r}{why};"
            " `python -m replay list` names the sessions, `--sessions all` takes them all"
        )


class FolderTaken(ReplayError):
    """The folder holds the results of another run."""

    def __init__(self, folder: Path, differs: str) -> None:
        super().__init__(folder, differs)
        self.folder = folder
        self.differs = differs

    def __str__(self) -> str:
        return f"{self.folder} holds another run ({self.differs}); give another --out, or remove that folder"


class NoRun(ReplayError):
    """The folder holds no run, or one that is not finished."""

    absent = True

    def __init__(self, folder: Path, missing: str) -> None:
        super().__init__(folder, missing)
        self.folder = folder
        self.missing = missing

    def __str__(self) -> str:
        return (
            f"{self.folder} holds no finished run (there is no {self.missing}); `python -m replay counterfactual --swap"
            f" KIND=ENGINE --out {self.folder}` makes one, or finishes it"
        )


class ResultsUnusable(ReplayError):
    """The results in the folder cannot be read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; mend it or give another --out, and run the same command again"


class BadRule(ReplayError):
    """A rule of the gate cannot be read or names no metric."""

    def __init__(self, text: str, metrics: Sequence[str]) -> None:
        super().__init__(text, tuple(metrics))
        self.text = text
        self.metrics = tuple(metrics)

    def __str__(self) -> str:
        return (
            f"--rule {self.text}: give METRIC=MARGIN, as in {self.metrics[0]}=0.01; the metrics are"
            f" {', '.join(self.metrics)}"
        )


class RunFailed(ReplayError):
    """What a run rests on failed; what was answered before is kept."""

    def __init__(self, cause: Exception, folder: Path) -> None:
        super().__init__(cause, folder)
        self.cause = cause
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.cause} Answers so far are in {self.folder}: mend it, then run the same command again."
