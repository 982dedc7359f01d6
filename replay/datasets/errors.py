"""Faults of datasets; each message names the fault and the way out."""

from collections.abc import Sequence
from pathlib import Path

from replay.errors import ReplayError

NAMED_ROWS = 20
"""Rows that a message names."""


class SpecUnusable(ReplayError):
    """A spec cannot be read, or asks for what cannot be."""

    def __init__(self, file: str, path: str, reason: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(file, path, reason, tuple(allowed))
        self.file, self.path, self.reason, self.allowed = file, path, reason, tuple(allowed)

    def __str__(self) -> str:
        told = f"{self.file}: {self.reason} at `{self.path}`"
        return f"{told}; allowed: {', '.join(self.allowed)}" if self.allowed else told


class FolderOccupied(ReplayError):
    """The folder holds something else than what is to be written there."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(folder, what)
        self.folder, self.what = folder, what

    def __str__(self) -> str:
        return f"{self.folder} holds {self.what}; give another --out, or --replace to delete it first"


class BuildRunning(ReplayError):
    """Another process is writing into the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"another process is making a dataset in {self.folder}; wait for it, or give another --out"


class PositionUnknown(ReplayError):
    """The log does not reach as far as it should be read."""

    absent = True

    def __init__(self, position: int, head: int) -> None:
        super().__init__(position, head)
        self.position, self.head = position, head

    def __str__(self) -> str:
        if not self.head:
            return "the log holds no events; hold a lesson or import a corpus first"
        return f"the log ends at position {self.head}, before {self.position}; give --at 1 to {self.head}, or none"


class ConsentChanged(ReplayError):
    """A learner withdrew or was forgotten while a dataset with them was being made; nothing of it was published."""

    def __init__(self, learners: Sequence[str]) -> None:
        super().__init__(tuple(learners))
        self.learners = tuple(learners)

    def __str__(self) -> str:
        named = ", ".join(self.learners)
        return (
            f"{named} withdrew or was forgotten meanwhile: what was made has been deleted; run the same command again"
        )


class WorkerLost(ReplayError):
    """A replay worker died again and again at the same piece of work."""

    def __init__(self, work: str, reason: str) -> None:
        super().__init__(work, reason)
        self.work, self.reason = work, reason

    def __str__(self) -> str:
        return (
            f"the worker died at {self.work}: {self.reason}. What is finished stays: run the same command again, with"
            " fewer --workers if the memory was short"
        )


class StorageRefused(ReplayError):
    """The dataset cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder, self.reason = folder, reason

    def __str__(self) -> str:
        return (
            f"cannot write to {self.folder}: {self.reason}. What is finished stays: mend it (free some space, say),"
            " then run the same command again"
        )


class DatasetUnreadable(ReplayError):
    """A folder is no finished dataset, or has been altered."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder, self.reason = folder, reason
        self.absent = not folder.exists()

    def __str__(self) -> str:
        return (
            f"{self.folder} is no finished dataset: {self.reason}; `python -m replay dataset SPEC --out DIR` makes one"
        )


class RowAmbiguous(ReplayError):
    """Several rows of a dataset have ids that begin so."""

    absent = True

    def __init__(self, row: str, folder: Path, rows: tuple[str, ...]) -> None:
        super().__init__(row, folder, rows)
        self.row, self.folder, self.rows = row, folder, rows

    def __str__(self) -> str:
        named = "".join(f"\n  {row}" for row in self.rows[:NAMED_ROWS])
        more = f"\n  and {len(self.rows) - NAMED_ROWS:,} more" if len(self.rows) > NAMED_ROWS else ""
        return f"{len(self.rows):,} rows of {self.folder} begin with {self.row!r}; give more of one:{named}{more}"


class RowUnknown(ReplayError):
    """A dataset has no row of this id."""

    absent = True

    def __init__(self, row: str, folder: Path, example: str) -> None:
        super().__init__(row, folder, example)
        self.row, self.folder, self.example = row, folder, example

    def __str__(self) -> str:
        return f"{self.folder} has no row {self.row!r}; ids look like {self.example!r}"
