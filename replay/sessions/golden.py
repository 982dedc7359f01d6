"""What is kept beside the log of a golden lesson: the state that it led to and the messages that its client was sent.

``state.json``, ``messages.jsonl`` (of a binary message its header) and ``digest.txt`` (over all bytes; media are stood
in for by their hashes, which the events pin) must come out of ``log.jsonl`` again, byte for byte.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from actors.session.state import initial
from events.envelope import Recorded
from events.upcasters import lifted
from replay.sessions.differences import ABSENT, Difference, differences
from replay.sessions.session import digest_of, frames_of, header_of, state_json, state_of
from replay.sessions.verification import DIVERGES, Finding, finding_at

STATE, MESSAGES, DIGEST = "state.json", "messages.jsonl", "digest.txt"


class _Place(Struct):
    """The event that a message rests on."""

    seq: int


def hash_as_payload(sha256: str) -> bytes:
    """Stands in for a blob."""
    return sha256.encode()


def golden_findings(recorded: Sequence[Recorded], folder: Path) -> Iterator[Finding]:
    """Where the state or the messages of a lesson are others than those kept in its folder; nothing kept, nothing told.

    Fields that the state has gained since must be as in the beginning; events in it are told as today's.
    """
    events = tuple(recorded)
    if (folder / STATE).exists():
        then: dict[str, Any] = lifted(msgspec.json.decode((folder / STATE).read_bytes()))
        now: dict[str, Any] = msgspec.json.decode(state_json(state_of(events)))
        fresh: dict[str, Any] = msgspec.json.decode(state_json(initial()))
        gained = {name: fresh[name] for name in now if name not in then}
        if found := differences({**then, **gained}, now):
            yield finding_at(events[-1], DIVERGES, "state", fields=found)
    if (folder / MESSAGES).exists():
        frames = frames_of(events, hash_as_payload)
        kept = (folder / MESSAGES).read_text().splitlines()
        different = list(_messages(events, kept, [header_of(frame) for frame in frames]))
        yield from different
        digest = digest_of(frames)
        if not different and (folder / DIGEST).exists() and (then_ := (folder / DIGEST).read_text().strip()) != digest:
            yield finding_at(
                events[-1], DIVERGES, "messages", fields=(Difference(path="digest", logged=then_, now=digest),)
            )


def _messages(events: Sequence[Recorded], kept: Sequence[str], made: Sequence[str]) -> Iterator[Finding]:
    """The messages that differ, each by the event that it rests on."""
    versions = {recorded.version: recorded for recorded in events}
    for number in range(max(len(kept), len(made))):
        then = kept[number] if number < len(kept) else ""
        now = made[number] if number < len(made) else ""
        if then == now:
            continue
        one, other = (msgspec.json.decode(text) if text else ABSENT for text in (then, now))
        version = msgspec.json.decode(then or now, type=_Place).seq
        # Equal values in another order, or written otherwise, are other bytes as well.
        found = differences(one, other) or (Difference(path="$", logged=then, now=now),)
        yield finding_at(versions.get(version, events[-1]), DIVERGES, f"message {number + 1}", fields=found)
