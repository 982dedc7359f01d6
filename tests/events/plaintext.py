"""Searching files for what somebody said, in whatever form programs write text and bytes down."""

import base64
import json
import os
import random
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

SLICE_BYTES = 48
"""A piece of a recording that no other bytes have by chance."""


def rare_letters(rng: random.Random) -> str:
    """The beginning of words that nobody says."""
    return "qx" + "".join(rng.choice(string.ascii_lowercase) for _ in range(12))


def rare_word(beginning: str, rng: random.Random) -> str:
    """A word that nobody says, with letters beyond ASCII, which the forms below write differently."""
    return beginning + "".join(rng.choice(string.ascii_lowercase) for _ in range(6)) + "éж"


def forms_of_text(text: str) -> Iterator[bytes]:
    """Text in UTF-8, UTF-16, with JSON's escapes, in hexadecimal and in base64; also without its last two letters.

    Those are beyond ASCII in a `rare_word`: what is left is found inside escaped text that was encoded once more.
    """
    yield from (text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text).strip('"').encode())
    for utf8 in (text.encode(), text[:-2].encode()):
        yield from (utf8, utf8.hex().encode())
        yield from in_base64(utf8)


def forms_of_bytes(data: bytes) -> Iterator[bytes]:
    """Pieces from the beginning, the middle and the end, as they are, in hexadecimal and in base64."""
    for start in (0, len(data) // 2, len(data) - SLICE_BYTES):
        piece = data[start : start + SLICE_BYTES]
        yield from (piece, piece.hex().encode())
        yield from in_base64(piece)


def in_base64(data: bytes) -> Iterator[bytes]:
    """The base64 of data that stands anywhere in other data: three ways, without what the neighbours change."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data + bytes(3))
        first, last = -(-8 * before // 6), 8 * (before + len(data)) // 6
        yield encoded[first:last]
        yield base64.urlsafe_b64encode(bytes(before) + data + bytes(3))[first:last]


def found_in(
    roots: Iterable[Path], forms: Mapping[str, Iterable[bytes]], *, since: float = 0.0, first: Iterable[bytes] = ()
) -> dict[str, set[str]]:
    """Of each thing that is looked for, the names of the files below ``roots`` that hold it in any form.

    What was made up at ``since`` (Unix seconds) is in no file that was last written earlier. A file without any of
    ``first``, if they are given, is searched no further.
    """
    wanted, signs = {name: tuple(each) for name, each in forms.items()}, tuple(first)
    found: dict[str, set[str]] = {name: set() for name in wanted}
    for path in (Path(folder, name) for root in roots for folder, _, names in os.walk(root) for name in names):
        try:
            if not path.is_file() or path.stat().st_mtime < since:
                continue
            content = path.read_bytes()
        except FileNotFoundError:  # Kafka deletes a topic's files a minute after the topic
            continue
        if signs and not any(form in content for form in signs):
            continue
        for name, each in wanted.items():
            if any(form in content for form in each):
                found[name].add(path.name)
    return found
