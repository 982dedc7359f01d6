"""Text made ready for a voice: what can be said at all, where a speaker breathes, how figures are read out.

Numbers, ordinals and units are read by eSpeak NG itself; only what it reads badly in English is rewritten here.
"""

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from actors.ports import EngineInputError

MARKS = ".,;:!?…—"
"""The punctuation that the engines know as a pause."""

_PUNCTUATION = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "—", "―": "—", "‑": "-", "‐": "-", "−": "-", "\u00a0": " ",
    "。": ". ", "，": ", ", "、": ", ", "！": "! ", "？": "? ", "：": ": ", "；": "; ",
}  # fmt: skip
_KEPT = set("'\"()-/%$£€&+=@#°") | set(MARKS)

_MARKDOWN = (
    (re.compile(r"```.*?```", re.DOTALL), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"https?://\S+"), " "),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
    (re.compile(r"^\s*(?:[#>]+|[-*+]|\d+\.)\s+", re.MULTILINE), ""),
    (re.compile(r"[*_~`|\\]+"), ""),
    (re.compile(r"[\[\]{}<>^]"), " "),
)

ABBREVIATIONS = {
    "mr": "Mister", "mrs": "Missis", "ms": "Miz", "dr": "Doctor", "prof": "Professor", "st": "Saint",
    "jr": "Junior", "sr": "Senior", "vs": "versus", "etc": "et cetera", "e.g": "for example", "i.e": "that is",
    "approx": "approximately", "dept": "department", "no": "number",
}  # fmt: skip
_ABBREVIATION = re.compile(
    r"\b(?:(mrs?|ms|dr|prof|st|jr|sr|vs|approx|dept)\.|(etc|e\.g|i\.e)\.|(no)\.(?=\s*\d))", re.IGNORECASE
)
_ACRONYM = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_MONEY = re.compile(r"([$£€])\s?(\d[\d,]*)(?:\.(\d{2}))?(?!\d)(\s(?:hundred|thousand|[mb]illion))?")
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
}
_YEAR = re.compile(r"(?<![\d.,$£€:])(1[1-9]|20)(\d\d)(s?)\b(?![.,:]\d)")
_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")

_BOUNDARY = re.compile(r"[.,;:!?…—]+[\"')]*(?=\s|$)|\s—(?=\s)")
_CONJUNCTIONS = frozenset(
    (
        *("and", "but", "or", "so", "because", "if", "when", "while", "although", "though", "since", "unless"),
        *("until", "before", "after", "that", "which", "who", "where"),
    )
)
FEWEST_WORDS = 3
"""A stretch of speech of its own has at least so many words."""


class Clause(NamedTuple):
    """A stretch between two pauses: its text as written and the mark that closes it ("" without one)."""

    text: str
    mark: str


def clean(text: str) -> str:
    """The text without markdown, emoji, links and foreign scripts, as it will be shown beside the voice.

    Raises `EngineInputError` when nothing is left that an English voice can say.
    """
    text = unicodedata.normalize("NFC", text)
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    kept = "".join(_kept(character) for character in text)
    kept = re.sub(r"\s+", " ", kept).strip()
    kept = re.sub(r"\s+([.,;:!?…])", r"\1", kept)
    if not re.search(r"[^\W_]", kept):
        raise EngineInputError("text_unspeakable", f"nothing to say in {text[:40]!r}: give text with letters or digits")
    return kept


def _kept(character: str) -> str:
    character = _PUNCTUATION.get(character, character)
    if len(character) > 1 or character in _KEPT:
        return character
    if character.isspace():
        return " "
    if character.isascii():
        return character if character.isalnum() else " "
    return character if unicodedata.name(character, "").startswith("LATIN ") else " "


def clauses(text: str) -> tuple[Clause, ...]:
    """Cut clean text at its punctuation; abbreviations, acronyms, figures and clock times are left whole."""
    found: list[Clause] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        if _inside_abbreviation(text, match):
            continue
        body = text[start : match.end()].strip()
        mark = next(character for character in match.group().strip() if character in MARKS)
        if re.search(r"[^\W_]", body):
            found.append(Clause(body, mark))
        elif found:
            found[-1] = Clause(f"{found[-1].text} {body}", found[-1].mark)
        start = match.end()
    if re.search(r"[^\W_]", text[start:]):
        found.append(Clause(text[start:].strip(), ""))
    return tuple(found)


def _inside_abbreviation(text: str, boundary: re.Match[str]) -> bool:
    if boundary.group()[0] != "." or boundary.end() == len(text):
        return False
    last_word = text[: boundary.start() + 1].rsplit(None, 1)[-1].lstrip("\"'(")
    if _ACRONYM.fullmatch(last_word):
        return not text[boundary.end() :].lstrip()[:1].isupper()
    title = _ABBREVIATION.match(last_word + text[boundary.end() : boundary.end() + 3])
    return title is not None and last_word.lower() != "etc."


def spoken_form(text: str) -> str:
    """What a reader says for abbreviations, acronyms, money, years and clock times, in words or simpler figures."""
    text = _ABBREVIATION.sub(lambda match: ABBREVIATIONS[match.group(match.lastindex or 0).lower()], text)
    text = _ACRONYM.sub(lambda match: " ".join(match.group().replace(".", " ").upper().split()) + " ", text)
    text = _MONEY.sub(_money, text)
    text = _CLOCK.sub(_clock, text)
    return " ".join(_YEAR.sub(_year, text).split())


def _money(match: re.Match[str]) -> str:
    symbol, whole, fraction, scale = match.groups()
    one, many, small_one, small_many = _CURRENCIES[symbol]
    if scale:
        return f"{whole}{scale} {many}"
    said = f"{whole} {one if whole == '1' else many}"
    if fraction and int(fraction):
        said += f" and {int(fraction)} {small_one if int(fraction) == 1 else small_many}"
    return said


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match.group(1)), int(match.group(2))
    if minute == 0:
        return f"{hour} o'clock" if 1 <= hour <= 12 else f"{hour} hundred hours"
    return f"{hour} oh {minute}" if minute < 10 else f"{hour} {minute}"


def _year(match: re.Match[str]) -> str:
    century, year, plural = int(match.group(1)), int(match.group(2)), match.group(3)
    if century == 20 and year < 10:
        return match.group()
    if year == 0:
        return f"{century} hundred{plural}"
    return f"{century} oh {year}{plural}" if year < 10 else f"{century} {year}{plural}"


def breaths(text: str, *, longest: int = 30) -> tuple[Clause, ...]:
    """Cut clean text where a speaker would breathe, so that the first stretch is short and each next one is longer.

    A stretch that is being played gives time to make the next one, so that may have up to twice as many words,
    ``longest`` at most. Cuts are made at punctuation and before conjunctions, `FEWEST_WORDS` words apart at least.
    """
    pieces = [piece for clause in clauses(text) for piece in _at_conjunctions(clause)]
    stretches: list[Clause] = []
    limit = 0
    for piece in pieces:
        if stretches:
            last = stretches[-1]
            together = _words(last.text) + _words(piece.text)
            if min(_words(last.text), _words(piece.text)) < FEWEST_WORDS or together <= limit:
                stretches[-1] = Clause(f"{last.text} {piece.text}", piece.mark)
                continue
            limit = min(longest, 2 * _words(last.text))
        stretches.append(piece)
    return tuple(part for stretch in stretches for part in _halves(stretch, longest))


def _at_conjunctions(clause: Clause) -> list[Clause]:
    words = clause.text.split()
    cuts = [
        index
        for index in range(FEWEST_WORDS, len(words) - FEWEST_WORDS + 1)
        if words[index].lower() in _CONJUNCTIONS and len(words) > 2 * FEWEST_WORDS
    ]
    edges = [0, *cuts, len(words)]
    parts = [" ".join(words[start:end]) for start, end in pairwise(edges)]
    return [Clause(part, "") for part in parts[:-1]] + [Clause(parts[-1], clause.mark)]


def _halves(clause: Clause, longest: int) -> list[Clause]:
    words = clause.text.split()
    if len(words) <= longest:
        return [clause]
    middle = len(words) // 2
    first, second = Clause(" ".join(words[:middle]), ""), Clause(" ".join(words[middle:]), clause.mark)
    return _halves(first, longest) + _halves(second, longest)


def _words(text: str) -> int:
    return len(text.split())
