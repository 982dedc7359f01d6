"""The lines of a manifest: which recording should say what. A line that cannot be read is told, and ends nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from actors.assessment.lexicon import MOST_WORDS, Lexicon
from actors.ports import EngineInputError
from actors.pronunciation.judgement import Expected
from actors.pronunciation.phones import is_arpabet

Id = str | int


class Ask(Struct, frozen=True, kw_only=True):
    """A recording and the text that it should say; ``number`` is that of its line, from 1.

    With ``phones``, one list of ARPAbet (stress digits allowed) a word, the words are those between white space.
    """

    number: int
    id: Id
    audio: Path
    text: str
    phones: tuple[tuple[str, ...], ...] | None = None


class Failed(Struct, frozen=True, kw_only=True):
    """A line that was not assessed: the reason, with the way out."""

    id: Id
    failed: str


class _Line(Struct, frozen=True, kw_only=True):
    id: Id
    audio: str
    text: str
    phones: tuple[tuple[str, ...], ...] | None = None


def read_manifest(file: Path) -> Iterator[Ask | Failed]:
    """What each line asks for, in order; empty lines are passed over. Raises OSError."""
    decoder = msgspec.json.Decoder(_Line)
    with file.open("rb") as lines:
        for number, data in enumerate(lines, 1):
            if not data.strip():
                continue
            try:
                line = decoder.decode(data)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                yield Failed(id=_id_of(data, number), failed=f"line {number} of {file.name} cannot be read: {error}")
                continue
            yield Ask(number=number, id=line.id, audio=file.parent / line.audio, text=line.text, phones=line.phones)


def expected_words(ask: Ask, lexicon: Lexicon) -> Expected:
    """The words to be said, each with the ways to say it.

    Raises `EngineInputError`: reference_too_long, reference_unpronounceable, phones_unusable.
    """
    if ask.phones is None:
        return [(word.text, word.pronunciations) for word in lexicon.words(ask.text)]
    words = ask.text.split()
    if not words:
        raise EngineInputError("reference_unpronounceable", "the text holds no word: give an English sentence")
    if len(words) > MOST_WORDS:
        raise EngineInputError("reference_too_long", f"the text has more than {MOST_WORDS} words: assess it in parts")
    if len(words) != len(ask.phones):
        raise EngineInputError(
            "phones_unusable",
            f"there are phones of {len(ask.phones)} words, and the text has {len(words)} between white space: give one"
            " list of phones a word, or leave `phones` out",
        )
    for word, phones in zip(words, ask.phones, strict=True):
        unknown = next((phone for phone in phones if not is_arpabet(phone)), None)
        if unknown is not None or not phones:
            what = "no phones" if unknown is None else f"{unknown!r}, which is no ARPAbet phone"
            raise EngineInputError("phones_unusable", f"{word!r} has {what}: write it as the CMU dictionary does")
    return [(word, (phones,)) for word, phones in zip(words, ask.phones, strict=True)]


def _id_of(data: bytes, number: int) -> Id:
    """The id of a line that has one, though it cannot be used; else its number."""
    try:
        found: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return str(number)
    own = found.get("id") if isinstance(found, dict) else None
    return own if isinstance(own, str | int) and not isinstance(own, bool) else str(number)
