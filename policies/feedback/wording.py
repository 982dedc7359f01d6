"""Feedback in the learner's own language: which language that is, its lines and its tips, from one table each."""

import re
import tomllib
from functools import cache
from importlib import resources

from msgspec import Struct, convert

LANGUAGES = ("en", "es", "fr", "de", "vi", "zh")
STAND_IN = "en"
_CHINESE = ("cmn", "yue", "wuu")  # their speakers read the same characters


class Wording(Struct, frozen=True, kw_only=True):
    """One language: its own name, its decimal mark, lines with places to fill, and a tip for each ARPAbet phone."""

    name: str
    decimal: str
    lines: dict[str, str]
    scores: dict[str, str]
    basis: dict[str, str]
    tips: dict[str, str]

    def line(self, key: str, **slots: str) -> str:
        """A line about a sound."""
        return self.lines[key].format(**slots)

    def fact(self, key: str, **slots: str) -> str:
        """A line about what a score rests on."""
        return self.basis[key].format(**slots)

    def number(self, value: float, digits: int = 0) -> str:
        """A figure as this language writes it."""
        return f"{value:.{digits}f}".replace(".", self.decimal)

    def span(self, start_ms: int, end_ms: int) -> str:
        """A stretch of a recording in seconds."""
        return self.line("span", start=self.number(start_ms / 1000, 2), end=self.number(end_ms / 1000, 2))


@cache
def wording(language: str) -> Wording:
    """The table of one of `LANGUAGES`."""
    file = resources.files("policies.feedback").joinpath("languages", f"{language}.toml")
    return convert(tomllib.loads(file.read_text(encoding="utf-8")), Wording)


def language_of(*wanted: str) -> str:
    """The first of `LANGUAGES` among BCP 47 tags ("es-MX" is Spanish), the most wanted first; English if there is none.

    A tag may be the value of an Accept-Language header (RFC 9110), which is taken in the order of its weights;
    a weight of 0 says that the language is not wanted.
    """
    for tag in (tag for tags in wanted for tag in _by_weight(tags)):
        primary = tag.partition("-")[0].lower()
        primary = "zh" if primary in _CHINESE else primary
        if primary in LANGUAGES:
            return primary
    return STAND_IN


def _by_weight(tags: str) -> list[str]:
    parts = [part.partition(";") for part in tags.replace("_", "-").split(",")]
    wanted = sorted(((tag.strip(), _weight(weight)) for tag, _, weight in parts), key=lambda part: -part[1])
    return [tag for tag, weight in wanted if weight]


def _weight(parameter: str) -> float:
    found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
    return float(found[1]) if found else 1.0
