"""Faults of replay; each message says what is wrong and the way out."""


class ReplayError(Exception):
    """Something of the log, a spec, a corpus or a dataset cannot be used."""

    absent = False
    """As `events.errors.EventsError.absent`."""


class LibraryMissing(ReplayError):
    """A library that comes with an extra is not installed."""

    def __init__(self, library: str, purpose: str, extra: str = "datasets") -> None:
        super().__init__(library, purpose, extra)
        self.library, self.purpose, self.extra = library, purpose, extra

    def __str__(self) -> str:
        return (
            f"{self.purpose} needs {self.library}, which is not installed: install the extra {self.extra}"
            f" (uv pip install -r pyproject.toml --extra {self.extra} -c constraints.txt)"
        )
