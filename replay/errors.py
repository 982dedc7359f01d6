"""Faults of replay; each message says what is wrong and the way out."""

from projections.wording import installing


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
        command = installing(self.extra)
        return (
            f"{self.purpose} needs {self.library}, which is not installed: `{command}` installs the extra {self.extra}"
        )
