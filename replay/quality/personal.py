"""Personal data in a text, found by patterns and put out. Reads no audio: the voice says what the text no longer does.

Phone numbers are found by Google's libphonenumber (phonenumbers), card numbers by their check digit (ISO/IEC 7812-1),
IBANs by theirs (ISO 13616), the rest by patterns. Presidio finds more, with spaCy and 25 packages; DataFog, which is
light, reports its use to a server, which has no place here. What patterns cannot find: a name that nothing announces
("I met Ana"), an address without its kind of street. Such a text needs a reader.
"""

import re
import string
from collections.abc import Collection, Iterator
from itertools import pairwise

from msgspec import Struct

from replay.errors import LibraryMissing

REGIONS = ("US", "GB", "CN")
"""Whose national numbers are known without a country code; international ones (+…) always are."""


class Finding(Struct, frozen=True, kw_only=True):
    """Characters ``start``..``end`` of the text as it was; ``kind`` is email, card, iban, phone, address, name or
    id_number (a social security number of the United States)."""

    kind: str
    start: int
    end: int


class Scrubbed(Struct, frozen=True, kw_only=True):
    """The text with each finding replaced by its kind ("[PHONE]"), and the findings in order."""

    text: str
    found: tuple[Finding, ...]


_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_SPOKEN_EMAIL = re.compile(r"\b[\w.+-]+(?: dot [\w+-]+)* at [\w-]+(?: dot [a-z]{2,})+\b", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d+-])[2-6]\d(?:[ -]?\d){11,17}(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SOCIAL_SECURITY = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_STREETS = tuple("street st avenue ave road rd lane ln drive dr boulevard blvd square court terrace crescent".split())
_STREET = f"(?:{'|'.join(_STREETS)})"
_STREET_NAME = r"(?P<name>(?:(?:[^\W\d]|\d+(?:st|nd|rd|th)\b)[\w'’.]* ){1,3}?)"
_ADDRESS = re.compile(r"(?<![\w-])\d{1,5}[a-z]?,? " + _STREET_NAME + _STREET + r"\b\.?", re.IGNORECASE)
_NOT_IN_ADDRESSES = frozenset(
    "a about across along am an and are at away big by car cars day days down first for from he hour hours i in "
    "into is it kilometers km last long metres meters mile miles minute minutes more my new next no of off old on "
    "or other our out over people per pm second she small that the their then they third this times to up was we "
    "week weeks were with year years you your".split()
)
_TITLES = "Mr Mrs Ms Miss Dr Prof Professor Mister".split()
_CAPITALISED = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_ANNOUNCED_NAME = re.compile(
    r"\b(?i:my (?:full |first |last |family |sur)?name(?: is|['’]s)|(?:i am|i['’]m) called|call me|i am named|"
    r"(?:his|her) name(?: is|['’]s)) (?P<name>" + _CAPITALISED + r"|[^\W\d_][\w'’-]+)"
)
_TITLED_NAME = re.compile(r"\b(?:" + "|".join(_TITLES) + r")\.? (?P<name>" + _CAPITALISED + ")")
_NO_NAMES = frozenset(
    "a again an back by difficult easy hard here in important late long not now on or common spelled so the tomorrow "
    "too tonight unusual very written when what if later and".split()
)
DIGITS_OF_AN_ID, SHORTEST_CARD, SHORTEST_CHECK, SHORTEST_PHONE = 9, 13, 2, 7
"""Digits that the patterns cannot do without: of a social security number, a card, an IBAN's check, a phone number."""
_DIGIT = re.compile(r"\d")
_DIGITS = "zero oh one two three four five six seven eight nine".split()
_DIGIT_WORDS = re.compile(r"\b(?:(?:double )?(?:" + "|".join(_DIGITS) + r")(?:[ ,-]+|\b)){7,}", re.IGNORECASE)


def scrub(
    text: str, *, names: Collection[str] = (), regions: Collection[str] = REGIONS, spared: Collection[str] = ()
) -> Scrubbed:
    """Put personal data out of a text. ``names`` are known ones (the learner's own), taken wherever they stand.

    ``spared`` are names of nobody, which stay although something announces them; capitals do not matter.
    ``regions`` (ISO 3166) are those whose phone numbers are known without a country code. Raises LibraryMissing
    without phonenumbers. A text that has been scrubbed stays as it is.
    """
    taken: list[Finding] = []
    for finding in _all(text, names, regions, _NO_NAMES.union(map(str.lower, spared))):
        if all(finding.end <= other.start or finding.start >= other.end for other in taken):
            taken.append(finding)
    taken.sort(key=lambda finding: finding.start)
    pieces = []
    reached = 0
    for finding in taken:
        pieces += [text[reached : finding.start], f"[{finding.kind.upper()}]"]
        reached = finding.end
    return Scrubbed(text="".join([*pieces, text[reached:]]), found=tuple(taken))


def _all(text: str, names: Collection[str], regions: Collection[str], spared: Collection[str]) -> Iterator[Finding]:
    """The surest kinds first: where two overlap, the first is taken.

    A pattern costs ten times as much as a look for what it cannot do without, and is seldom needed.
    """
    small = text.lower()
    digits = sum(map(text.count, string.digits)) if text.isascii() else len(_DIGIT.findall(text))
    if "@" in text:
        yield from (_finding("email", match) for match in _EMAIL.finditer(text))
    if " at " in small and " dot " in small:
        yield from (_finding("email", match) for match in _SPOKEN_EMAIL.finditer(text))
    if digits >= DIGITS_OF_AN_ID:
        yield from (_finding("id_number", match) for match in _SOCIAL_SECURITY.finditer(text))
    if digits >= SHORTEST_CARD:
        yield from (_finding("card", match) for match in _CARD.finditer(text) if _luhn(match[0]))
    if digits >= SHORTEST_CHECK:
        yield from (_finding("iban", match) for match in _IBAN.finditer(text) if _iban(match[0]))
    if digits >= SHORTEST_PHONE:
        yield from _phones(text, regions)
    if sum(map(small.count, _DIGITS)) >= SHORTEST_PHONE:
        yield from _spoken_phones(text)
    # Other letters than those of ASCII may be capitals of these words that `lower` leaves as they are ("ſt").
    if digits and (not text.isascii() or any(f" {street}" in small for street in _STREETS)):
        for match in _ADDRESS.finditer(text):
            if _NOT_IN_ADDRESSES.isdisjoint(match["name"].lower().split()):
                yield _finding("address", match)
    yield from _names(text, small, names, spared)


def _names(text: str, small: str, known: Collection[str], spared: Collection[str]) -> Iterator[Finding]:
    """Names that something announces but for ``spared``, and known ones; ``small`` is the text in lower case."""
    announced = any(word in small for word in ("name", "called", "call me"))
    titled = any(title in text for title in _TITLES)
    for pattern in (_ANNOUNCED_NAME,) * announced + (_TITLED_NAME,) * titled:
        for match in pattern.finditer(text):
            if match["name"].lower() not in spared:
                yield _finding("name", match, "name")
    for name in sorted(known, key=len, reverse=True):
        if name.strip():
            pattern = re.compile(r"\b" + re.escape(name.strip()) + r"\b", re.IGNORECASE)
            yield from (_finding("name", match) for match in pattern.finditer(text))


def _finding(kind: str, match: re.Match[str], group: str | int = 0) -> Finding:
    return Finding(kind=kind, start=match.start(group), end=match.end(group))


def _phones(text: str, regions: Collection[str]) -> Iterator[Finding]:
    try:
        from phonenumbers import Leniency, PhoneNumberMatcher
    except ImportError as error:
        raise LibraryMissing("phonenumbers", "Finding phone numbers") from error
    for region in regions:
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
            yield Finding(kind="phone", start=match.start, end=match.end)


def _spoken_phones(text: str) -> Iterator[Finding]:
    for spoken in _DIGIT_WORDS.finditer(text):
        if not _counting(spoken[0]):
            yield Finding(kind="phone", start=spoken.start(), end=spoken.start() + len(spoken[0].rstrip(" ,-")))


def _counting(spoken: str) -> bool:
    """Whether digits go up or down by one, as a learner counts, or are all the same."""
    values = [max(_DIGITS.index(word) - 1, 0) for word in re.findall(r"[a-z]+", spoken.lower()) if word in _DIGITS]
    return len({second - first for first, second in pairwise(values)}) == 1


def _luhn(card: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(character) for character in reversed(card) if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """The check digits of ISO 13616: letters as 10..35, the first four at the end, 1 modulo 97."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1
