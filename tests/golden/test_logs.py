"""Logs of earlier days must be read for ever. ``logs/*.jsonl`` are archives (`events.archive`) that never change.

Add one with ``python -m events export tests/golden/logs/NAME.jsonl --stream SESSION``.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from events.archive import read_archive
from events.codec import EVENT_TYPES, encode
from events.envelope import Unknown
from events.upcasters import lifted

LOGS = sorted(Path(__file__).parent.glob("logs/*.jsonl"))


def holds(today: Any, then: Any) -> bool:
    """Whether everything that was stored then is there today with the same value; new fields may have come."""
    if isinstance(then, dict):
        return isinstance(today, dict) and all(key in today and holds(today[key], then[key]) for key in then)
    if isinstance(then, list):
        return isinstance(today, list) and len(today) == len(then) and all(map(holds, today, then))
    return bool(today == then) and type(today) is type(then)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_every_golden_event_is_still_understood(path: Path) -> None:
    versions: Counter[str] = Counter()
    for recorded in read_archive(path):
        assert not isinstance(recorded.event, Unknown)
        versions[recorded.stream] += 1
        assert recorded.version == versions[recorded.stream]
    assert versions


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_no_golden_fact_is_lost_or_changed_by_reading_and_writing(path: Path) -> None:
    for line, recorded in zip(path.read_bytes().splitlines(), read_archive(path), strict=True):
        then = json.loads(line)
        then["data"] = lifted(then["data"])
        assert holds(json.loads(encode(recorded)), {**then, "type": recorded.type})
        assert recorded.type == then["data"]["type"]


def test_every_type_has_a_golden_event() -> None:
    tags = {recorded.type for path in LOGS for recorded in read_archive(path)}

    assert {kind.__struct_config__.tag for kind in EVENT_TYPES} <= tags
