"""From the types of a kind's columns to those of Hugging Face datasets (and so of Arrow and Parquet)."""

import types
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from replay.errors import LibraryMissing

_ABSENT = (type(None), msgspec.UnsetType)
"""What a column that may be empty has beside its type."""
_SCALARS = {str: "string", int: "int64", float: "float64", bool: "bool"}


class ColumnUntyped(TypeError):
    """A column's type has no counterpart: it must be text, number, truth, a struct of such, or a tuple of one type."""

    def __init__(self, column: str, annotation: object) -> None:
        super().__init__(column, annotation)
        self.column, self.annotation = column, annotation

    def __str__(self) -> str:
        return f"column {self.column!r} is {self.annotation}: use str, int, float, bool, a Struct or tuple[X, ...]"


def library() -> Any:
    """The module `datasets` of Hugging Face. Raises LibraryMissing."""
    try:
        import datasets
    except ImportError as error:
        raise LibraryMissing("datasets", "The Hugging Face format") from error
    return datasets


def features_of(columns: type[Struct]) -> dict[str, Any]:
    """The feature of each column, in order. Raises ColumnUntyped."""
    return {field.name: _feature(field.name, field.type) for field in msgspec.structs.fields(columns)}


def _feature(name: str, annotation: Any) -> Any:
    datasets = library()
    if annotation in _SCALARS:
        return datasets.Value(_SCALARS[annotation])
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return features_of(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        known = tuple(each for each in arguments if each not in _ABSENT)
        if len(known) == 1:
            return _feature(name, known[0])
    if get_origin(annotation) in (tuple, list) and (len(arguments) == 1 or arguments[1:] == (...,)):
        return datasets.List(_feature(name, arguments[0]))
    raise ColumnUntyped(name, annotation)
