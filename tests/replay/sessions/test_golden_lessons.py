"""Lessons of earlier days, replayed from the log alone: the same state and the same messages, byte for byte.

``golden/lessons/NAME/`` holds a session's log, the state that it led to and the frames that its client was sent. Media
are stood in for by their hashes, which the events pin. ``python -m tests.replay.sessions.make_golden`` adds a lesson.
"""

import json
from pathlib import Path

import pytest

from actors.session.state import initial
from events.archive import read_archive
from events.upcasters import lifted
from replay.sessions.golden import hash_as_payload
from replay.sessions.session import digest_of, frames_of, header_of, state_json, state_of

LESSONS = sorted((Path(__file__).parents[2] / "golden" / "lessons").glob("*/log.jsonl"))


@pytest.mark.parametrize("log", LESSONS, ids=lambda path: path.parent.name)
def test_a_golden_lesson_gives_the_same_state(log: Path) -> None:
    """Fields that the state has gained since the lesson's day are still as in the beginning."""
    then = lifted(json.loads((log.parent / "state.json").read_bytes()))
    now = json.loads(state_json(state_of(tuple(read_archive(log)))))
    fresh = json.loads(state_json(initial()))
    assert json.dumps({name: now.get(name) for name in then}) == json.dumps(then)
    assert {name: value for name, value in now.items() if name not in then and value != fresh[name]} == {}


@pytest.mark.parametrize("log", LESSONS, ids=lambda path: path.parent.name)
def test_a_golden_lesson_gives_the_same_messages(log: Path) -> None:
    frames = frames_of(tuple(read_archive(log)), hash_as_payload)
    assert "\n".join(map(header_of, frames)) == (log.parent / "messages.jsonl").read_text().rstrip("\n")
    assert digest_of(frames) == (log.parent / "digest.txt").read_text().strip()


def test_there_is_a_golden_lesson() -> None:
    assert LESSONS
