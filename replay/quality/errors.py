"""Faults of measures and filters; each message says what is wrong and the way out."""

import difflib
from collections.abc import Collection

from replay.errors import ReplayError


class QualityError(ReplayError):
    """A measure or a filter cannot be used."""


class UnknownMeasure(QualityError):
    """A filter asks for a measure that does not exist."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
        super().__init__(f"There is no measure {name!r}; {hint}")
        self.name = name


class ImpossibleFilter(QualityError):
    """A filter that keeps nothing, or everything, whatever the row."""

    def __init__(self, measure: str, fault: str) -> None:
        super().__init__(f"The filter on {measure} {fault}")
        self.measure = measure
