"""The published JSON Schemas (draft 2020-12): one for each event type, one for the envelope. For readers not in Python.

Readers must accept fields that a schema does not name: new ones may be added to a type with a default. Of a value that
is stored by place (`events.values`) the ``prefixItems`` have the fields' names as titles; new ones come last.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from events import values
from events.codec import EVENT_TYPES, StoredEnvelope

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(types: Sequence[type[Struct]] = EVENT_TYPES) -> dict[str, dict[str, Any]]:
    """The schemas by name: ``envelope`` and every type's tag."""
    named = {"envelope": StoredEnvelope} | {str(kind.__struct_config__.tag): kind for kind in types}
    return {name: _schema(name, kind) for name, kind in named.items()}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write each schema to ``folder/NAME.json``; the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(schema, indent=2) + "\n")
        paths.append(path)
    return tuple(paths)


def _schema(name: str, kind: type[Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema(kind)
    # The type itself goes to the top level, so that a reader need not follow a reference to see what it is.
    own = schema["$defs"].pop(schema["$ref"].rpartition("/")[2])
    for title, definition in schema["$defs"].items():
        for item, field in zip(definition.get("prefixItems", ()), _fields(title), strict=True):
            item["title"] = field
    definitions = {"$defs": schema["$defs"]} if schema["$defs"] else {}
    return {"$schema": DIALECT, "$id": f"urn:colloquy:event:{name}", **own, **definitions}


def _fields(title: str) -> tuple[str, ...]:
    """The fields of a value that is stored by place, () for any other."""
    kind = getattr(values, title, None)
    return kind.__struct_fields__ if kind is not None and kind.__struct_config__.array_like else ()
