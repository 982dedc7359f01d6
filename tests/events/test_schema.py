import json
import random
from pathlib import Path

import jsonschema
import msgspec
import pytest

from events.codec import EVENT_TYPES, encode
from events.memory import MemoryEventLog
from events.schema import schemas, write_schemas
from tests.events.samples import origin, random_event


def test_there_is_a_valid_schema_for_the_envelope_and_every_type(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "schemas")

    assert {path.stem for path in paths} == {"envelope"} | {kind.__struct_config__.tag for kind in EVENT_TYPES}
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_stored_events_fulfil_the_published_schemas() -> None:
    published, rng = schemas(), random.Random(5)
    for _ in range(60):
        (recorded,) = MemoryEventLog().append("s", [random_event(rng)], expected_version=0, origin=origin())
        stored = json.loads(encode(recorded))
        jsonschema.validate(stored, published["envelope"], cls=jsonschema.Draft202012Validator)
        jsonschema.validate(stored["data"], published[recorded.type], cls=jsonschema.Draft202012Validator)


def test_the_schema_names_what_is_stored_by_place() -> None:
    viseme = schemas()["tutor.spoken.v2"]["$defs"]["Viseme"]
    assert [item["title"] for item in viseme["prefixItems"]] == ["viseme", "start_ms", "end_ms", "weight"]
    assert viseme["minItems"] == 3


def test_a_wrong_event_does_not_fulfil_its_schema() -> None:
    event = random_event(random.Random(0))
    tag = str(event.__struct_config__.tag)
    payload = msgspec.to_builtins(event)
    for wrong in (payload | {"type": "other"}, {"type": tag}, []):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schemas()[tag], cls=jsonschema.Draft202012Validator)
