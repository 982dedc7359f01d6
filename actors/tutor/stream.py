"""Server-sent events of a chat completion, and whole sentences out of pieces of text. Judges neither."""

import re
from collections.abc import Iterable, Iterator

import msgspec

LONGEST_LINE_BYTES = 64 * 1024
_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s)")
_ABBREVIATIONS = ("mr.", "mrs.", "ms.", "dr.", "st.", "e.g.", "i.e.", "etc.", "a.m.", "p.m.")


class BrokenStream(ValueError):
    """A line of the stream is not what the protocol allows; the message shows its beginning."""


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a body. Raises `BrokenStream` for one that is longer than any event of a chat completion."""
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode(errors="replace")
        if len(held) > LONGEST_LINE_BYTES:
            raise BrokenStream(f"The provider sent a line of more than {LONGEST_LINE_BYTES} bytes.")
    if held:
        yield held.decode(errors="replace")


def pieces(lines: Iterable[str]) -> Iterator[str]:
    """The text pieces of a stream of `data:` lines, until `[DONE]` or its end. Raises `BrokenStream`."""
    for line in lines:
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            return
        try:
            chunk = msgspec.json.decode(data)
            choices = chunk["choices"]
            text = choices[0]["delta"].get("content") if choices else None
        except (msgspec.DecodeError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise BrokenStream(f"The provider sent {data[:60]!r}, which is no chunk of a chat completion.") from error
        if isinstance(text, str) and text:
            yield text


def sentences(parts: Iterable[str]) -> Iterator[str]:
    """Whole sentences as soon as they are complete. A last one without its full stop was cut off: it is left out."""
    held = ""
    for part in parts:
        held += part
        while True:
            cut = _cut(held)
            if not cut:
                break
            yield held[:cut].strip()
            held = held[cut:]
    if held.strip() and held.strip()[-1] in ".!?…\"'”":
        yield held.strip()


def _cut(text: str) -> int:
    for match in _END.finditer(text):
        word = text[: match.end()].split()[-1].lower()
        if word not in _ABBREVIATIONS and text[: match.end()].strip():
            return match.end()
    return 0
