"""Lessons of earlier days, replayed from the log alone: the same state and the same messages, byte for byte.

``golden/lessons/NAME/`` holds a session's log, the state that it led to and the frames that its client was sent. Media
are stood in for by their hashes, which the events pin. ``python -m tests.replay.make_golden`` adds a lesson.
"""

from pathlib import Path

import pytest

from events.archive import read_archive
from replay.session import digest_of, frames_of, state_json, state_of

LESSONS = sorted((Path(__file__).parents[1] / "golden" / "lessons").glob("*/log.jsonl"))


def hash_as_payload(sha256: str) -> bytes:
    return sha256.encode()


@pytest.mark.parametrize("log", LESSONS, ids=lambda path: path.parent.name)
def test_a_golden_lesson_gives_the_same_state(log: Path) -> None:
    state = state_of(tuple(read_archive(log)))
    assert state_json(state) == (log.parent / "state.json").read_bytes().rstrip(b"\n")


@pytest.mark.parametrize("log", LESSONS, ids=lambda path: path.parent.name)
def test_a_golden_lesson_gives_the_same_messages(log: Path) -> None:
    frames = frames_of(tuple(read_archive(log)), hash_as_payload)
    assert "\n".join(map(headers, frames)) == (log.parent / "messages.jsonl").read_text().rstrip("\n")
    assert digest_of(frames) == (log.parent / "digest.txt").read_text().strip()


def headers(frame: str | bytes) -> str:
    if isinstance(frame, str):
        return frame
    return frame[4 : 4 + int.from_bytes(frame[:4], "big")].decode()


def test_there_is_a_golden_lesson() -> None:
    assert LESSONS
