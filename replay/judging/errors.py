"""Faults of judging; each message says what is wrong and the way out."""

from collections.abc import Sequence
from pathlib import Path

from replay.errors import ReplayError


class NoReplies(ReplayError):
    """The run is not one of tutors."""

    def __init__(self, folder: Path, kind: str) -> None:
        super().__init__(folder, kind)
        self.folder, self.kind = folder, kind

    def __str__(self) -> str:
        return (
            f"{self.folder} holds a run of {self.kind} engines, and only replies of tutors are judged:"
            " `python -m replay counterfactual --swap tutor=ENGINE --out DIR` asks another tutor"
        )


class CandidateUnclear(ReplayError):
    """The run asked several engines, or none of this name."""

    def __init__(self, name: str, there: Sequence[str]) -> None:
        super().__init__(name, tuple(there))
        self.name, self.there = name, tuple(there)

    def __str__(self) -> str:
        asked = ", ".join(self.there)
        return f"--candidate {self.name or 'ENGINE'}: name one of the engines that the run asked: {asked}"


class JudgeUnnamed(ReplayError):
    """This machine does not tell who judges: give --judge NAME."""

    def __str__(self) -> str:
        return str(self.__doc__)


class LearnerAway(ReplayError):
    """The learner has been forgotten meanwhile, or withdrew: what they said is not judged."""

    def __str__(self) -> str:
        return str(self.__doc__)


class LinesUnusable(ReplayError):
    """A file of judgements cannot be read."""

    def __init__(self, path: Path, reason: str, *, absent: bool = False) -> None:
        super().__init__(path, reason)
        self.path, self.reason, self.absent = path, reason, absent

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class BadLine(ReplayError):
    """A line of a file of judgements is none; nothing of the file was taken."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path, self.line, self.reason = path, line, reason

    def __str__(self) -> str:
        return (
            f"{self.path}, line {self.line}: {self.reason}; nothing of the file was taken: mend the line, or remove it"
        )
