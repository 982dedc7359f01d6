"""The parameters of a request: nothing that somebody asked for is passed over in silence. Knows no route."""

import re
from collections.abc import Iterable

from starlette.requests import Request


class BadRequest(Exception):
    """The request cannot be understood."""


def check_parameters(request: Request, known: Iterable[str]) -> None:
    """Raises `BadRequest` for a parameter that is not known, is given twice, or that no database could look up."""
    names = tuple(known)
    given = request.query_params.multi_items()
    for name, value in (*given, *request.path_params.items()):
        if "\0" in value:
            raise BadRequest(f"{name} has a character of code 0, which no database keeps; leave it out.")
    for name, _ in given:
        if name not in names:
            raise BadRequest(f"There is no parameter {name[:40]!r} here; this takes {', '.join(names) or 'none'}.")
        if sum(name == other for other, _ in given) > 1:
            raise BadRequest(f"{name} is given more than once; give it once.")


def whole_number(request: Request, name: str, *, default: int, largest: int) -> int:
    """A parameter from 1 to ``largest``. Raises `BadRequest`."""
    text = request.query_params.get(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= largest:
        raise BadRequest(f"{name} is {text[:40]!r}; it must be a whole number from 1 to {largest}.")
    return int(text)


def required(request: Request, name: str, example: str) -> str:
    """A parameter that must be there. Raises `BadRequest`."""
    value = request.query_params.get(name, "")
    if not value:
        raise BadRequest(f"{name} is missing; add ?{name}={example}.")
    return value
