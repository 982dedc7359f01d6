"""Forms of English words by rule: plurals, third person, past, -ing, a/an. Irregular forms come from the lexicon.

Rules after Quirk et al., A Comprehensive Grammar of the English Language (1985), sections 3.5-3.10 and 5.79-5.81.
"""

import re

_VOWELS = "aeiou"
_DOUBLED = frozenset(
    "stop plan shop drop clap chat hug drag grab nod pat rub jog hop skip trip step wrap beg admit prefer "
    "occur fit pet run swim get sit put cut hit let set win begin shut forget travel".split()
)
_AN_SOUND = re.compile(r"^(?:[aeiou](?!ne\b|nce\b)|hour|honest|heir|8|11\b|18\b)")
_A_SOUND = re.compile(r"^(?:uni(?!nt|m)|use|usual|euro|one\b|once\b|uk\b)")


def plural(noun: str) -> str:
    """Regular plural: box -> boxes, city -> cities."""
    if noun.endswith(("s", "x", "z", "ch", "sh")) and not noun.endswith("stomach"):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    if noun in ("potato", "tomato", "hero"):
        return noun + "es"
    return noun + "s"


def third_person(base: str) -> str:
    """Regular third person singular: watch -> watches."""
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ies"
    return base + "s"


def past(base: str) -> str:
    """Regular past and past participle: stop -> stopped."""
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ied"
    if base in _DOUBLED:
        return base + base[-1] + "ed"
    return base + "ed"


def ing(base: str) -> str:
    """Present participle: make -> making, lie -> lying."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    if base in _DOUBLED:
        return base + base[-1] + "ing"
    return base + "ing"


def article(following: str) -> str:
    """The form of the indefinite article before ``following``: "an" before a vowel sound."""
    word = following.lower()
    if _A_SOUND.match(word):
        return "a"
    return "an" if _AN_SOUND.match(word) else "a"


def capitalised(text: str) -> str:
    """The text with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]
