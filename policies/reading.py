"""How far into a text somebody has read, judged from what a recogniser understood. Hears nothing itself.

A recogniser gets a learner's words wrong more often than their letters: "butterree" begins "but we were". So letters
are compared, not words: the distance (Levenshtein) of what was heard to every beginning of the text, in one pass.
"""

from msgspec import Struct

MOST_LETTERS = 400
"""Longer than this (some 25 s of speech), only the latest letters count: the pass takes their square."""
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TAIL = 8


class Reading(Struct, frozen=True, kw_only=True):
    """Where a reader stands; all shares are 0..1, but ``length`` (of what was heard, in texts) may be more.

    ``unread`` is the share of the text still to come, ``mismatch`` that of letters heard that differ from those read,
    ``ending`` how much the last letters heard are like the text's last ones.
    """

    unread: float
    mismatch: float
    ending: float
    length: float


def letters(text: str) -> str:
    """Lower-case letters, digits spelled out, single spaces; the rest of a text is no sound."""
    spelled = (f" {_DIGITS[int(character)]} " if character in "0123456789" else character for character in text.lower())
    kept = "".join(character if character.isalnum() else " " for character in "".join(spelled).replace("'", ""))
    return " ".join(kept.split())


def read(heard: str, reference: str) -> Reading:
    """Compare what was heard with the beginnings of the text; both as `letters` gives them.

    Of equally likely beginnings the longest counts.
    """
    if not heard or not reference:
        return Reading(unread=1.0 if reference else 0.0, mismatch=0.0, ending=0.0, length=0.0)
    # Reading aloud keeps step with the text: what was heard long ago cannot move the place by much.
    skipped = max(0, len(heard) - MOST_LETTERS)
    recent = heard[skipped:]
    row = _distances(recent, reference[skipped : skipped + MOST_LETTERS * 3 // 2])
    nearest = min(row)
    place = skipped + len(row) - 1 - row[::-1].index(nearest)
    tail = reference[-_TAIL:]
    apart = _distances(heard[-_TAIL:], tail)[-1]
    return Reading(
        unread=max(0, len(reference) - place) / len(reference),
        mismatch=min(1.0, nearest / len(recent)),
        ending=1.0 - min(1.0, apart / len(tail)),
        length=len(heard) / len(reference),
    )


def _distances(heard: str, text: str) -> list[int]:
    """Levenshtein distance of ``heard`` to every beginning of ``text``, from the empty one to the whole."""
    row = list(range(len(text) + 1))
    for count, letter in enumerate(heard, start=1):
        diagonal, row[0] = row[0], count
        for index, wanted in enumerate(text, start=1):
            cost = diagonal if letter == wanted else 1 + min(diagonal, row[index], row[index - 1])
            diagonal, row[index] = row[index], cost
    return row
