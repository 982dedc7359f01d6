"""Where two values differ, field by field, with the JSON path of each field. Compares, and judges nothing."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

ABSENT = "(absent)"
"""Stands for what only the other value has."""


class Difference(Struct, frozen=True, kw_only=True):
    """One field: what the log holds of it, and what the code gives now, both as JSON values."""

    path: str
    logged: Any
    now: Any


def differences(logged: object, now: object) -> tuple[Difference, ...]:
    """The fields in which two values of the same shape differ, in order. Numbers must be equal to the last bit."""
    return tuple(_between(msgspec.to_builtins(logged), msgspec.to_builtins(now), "$"))


def _between(logged: Any, now: Any, path: str) -> Iterator[Difference]:
    if isinstance(logged, dict) and isinstance(now, dict):
        for name in [*logged, *(name for name in now if name not in logged)]:
            yield from _between(logged.get(name, ABSENT), now.get(name, ABSENT), f"{path}.{name}")
    elif isinstance(logged, list | tuple) and isinstance(now, list | tuple):
        for index in range(max(len(logged), len(now))):
            yield from _between(_item(logged, index), _item(now, index), f"{path}[{index}]")
    elif logged != now or type(logged) is not type(now):
        yield Difference(path=path, logged=logged, now=now)


def _item(values: list[Any] | tuple[Any, ...], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT
