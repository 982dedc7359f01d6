"""What the formats of conversations ask of a row: messages, or a prompt with a better and a worse answer."""

from typing import Any

from msgspec import Struct

from replay.datasets.rows import Row


class Message(Struct, frozen=True):
    """``role`` is system, user (the learner) or assistant (the tutor)."""

    role: str
    content: str


class Preference(Struct, frozen=True):
    """Two answers to the same messages."""

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]


def conversation_of(row: Row) -> tuple[Message, ...] | Preference:
    """A dialogue's messages, or a preference."""
    if "messages" in row.columns:
        return _messages(row.columns["messages"])
    return Preference(*(_messages(row.columns[name]) for name in ("prompt", "chosen", "rejected")))


def _messages(found: Any) -> tuple[Message, ...]:
    return tuple(Message(each["role"], each["content"]) for each in found)
