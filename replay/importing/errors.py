"""Why nothing can be imported at all. A single recording that cannot be used is a `replay.importing.corpus.Fault`."""

from pathlib import Path

from replay.errors import ReplayError


class NotACorpus(ReplayError):
    """The folder does not have the layout of a corpus. ``wanted`` says what was expected in it."""

    def __init__(self, folder: Path, wanted: str) -> None:
        super().__init__(str(folder), wanted)
        self.folder = folder
        self.wanted = wanted
        self.absent = not folder.is_dir()

    def __str__(self) -> str:
        there = "is no folder" if not self.folder.is_dir() else f"does not hold what was expected: {self.wanted}"
        return f"nothing was imported: {self.folder} {there}; name the folder that has it"


class CorpusUnreadable(ReplayError):
    """A file that the whole corpus rests on cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(str(path), reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"nothing was imported: {self.path} cannot be read ({self.reason}); fetch the corpus anew"


class ImportHeld(ReplayError):
    """Another process imports into this log."""

    def __str__(self) -> str:
        return "nothing was imported: another process is importing into this log; wait for its end"


class NameUnusable(ReplayError):
    """Streams and learners cannot be named so."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return (
            f"nothing was imported: {self.name!r} cannot stand in the names of learners; give --name (or"
            " --learner-prefix) of up to 60 letters, digits, dots, dashes and underscores"
        )
