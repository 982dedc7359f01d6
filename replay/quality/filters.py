"""Filters: what a row's measures must be for it to stay. Measures nothing."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from replay.quality.catalogue import measure_named
from replay.quality.errors import ImpossibleFilter


class Filter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row stays when its measure lies within the bounds (both inclusive).

    ``missing`` says what becomes of a row that lacks the measure: it has no audio, say, or no pause to tell noise by.
    """

    measure: str
    at_least: float | None = None
    at_most: float | None = None
    missing: Literal["drop", "keep"] = "drop"


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether a row stays. ``cause`` is one for all rows that fail alike ("snr_db below 15"); ``reason`` tells this
    row's own figure. Both are empty for a row that stays."""

    keep: bool
    cause: str = ""
    reason: str = ""


KEPT = Verdict(keep=True)


def check(filters: Iterable[Filter]) -> None:
    """Raises UnknownMeasure, or ImpossibleFilter when nothing could pass or nothing could fail."""
    for one in filters:
        measure = measure_named(one.measure)
        if one.at_least is None and one.at_most is None:
            raise ImpossibleFilter(one.measure, "has no bound: give at_least, at_most or both.")
        if one.at_least is not None and one.at_most is not None and one.at_least > one.at_most:
            fault = f"asks for at least {one.at_least:g} and at most {one.at_most:g}: nothing is both."
            raise ImpossibleFilter(one.measure, fault)
        above = one.at_least is not None and not one.at_least <= measure.high
        below = one.at_most is not None and not one.at_most >= measure.low
        if above or below:
            fault = f"keeps nothing: it is from {measure.low:g} to {measure.high:g} ({measure.unit})."
            raise ImpossibleFilter(one.measure, fault)


def judge(filters: Iterable[Filter], quality: Mapping[str, float | None]) -> Verdict:
    """The verdict of the first filter that drops the row, in the order given."""
    for one in filters:
        figure = quality.get(one.measure)
        if figure is None:
            if one.missing == "keep":
                continue
            how = "could not be measured" if one.measure in quality else "is not measured in such a row"
            return Verdict(keep=False, cause=f"{one.measure} missing", reason=f"{one.measure} {how}")
        if one.at_least is not None and not figure >= one.at_least:
            return _dropped(one.measure, figure, "below", one.at_least)
        if one.at_most is not None and not figure <= one.at_most:
            return _dropped(one.measure, figure, "above", one.at_most)
    return KEPT


def _dropped(measure: str, figure: float, side: str, bound: float) -> Verdict:
    reason = f"{measure} {figure:.4g} is {side} {bound:g}"
    return Verdict(keep=False, cause=f"{measure} {side} {bound:g}", reason=reason)
