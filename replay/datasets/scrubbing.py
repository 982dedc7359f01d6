"""The columns of a row without personal data. Which patterns that is found by, `replay.quality.personal` says."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from policies.tutors import TUTORS
from replay.quality.personal import Scrubbed, scrub

SHORTEST_PERSONAL = 6
"""Characters: no pattern of `replay.quality.personal` is shorter."""
OUR_TUTORS = tuple(tutor.title for tutor in TUTORS)


def scrubbed(columns: Mapping[str, Any], tutors: Collection[str] = ()) -> dict[str, Any] | None:
    """The columns without personal data; None when there is none in them.

    In the tutor's words, which are those of the columns ``tutors`` and of messages with the role assistant, the names
    of our tutors are nobody's and stay: a learner may be called Maya, a tutor that says "I'm called Maya" is ours.
    """
    # One look at all texts together is ten times as quick as one at each, and nearly always enough.
    texts: tuple[list[str], list[str]] = [], []
    for name, value in columns.items():
        _gather((value,), name in tutors, texts)
    if not any(_clean("\n".join(texts[own]), own).found for own in (False, True)):
        return None
    found = False

    def cleaned(value: Any, own: bool) -> Any:
        nonlocal found
        if isinstance(value, str):
            clean = _clean(value, own)
            found = found or bool(clean.found)
            return clean.text
        if isinstance(value, dict):
            own = own or _by_tutor(value)
            return {name: cleaned(each, own) for name, each in value.items()}
        if isinstance(value, tuple | list):
            return tuple(cleaned(each, own) for each in value)
        return value

    clean = {name: cleaned(value, name in tutors) for name, value in columns.items()}
    return clean if found else None


def _clean(text: str, own: bool) -> Scrubbed:
    return scrub(text, spared=OUR_TUTORS if own else ())


def _by_tutor(value: Mapping[str, Any]) -> bool:
    return bool(value.get("role") == "assistant")


def _gather(values: Iterable[Any], own: bool, found: tuple[list[str], list[str]]) -> None:
    """Put all texts that could hold something personal into ``found``: those of others, then those of the tutor.

    No pattern finds anything in one word of letters alone.
    """
    for value in values:
        if isinstance(value, str):
            if len(value) >= SHORTEST_PERSONAL and not value.isalpha():
                found[own].append(value)
        elif isinstance(value, dict):
            _gather(value.values(), own or _by_tutor(value), found)
        elif isinstance(value, tuple | list):
            _gather(value, own, found)
