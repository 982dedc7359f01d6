"""Faults of replay; each message says what is wrong and the way out."""


class ReplayError(Exception):
    """Something of the log, a spec, a corpus or a dataset cannot be used."""


class LibraryMissing(ReplayError):
    """A library that comes with an extra is not installed."""

    def __init__(self, library: str, purpose: str, extra: str = "datasets") -> None:
        super().__init__(
            f"{purpose} needs {library}, which is not installed: "
            f'install the extra "{extra}" (uv pip install -r pyproject.toml --extra {extra} -c constraints.txt).'
        )
        self.library = library
        self.extra = extra
