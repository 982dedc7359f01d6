"""What the recogniser heard, beside the words of a text. It hears what makes sense, so it is one witness of several."""

import math
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import product

from actors.pronunciation.features import Recognised
from events.values import INSERTION, PUT_IN, REPETITION, Miscue, Word

LEAST_CONFIDENCE = 1e-4
SURE_OF_WORD = 0.5
SHORTEST_WORD_MS = 60
SURELY_BESIDES = 3
"""Words more than there should be, where others were heard than were to be said: it may write one word as two."""
MUCH_ALIKE, LONG_ENOUGH = 0.5, 4
"""Share of the words that are the same where a phrase of so many is said again; a shorter one must be the same."""
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_PARTS = re.compile(r"[a-z']+|\d+")


def recognised(expected: Sequence[str], words: Sequence[Word]) -> Recognised:
    """For each expected word how alike to it (0..1, by spelling) the word is that was heard in its place."""
    wanted = [spoken_forms(word) for word in expected]
    got = [form for word in words for form in spoken_forms(word.text)]
    alike = _alike([form for forms in wanted for form in forms], got)
    heard, at = [], 0
    for forms in wanted:
        inside = alike[at : at + len(forms)]
        heard.append(sum(inside) / len(inside) if inside else 0.0)
        at += len(forms)
    confidences = [math.log(max(word.confidence, LEAST_CONFIDENCE)) for word in words]
    return Recognised(
        heard=tuple(heard),
        log_confidence=sum(confidences) / len(confidences) if confidences else math.log(LEAST_CONFIDENCE),
        length=len(got) / max(1, at),
    )


def miscues(expected: Sequence[str], said: Sequence[bool], words: Sequence[Word]) -> tuple[Miscue, ...]:
    """Where the recogniser's words leave the text, in order. Words that were ``said`` are none, whatever it heard.

    What it is not sure of (`SURE_OF_WORD`) does not count as put in.
    """
    owners = [index for index, word in enumerate(expected) for _ in spoken_forms(word)]
    wanted = [form for word in expected for form in spoken_forms(word)]
    heard = [(form, index) for index, word in enumerate(words) for form in spoken_forms(word.text)]
    found: list[Miscue] = []
    told: set[int] = set()
    for tag, a, b, c, d in SequenceMatcher(None, wanted, [form for form, _ in heard], autojunk=False).get_opcodes():
        # A number in figures is one word, however many it is said with.
        others = [words[index] for index in dict.fromkeys(index for _, index in heard[c:d])]
        many = tag != "insert" and len(others) - (b - a) >= SURELY_BESIDES
        besides = others if tag == "insert" else others[b - a :] if many else []
        for place in range(a, b) if tag in ("delete", "replace") else ():
            index = owners[place]
            if not said[index] and index not in told:
                told.add(index)
                instead = others[place - a] if place - a < len(others) else None
                found.append(_left_out(index, instead))
        if (sure := [word for word in besides if word.confidence >= SURE_OF_WORD]) and _can_be_said(sure):
            forms = [form for word in sure for form in spoken_forms(word.text)]
            near = wanted[max(0, b - len(forms)) : b], wanted[b : b + len(forms)]
            kind = REPETITION if any(_much_alike(forms, said_before) for said_before in near) else INSERTION
            found.append(_put_in(kind, owners[b - 1] if b else -1, sure))
    found += [_left_out(index, None) for index in range(len(expected)) if not said[index] and index not in told]
    return tuple(sorted(found, key=lambda one: one.word))


def told_already(besides: Miscue, told: Sequence[Miscue]) -> bool:
    """Whether what was said besides the text is among those: at that time, or as a phrase that may stand there too.

    Of a phrase said twice either may be the one too many, and witnesses choose differently.
    """
    return any(_shared_ms(besides, one) * 2 >= besides.end_ms - besides.start_ms or _near(besides, one) for one in told)


def _shared_ms(one: Miscue, other: Miscue) -> int:
    return min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)


def _near(besides: Miscue, told: Miscue) -> bool:
    return told.kind in PUT_IN and abs(besides.word - told.word) <= len(spoken_forms(told.heard))


def _much_alike(forms: Sequence[str], others: Sequence[str]) -> bool:
    share = SequenceMatcher(None, forms, others, autojunk=False).ratio()
    return share >= (MUCH_ALIKE if len(forms) >= LONG_ENOUGH else 1)


def _can_be_said(words: Sequence[Word]) -> bool:
    """A recogniser that writes a sentence twice by mistake squeezes the second into what is left of the recording."""
    return words[-1].end_ms - words[0].start_ms >= SHORTEST_WORD_MS * len(words)


def _plain(text: str) -> str:
    return text.strip(" .,!?;:")


def _left_out(index: int, instead: Word | None) -> Miscue:
    if instead is None:
        return Miscue(kind="omission", word=index)
    return Miscue(
        kind="substitution", word=index, heard=_plain(instead.text), start_ms=instead.start_ms, end_ms=instead.end_ms
    )


def _put_in(kind: str, after: int, words: Sequence[Word]) -> Miscue:
    text = " ".join(_plain(word.text) for word in words)
    return Miscue(kind=kind, word=after, heard=text, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)


def spoken_forms(text: str) -> tuple[str, ...]:
    """The words of a written one in small letters: a number of two digits as it is said, a longer one by digits."""
    forms: list[str] = []
    for part in _PARTS.findall(text.lower().replace("’", "'")):
        forms += _number(part) if part.isdigit() else [part.strip("'")]
    return tuple(form for form in forms if form)


def _number(digits: str) -> list[str]:
    if len(digits) > 2 or (len(digits) > 1 and digits[0] == "0"):
        return [_UNITS[int(digit)] for digit in digits]
    value = int(digits)
    if value < len(_UNITS):
        return [_UNITS[value]]
    return [_TENS[value // 10 - 2], *([_UNITS[value % 10]] if value % 10 else [])]


def _alike(wanted: list[str], got: list[str]) -> list[float]:
    alike = [0.0] * len(wanted)
    for tag, a, b, c, d in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        if tag == "equal":
            alike[a:b] = [1.0] * (b - a)
        elif tag == "replace":
            for index, other in product(range(a, b), got[c:d]):
                alike[index] = max(alike[index], SequenceMatcher(None, wanted[index], other).ratio())
    return alike
