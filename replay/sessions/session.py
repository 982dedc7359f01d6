"""A session from the log alone: its state, and the messages that its client was sent, byte for byte."""

import hashlib
from collections.abc import Callable

import msgspec
from msgspec import Struct

from actors.session.state import SessionState, evolve, initial
from events.blobs import BlobsByLearner
from events.envelope import NotOfLesson, Recorded
from projections.messages import frame, messages_of


class ReplayedSession(Struct, frozen=True, kw_only=True):
    """What a replay gives: the state, and each durable frame in the order in which it was sent."""

    state: SessionState
    frames: tuple[str | bytes, ...]


def state_of(recorded: tuple[Recorded, ...]) -> SessionState:
    """The session's state after these events."""
    state = initial()
    for item in recorded:
        if not isinstance(item.event, NotOfLesson):
            state = evolve(state, item.event, version=item.version, command=item.causation)
    return state


def replay(recorded: tuple[Recorded, ...], blobs: BlobsByLearner) -> ReplayedSession:
    """State and frames of a session. Raises `BlobMissing` or `BlobCorrupt` when a payload is gone."""
    learner = recorded[0].learner if recorded else ""
    return ReplayedSession(state=state_of(recorded), frames=frames_of(recorded, blobs.of(learner).get))


def frames_of(recorded: tuple[Recorded, ...], read: Callable[[str], bytes]) -> tuple[str | bytes, ...]:
    """The durable frames of these events; ``read`` gives a blob's bytes by its hash.

    Where the learner has been forgotten the texts are empty and so are the payloads.
    """
    return tuple(
        frame(outgoing, b"" if item.forgotten else b"".join(read(blob.sha256) for blob in outgoing.payload))
        for item in recorded
        if not isinstance(item.event, NotOfLesson)
        for outgoing in messages_of(item.event, item.version)
    )


def digest_of(frames: tuple[str | bytes, ...]) -> str:
    """SHA-256 over all frames with their lengths: equal exactly when every byte is."""
    whole = hashlib.sha256()
    for one in frames:
        data = one.encode() if isinstance(one, str) else one
        whole.update(len(data).to_bytes(8, "big"))
        whole.update(data)
    return whole.hexdigest()


def header_of(frame: str | bytes) -> str:
    """A message's JSON: the whole of a text frame, of a binary one the header."""
    if isinstance(frame, str):
        return frame
    return frame[4 : 4 + int.from_bytes(frame[:4], "big")].decode()


def state_json(state: SessionState) -> bytes:
    """The state in a form that can be compared; sets are sorted."""
    return msgspec.json.encode(state, order="deterministic")
