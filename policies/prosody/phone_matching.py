"""Which phone of a voice is which phone of a text, where both may have some that the other lacks. Knows no times."""

from collections.abc import Collection, Sequence

from policies.phones import VOWELS

GAP = 2
"""Of a phone that only one of them has."""
ALIKE, UNLIKE = 3, 5
"""Of a vowel for another one, or a consonant for a consonant; of a vowel for a consonant, dearer than two gaps."""


def matched(said: Sequence[str], wanted: Sequence[str], left_out: Collection[int] = ()) -> tuple[int | None, ...]:
    """For each phone wanted, the index of the one that was said for it, None where there is none.

    Phones are ARPAbet without stress. What was said before and after the text costs nothing (Sellers 1980), nor what
    was said where words are ``left_out`` of it: after so many of the phones wanted. Where the text fits at several
    places as well, the last counts.
    """
    free = {0, len(wanted), *left_out}
    rows = [[0] * (len(said) + 1)]
    for count, phone in enumerate(wanted, 1):
        above, row = rows[-1], [rows[-1][0] + GAP]
        extra = 0 if count in free else GAP
        for index, heard in enumerate(said):
            row.append(min(above[index] + _cost(heard, phone), above[index + 1] + GAP, row[index] + extra))
        rows.append(row)
    return _traced(rows, said, wanted)


def _traced(rows: Sequence[Sequence[int]], said: Sequence[str], wanted: Sequence[str]) -> tuple[int | None, ...]:
    """The way back through the table of costs, from the last phones to the first."""
    found: list[int | None] = [None] * len(wanted)
    place, end = len(wanted), len(said)
    while place:
        cost = rows[place][end]
        if end and cost == rows[place - 1][end - 1] + _cost(said[end - 1], wanted[place - 1]):
            place, end = place - 1, end - 1
            found[place] = end
        elif cost == rows[place - 1][end] + GAP:
            place -= 1
        else:
            end -= 1
    return tuple(found)


def _cost(one: str, other: str) -> int:
    if one == other:
        return 0
    return ALIKE if (one in VOWELS) == (other in VOWELS) else UNLIKE
