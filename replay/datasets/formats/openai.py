"""OpenAI's fine-tuning files: chats for supervised fine-tuning, pairs for preference fine-tuning; a file a split.

After OpenAI's guides "Supervised fine-tuning" and "Direct preference optimization". Their lines may hold nothing else,
so the ids of the rows stand in a file beside, line for line.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay.datasets.formats.conversation import Preference, conversation_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row


class OpenAIFineTuning:
    """Writes ``SPLIT.jsonl`` and ``SPLIT.ids``."""

    parted = False

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        encode = msgspec.json.Encoder().encode
        with open(folder / f"{part.split}.jsonl", "wb") as file, open(folder / f"{part.split}.ids", "wb") as ids:
            for row in rows:
                file.write(encode(_example(row)) + b"\n")
                ids.write(row.id.encode() + b"\n")

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Nothing is common to all splits."""


def _example(row: Row) -> dict[str, Any]:
    found = conversation_of(row)
    if isinstance(found, Preference):
        return {
            "input": {"messages": found.prompt, "tools": [], "parallel_tool_calls": True},
            "preferred_output": found.chosen,
            "non_preferred_output": found.rejected,
        }
    return {"messages": found}
