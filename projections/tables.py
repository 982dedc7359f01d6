"""What the views' tables look like: columns with types and meanings. Knows no database; writes nothing."""

from typing import Any, Literal

from msgspec import Struct

Kind = Literal["text", "integer", "real", "day", "time"]
"""A column's type: UTF-8 text, 64-bit integer, double, calendar day, moment in UTC with microseconds."""
Merge = Literal["", "sum", "min", "max"]
"""How a tally's new value joins the stored one; "" for columns of the key."""


class Column(Struct, frozen=True):
    """A column: its name, type and, for people, what it holds and in which unit."""

    name: str
    kind: Kind
    about: str
    merge: Merge = ""


class Table(Struct, frozen=True, kw_only=True):
    """A table that a projection fills. The first ``keys`` columns are its primary key.

    Rows that are a learner's own have a column ``learner``: by it they are found again to be forgotten.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    keys: int = 1

    @property
    def has_learner(self) -> bool:
        """Whether its rows belong to learners."""
        return any(column.name == "learner" for column in self.columns)


class Summary(Struct, frozen=True, kw_only=True):
    """An SQL view over tables of the same projection, given in ``select`` by their names in braces."""

    name: str
    about: str
    columns: tuple[Column, ...]
    select: str


Relation = Table | Summary
"""What an analyst reads by name."""

Values = tuple[Any, ...]
"""A row in the order of its table's columns: str, int, float, date, datetime or None."""


def text(name: str, about: str, merge: Merge = "") -> Column:
    """A column of text."""
    return Column(name, "text", about, merge)


def integer(name: str, about: str, merge: Merge = "") -> Column:
    """A column of whole numbers."""
    return Column(name, "integer", about, merge)


def real(name: str, about: str) -> Column:
    """A column of floating-point numbers."""
    return Column(name, "real", about)


def day(name: str, about: str, merge: Merge = "") -> Column:
    """A column of calendar days in UTC."""
    return Column(name, "day", about, merge)


def time(name: str, about: str, merge: Merge = "") -> Column:
    """A column of moments in UTC."""
    return Column(name, "time", about, merge)
