"""Conversational JSON as ShareGPT's: ``conversations`` of ``from`` (system, human, gpt) and ``value``; a file a split.

Preferences have ``chosen`` and ``rejected`` besides, as LLaMA-Factory reads them; its ``dataset_info.json`` lies there.
Readers want human and gpt in turns, the human first, so what the tutor says before the learner (its greeting) goes to
the end of the system's text.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay.datasets.formats.conversation import Message, Preference, conversation_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row

_FROM = {"system": "system", "user": "human", "assistant": "gpt"}


class ShareGPT:
    """Writes ``SPLIT.jsonl`` and ``dataset_info.json``."""

    parted = False

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        encode = msgspec.json.Encoder().encode
        with open(folder / f"{part.split}.jsonl", "wb") as file:
            file.writelines(encode(_example(row)) + b"\n" for row in rows)

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """What LLaMA-Factory wants to be told."""
        ranking = any(field.name == "chosen" for field in msgspec.structs.fields(about.columns))
        columns = {"messages": "conversations"} | ({"chosen": "chosen", "rejected": "rejected"} if ranking else {})
        told = {
            f"{about.name}-{part.split}": {
                "file_name": f"{part.split}.jsonl",
                "formatting": "sharegpt",
                "ranking": ranking,
                "columns": columns,
            }
            for part in parts
        }
        data = msgspec.json.format(msgspec.json.encode(told, order="deterministic"), indent=2)
        (folder / "dataset_info.json").write_bytes(data + b"\n")


def _example(row: Row) -> dict[str, Any]:
    found = conversation_of(row)
    whole: dict[str, Any] = {"id": row.id}
    if isinstance(found, Preference):
        whole["conversations"] = _conversation(found.prompt)
        whole["chosen"] = _turn("gpt", " ".join(each.content for each in found.chosen))
        whole["rejected"] = _turn("gpt", " ".join(each.content for each in found.rejected))
    else:
        whole["conversations"] = _conversation(found)
    return whole | {"lineage": row.lineage}


def _conversation(messages: Sequence[Message]) -> list[dict[str, str]]:
    roles = [message.role for message in messages]
    first = roles.index("user") if "user" in roles else len(messages)
    system = [message.content for message in messages[:first] if message.role == "system"]
    opening = [message.content for message in messages[:first] if message.role == "assistant"]
    if opening:
        system.append(f"You have begun: {' '.join(opening)}")
    told = [_turn("system", "\n".join(system))] if system else []
    return told + [_turn(_FROM[message.role], message.content) for message in messages[first:]]


def _turn(speaker: str, value: str) -> dict[str, str]:
    return {"from": speaker, "value": value}
