"""Which letters of a word stand for one of its phones. Knows how English spells, not how it sounds."""

from functools import lru_cache

_SPELLINGS = {
    "AA": "a o ah ow e ea", "AE": "a au ai", "AH": "a e i o u ou oo ia ai ea eo io oe ie",
    "AO": "o a au aw ou oa augh ough oo", "AW": "ou ow ough", "AY": "i y ie igh ye ey eye ei ai uy", "B": "b bb",
    "CH": "ch tch t c", "D": "d dd ed ld", "DH": "th", "EH": "e ea ai a ie ei",
    "ER": "er ir ur or ear ar re our yr ure err ere", "EY": "a ai ay ei ey ea eigh e et", "F": "f ff ph gh",
    "G": "g gg gh gu x", "HH": "h wh", "IH": "i y e a ui ie u o ee", "IY": "e ee ea ie ei y ey i eo eye",
    "JH": "j g dg dge d gg", "K": "k c ck ch q cc x", "L": "l ll", "M": "m mm mb mn", "N": "n nn kn gn", "NG": "n ng",
    "OW": "o ow oa oe ough ew ou", "OY": "oi oy", "P": "p pp", "R": "r rr wr rh", "S": "s ss c sc ps st",
    "SH": "sh ti ci ss ch c si s", "T": "t tt ed bt th", "TH": "th", "UH": "oo u ou o oul",
    "UW": "oo u ue ew o ou ui ough wo", "V": "v f", "W": "w wh u o", "Y": "y u i e", "Z": "z zz s ss x",
    "ZH": "s si g z",
}  # fmt: skip
_BY_PHONE = {phone: frozenset(spelled.split()) for phone, spelled in _SPELLINGS.items()}
_LONGEST = 4
REMEMBERED = 4_096
"""Words with their phones: learners say no end of them."""
_SILENT, _UNSPELLED, _ODD = 1.0, 1.5, 3.0
"""What it costs that a letter has no sound, a sound no letter, and that a letter stands for a sound it never has."""


def letters_of(word: str, phones: tuple[str, ...], index: int) -> str:
    """The letters of ``word`` that spell its phone number ``index``; "" where it shares those of its neighbour."""
    letters = "".join(letter for letter in word.lower() if letter.isalpha())
    return letters[slice(*_spans(letters, phones)[index])]


@lru_cache(maxsize=REMEMBERED)
def _spans(letters: str, phones: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """First and last letter (exclusive) of each phone, at the least cost; silent letters belong to none."""
    best: list[list[tuple[float, int, int]]] = [[(0.0, 0, 0)] * (len(letters) + 1) for _ in range(len(phones) + 1)]
    for end in range(1, len(letters) + 1):
        best[0][end] = (end * _SILENT, end - 1, 0)
    for row, phone in enumerate(phones, start=1):
        for end in range(len(letters) + 1):
            ways = [(best[row - 1][end][0] + _UNSPELLED, end, row - 1)]
            if end:
                ways.append((best[row][end - 1][0] + _SILENT, end - 1, row))
            for start in range(max(0, end - _LONGEST), end):
                cost = _cost(phone, letters[start:end])
                ways.append((best[row - 1][start][0] + cost, start, row - 1))
            best[row][end] = min(ways)
    return _traced(best, len(phones), len(letters))


def _cost(phone: str, letters: str) -> float:
    if letters in _BY_PHONE.get(phone, ()):
        return 0.0
    return _ODD if len(letters) == 1 else _ODD * len(letters)


def _traced(best: list[list[tuple[float, int, int]]], row: int, end: int) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    while row:
        _, start, before = best[row][end]
        if before < row:
            spans.append((start, end))
        row, end = before, start
    return tuple(reversed(spans))
