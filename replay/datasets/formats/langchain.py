"""LangChain documents: a `langchain_core.documents.Document` a line, for `Document.model_validate_json`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay.datasets.formats.conversation import Message, Preference, conversation_of
from replay.datasets.formats.writer import About, Part, Sounds
from replay.datasets.rows import Row
from replay.errors import LibraryMissing

_SPEAKERS = {"user": "Learner", "assistant": "Tutor"}


class LangChainDocuments:
    """Writes ``SPLIT-…-of-….jsonl``.

    ``page_content`` is what was said, line for line; ``metadata`` has the row's single values, measures and lineage.
    """

    parted = True

    def __init__(self) -> None:
        try:
            from langchain_core.documents import Document
        except ImportError as error:
            raise LibraryMissing("langchain-core", "The LangChain format") from error
        self._document = Document

    def write(self, part: Part, rows: Iterator[Row], sounds: Sounds, folder: Path, about: About) -> None:
        """See `Writer.write`."""
        with open(folder / f"{part.stem}.jsonl", "w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                document = self._document(id=row.id, page_content=_content(row), metadata=_metadata(row))
                file.write(document.model_dump_json() + "\n")

    def finish(self, parts: Sequence[Part], folder: Path, about: About) -> None:
        """Nothing is common to all parts."""


def _content(row: Row) -> str:
    columns = row.columns
    if "messages" in columns or "prompt" in columns:
        found = conversation_of(row)
        messages = (*found.prompt, *found.chosen) if isinstance(found, Preference) else found
        return "\n".join(_line(message) for message in messages if message.role in _SPEAKERS)
    if "feedback" in columns:
        heard = " ".join(sentence["text"] for sentence in columns["feedback"])
        return f"Learner: {columns['said']}\nTutor: {heard}"
    return str(columns["text"])


def _line(message: Message) -> str:
    return f"{_SPEAKERS[message.role]}: {message.content}"


def _metadata(row: Row) -> dict[str, Any]:
    single = {name: value for name, value in row.columns.items() if isinstance(value, str | int | float)}
    single.pop("text", None)
    measures = {name: value for name, value in row.quality.items() if value is not None}
    about = {"kind": row.kind, "split": row.split, "learner": row.learner}
    return about | single | {"quality": measures, "lineage": msgspec.to_builtins(row.lineage)}
