"""Events of which some fields are left unread, for whoever reads millions and needs little of each.

A lean event is an instance of its own type, so folds match it as ever. Whoever looks at a field that was not read is
told so by an error instead of being given something empty: a list of fields that is wrong cannot go unnoticed.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

import msgspec
from msgspec import Raw, Struct

from events.errors import FieldUnread

Unread = tuple[tuple[str, tuple[str, ...]], ...]
"""By tag of an event, the names of the fields that are not read."""


def unread(kind: type[Struct], *fields: str) -> tuple[str, tuple[str, ...]]:
    """One entry of `Unread`. Raises ValueError for a field that events of this kind do not have."""
    missing = set(fields) - set(kind.__struct_fields__)
    if missing:
        raise ValueError(f"{kind.__name__} has no fields {', '.join(sorted(missing))}")
    return str(kind.__struct_config__.tag), fields


@cache
def lean(kind: type[Struct], fields: tuple[str, ...]) -> type[Struct]:
    """The type of events of this kind whose ``fields`` are not read: looking at one raises `FieldUnread`."""
    config = kind.__struct_config__
    made = msgspec.defstruct(
        kind.__name__,
        [(field, Raw, Raw(b"null")) for field in fields],
        bases=(kind,),
        frozen=config.frozen,
        kw_only=True,
        gc=config.gc,
        tag=str(config.tag),
    )
    for field in fields:
        setattr(made, field, property(_refused(str(config.tag), field)))
    return made


def covers(fields: Collection[str], paths: Collection[str]) -> bool:
    """Whether all ``paths`` (`events.sealing.personal.PERSONAL`) lie in these fields."""
    return all(path.partition(".")[0].removesuffix("[]") in fields for path in paths)


def _refused(tag: str, field: str) -> Any:
    def refuse(event: Struct) -> None:
        raise FieldUnread(tag, field)

    return refuse
