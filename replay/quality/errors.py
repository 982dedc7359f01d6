"""Faults of measures; each message says what is wrong and the way out."""

import difflib
from collections.abc import Collection

from replay.errors import ReplayError


class QualityError(ReplayError):
    """A measure cannot be used."""


class UnknownMeasure(QualityError):
    """There is no measure of this name."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(name, tuple(known))
        self.name, self.known = name, tuple(known)

    def __str__(self) -> str:
        near = difflib.get_close_matches(self.name, self.known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.known)}"
        return f"there is no measure {self.name!r}; {hint}"
