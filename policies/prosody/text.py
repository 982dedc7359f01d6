"""What a text asks of the voice: where to break, and how to end. Knows punctuation and the first words, no grammar.

Yes/no questions mostly rise; statements, commands and wh-questions mostly fall, and so does a question that names the
choices (Wells, English Intonation, 2006, chapter 2). Of others ("Really?", "You like tea?") nothing is expected.
"""

from collections.abc import Sequence
from itertools import zip_longest

CLAUSE_OPENERS = frozenset(
    "and but or so because then when while if although though since after before until which who where that".split()
)
"""A speaker may breathe before these."""

FALL, RISE, LEVEL = "fall", "rise", "level"

_SENTENCE_MARKS = ".!?;:…"
_BREAK_MARKS = _SENTENCE_MARKS + ","
_DASHES = "–—"
_CLOSING = "\"'”’)]}"
_EDGES = ".,;:!?…\"'“”‘’()[]{}–—-"
_ABBREVIATED = frozenset("mr mrs ms dr st prof jr sr vs e.g i.e no".split())
_WH = frozenset("what when where who whom whose which why how what's where's who's when's how's why's".split())
_AUXILIARIES = frozenset(
    "am is are was were do does did have has had can could will would shall should may might must isn't aren't wasn't "
    "weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't".split()
)
_SUBJECTS = frozenset("i you he she we they".split())
_COMMANDED = frozenset("do have".split())
_IT = frozenset("it this that there these those".split())


def marks_after(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """After each word the mark that asks for a break (one of ``.!?;:…,–``), "" without one.

    Words are those between white space; what holds no letter or figure belongs to the word before, unless it is a word
    of its own. All "" where the text has other words.
    """
    tokens = text.split()
    if len(tokens) != len(words):
        tokens = _joined(tokens)
    if len(tokens) != len(words):
        return ("",) * len(words)
    return _marks(tokens)


def expected_movement(text: str) -> str:
    """`FALL` or `RISE` at the text's end, "" where both are usual.

    Where no mark tells, it is a question if its first two words ask.
    """
    sentence, mark = _last_sentence(text)
    words = [word.strip(_EDGES).lower().replace("’", "'") for word in sentence.split()]
    words = [word for word in words if word]
    if not words:
        return ""
    if words[0] in _WH:
        return FALL
    question = mark == "?" or (not mark and _asks(words))
    if not question:
        return FALL
    if words[0] in _AUXILIARIES:
        return FALL if "or" in words else RISE
    return ""


def _last_sentence(text: str) -> tuple[str, str]:
    """The last of several, without the mark at its end, and that mark."""
    whole = text.rstrip().rstrip(_CLOSING)
    body = whole.rstrip(_SENTENCE_MARKS)
    tokens = body.split()
    ends = [index for index, mark in enumerate(_marks(tokens)[:-1], 1) if mark in tuple(_SENTENCE_MARKS)]
    return " ".join(tokens[ends[-1] if ends else 0 :]), whole[len(body) :][:1]


def _asks(words: Sequence[str]) -> bool:
    """Whether an auxiliary is followed by its subject, where no mark tells: "do it" is a command, "is it" is not."""
    if len(words) < 2 or words[0] not in _AUXILIARIES:
        return False
    return words[1] in _SUBJECTS or (words[1] in _IT and words[0] not in _COMMANDED)


def _joined(tokens: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for token in tokens:
        if any(character.isalnum() for character in token):
            joined.append(token)
        elif joined:
            joined[-1] += f" {token}"
    return joined


def _marks(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(_mark(token, following) for token, following in zip_longest(tokens, tokens[1:], fillvalue=""))


def _mark(token: str, following: str) -> str:
    """Of several the first; none of an abbreviation or an initial."""
    core = token.rstrip(_EDGES + " ")
    after = token[len(core) :]
    bare = core.lstrip(_EDGES)
    if (
        after.startswith(".")
        and not after.startswith("..")
        and (_is_abbreviation(bare, following) or _is_initial(bare))
    ):
        return ""
    if any(dash in after for dash in _DASHES) or " -" in after:
        return "–"
    return next((character for character in after if character in _BREAK_MARKS), "")


def _is_abbreviation(word: str, following: str) -> bool:
    """ "No." is one only before a figure: it is an answer, too."""
    return word.lower() in _ABBREVIATED and (word.lower() != "no" or following[:1].isdigit())


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha() and word.isupper() and word != "I"
