"""Noun phrases: read from words, turned to the listener's side, put right where an article or plural is missing.

"my mother" becomes "your mother", "see elephant" gets "an elephant", "two cat" becomes "two cats". Reads no verbs.
"""

from msgspec import Struct

from policies.tutor import inflection, lexicon
from policies.tutor.lexicon import Noun
from policies.tutor.verbs import Person

_FLIPPED_SUBJECT = {"i": "you", "we": "you", "you": "I", "this": "that", "these": "those"}
_FLIPPED_OBJECT = {
    "me": "you", "us": "you", "you": "me", "mine": "yours", "yours": "mine", "ours": "yours", "myself": "yourself",
    "yourself": "myself", "ourselves": "yourselves", "this": "that", "these": "those",
}  # fmt: skip
_FLIPPED_POSSESSIVE = {"my": "your", "our": "your", "your": "my", "this": "that", "these": "those"}
_OF_STARTS = ("a lot of", "lots of", "a cup of", "a glass of", "a piece of", "a bottle of", "some of", "one of",
              "most of", "all of", "a kind of", "a box of", "half of", "a bowl of", "a pair of")  # fmt: skip
_PREDETERMINERS = ("a few", "a little", "the same", "all the", "such a", "quite a")
_BARE_AFTER = {
    "at": ("school", "home", "work", "college", "night", "university", "church"),
    "to": ("school", "work", "bed", "college", "university", "church"),
    "in": ("bed", "class", "hospital", "summer", "winter", "spring", "autumn"),
    "from": ("school", "work", "home"),
    "after": ("school", "work", "class", "breakfast", "lunch", "dinner"),
    "before": ("school", "work", "class", "breakfast", "lunch", "dinner", "bed"),
    "by": ("car", "bus", "train", "plane", "bike", "bicycle", "boat", "ship", "taxi", "subway", "tram", "phone"),
    "for": ("breakfast", "lunch", "dinner", "school", "work", "example"),
    "on": ("foot",),
}
VAGUE = frozenset("any no every each such many several more enough some much another both all lots half most".split())
THE_AFTER = frozenset("in at to from near into around across through behind over".split())


_COMPOUNDING = frozenset("thing school hobby vehicle sport place matter drink clothes".split())


class Slip(Struct, frozen=True, kw_only=True):
    """Something that the tutor would say in another way; kinds as in `events.values.Note`."""

    kind: str
    said: str
    better: str


class NounPhrase(Struct, frozen=True, kw_only=True):
    """A noun phrase from the listener's side. ``text`` is its first mention, ``again`` a later one ("the elephant").

    ``kind`` is pronoun, name, noun, number or clock; ``category`` the noun's (lexicon.toml), ``head`` its singular.
    """

    text: str
    again: str
    kind: str
    head: str
    person: Person
    category: str = ""
    determined: bool = False
    mass: bool = False
    sure: bool = True
    slips: tuple[Slip, ...] = ()
    pronoun: str = ""
    owned: bool = False


def read(words: list[str], start: int, *, role: str, before: str = "", depth: int = 0) -> list[tuple[NounPhrase, int]]:
    """Every noun phrase that can begin at ``start`` with the index after it, the longest first.

    ``role`` is "subject" or "object"; ``before`` the word before, which decides about articles ("to school").
    ``depth`` counts the phrases around this one ("the cat of the dog of ..."); two are enough for speech.
    """
    if start >= len(words):
        return []
    found = [*_pronoun(words, start, role), *_name(words, start), *_noun(words, start, role, before)]
    joined: list[tuple[NounPhrase, int]] = []
    for phrase, end in found:
        joined += _extended(phrase, words, end, role, depth) if depth < 2 else []
    joined += found
    return sorted(joined, key=lambda item: -item[1])


def _pronoun(words: list[str], start: int, role: str) -> list[tuple[NounPhrase, int]]:
    word = words[start]
    if role == "subject" and word in lexicon.SUBJECT_PRONOUNS:
        flipped = _FLIPPED_SUBJECT.get(word, word)
        persons = {"I": Person(person=1), "you": Person(person=2), "they": Person(plural=True)}
        many = Person(plural=True) if flipped in ("those",) else Person()
        person = persons.get(flipped, many)
        return [(_plain(flipped, "pronoun", person, again=flipped), start + 1)]
    if role == "object" and (word in lexicon.OBJECT_PRONOUNS or word in _FLIPPED_OBJECT):
        return [(_plain(_FLIPPED_OBJECT.get(word, word), "pronoun", Person()), start + 1)]
    if word in lexicon.INDEFINITE:
        end = start + 1
        text = word
        if word not in ("one",) and end < len(words) and lexicon.adjective(words[end]):
            text, end = f"{word} {words[end]}", end + 1
        return [(_plain(text, "pronoun", Person()), end)]
    return []


def _plain(text: str, kind: str, person: Person, *, again: str = "", pronoun: str = "") -> NounPhrase:
    return NounPhrase(
        text=text, again=again or text, kind=kind, head=text, person=person, determined=True, pronoun=pronoun
    )


def _name(words: list[str], start: int) -> list[tuple[NounPhrase, int]]:
    word = words[start]
    if word[:1].isupper():
        place = start > 0 and words[start - 1] in ("in", "to", "from", "at", "near", "visit")
        return [(_plain(word, "place_name" if place else "title", Person()), start + 1)]
    pronoun = lexicon.name(word)
    if not pronoun or (word == "mark" and start and words[start - 1] in lexicon.ARTICLES | lexicon.POSSESSIVES):
        return []
    kind = "name" if pronoun != "it" else "place_name"
    phrase = _plain(capital(word), kind, Person(), pronoun=pronoun)
    return [(phrase, start + 1)]


def is_vague(text: str) -> bool:
    """Whether it speaks of no one in particular: "any present", "a lot of people"."""
    return text.split(" ")[0] in VAGUE or text.startswith(("a lot of", "a few", "a little"))


def capital(name: str) -> str:
    """Each word of a name with a capital."""
    return " ".join(part[:1].upper() + part[1:] for part in name.split(" "))


class _Head(Struct, frozen=True, kw_only=True):
    noun: Noun
    words: tuple[str, ...]
    end: int


def _noun(words: list[str], start: int, role: str, before: str) -> list[tuple[NounPhrase, int]]:
    determiner, position = _determiner(words, start)
    last = position
    while last < len(words) and _is_adjective(words, last):
        last += 1
    for end in range(
        last, position - 1, -1
    ):  # "English" is an adjective in "English books", a noun in "English is hard"
        heads = _heads(words, end, bool(determiner))
        if heads:
            adjectives = words[position:end]
            return [(_built(determiner, adjectives, head, role, before), head.end) for head in heads]
    return []


def _is_adjective(words: list[str], position: int) -> bool:
    word = words[position]
    if word in ("very", "really", "so", "too") and position + 1 < len(words):
        return bool(lexicon.adjective(words[position + 1]))
    return bool(lexicon.adjective(word)) and position + 1 < len(words)


def _determiner(words: list[str], start: int) -> tuple[tuple[str, ...], int]:
    joined = " ".join(words[start : start + 3])
    for phrase in _OF_STARTS:
        if joined.startswith(phrase + " ") or joined == phrase:
            position = start + len(phrase.split())
            inner, end = _determiner(words, position) if position < len(words) else ((), position)
            return (phrase, *inner), end
    for phrase in _PREDETERMINERS:
        if joined.startswith(phrase + " "):
            return (phrase,), start + 2
    word = words[start]
    if word.endswith("'s") and len(word) > 3:
        stem = word[:-2]
        owner = capital(stem) if lexicon.name(stem) else stem
        return (owner + "'s",), start + 1
    if word in lexicon.POSSESSIVES or word in lexicon.ARTICLES or word in ("many", "much", "several", "more", "enough"):
        rest, end = ((), start + 1)
        after = words[end] if end < len(words) else ""
        if after in lexicon.NUMBERS or after.endswith("'s"):
            more, end = _determiner(words, end)
            return (word, *more), end
        if after in lexicon.POSSESSIVES and word in ("all", "both"):
            return (word, after), end + 1
        return (word, *rest), end
    if word in lexicon.NUMBERS or (word.isdigit() and len(word) < 5):
        return (word,), start + 1
    return (), start


def _heads(words: list[str], position: int, determined: bool) -> list[_Head]:
    """Single nouns and compounds of two ("story book", "police car"), the compound first."""
    if position >= len(words):
        return []
    heads: list[_Head] = []
    first = lexicon.nouns(words[position])
    if not determined and (lexicon.adverb(words[position]) or words[position] in lexicon.PARTICLES):
        return []
    joins = bool(first) and first[0].sure and not first[0].plural and first[0].category in _COMPOUNDING
    if position + 1 < len(words) and joins:
        second = lexicon.nouns(words[position + 1])[:1]
        if second and second[0].sure and not lexicon.is_closed(words[position + 1]):
            heads.append(_Head(noun=second[0], words=tuple(words[position : position + 2]), end=position + 2))
    if first and (first[0].sure or determined):
        heads.append(_Head(noun=first[0], words=(words[position],), end=position + 1))
    return heads


def _built(determiner: tuple[str, ...], adjectives: list[str], head: _Head, role: str, before: str) -> NounPhrase:
    noun, slips = head.noun, list[Slip]()
    body = " ".join([*adjectives, *head.words])
    first = determiner[0] if determiner else ""
    many = first in ("many", "several", "a few", "these", "those", "both", "all", "a lot of", "lots of") or (
        determiner and determiner[-1] in lexicon.NUMBERS and determiner[-1] not in ("one", "zero")
    )
    if many and not noun.plural and not noun.mass and noun.sure:
        better = " ".join([*adjectives, *head.words[:-1], lexicon.plural_of(noun.lemma)])
        start = " ".join(determiner)
        slips.append(Slip(kind="plural", said=f"{start} {body}", better=f"{start} {better}"))
        body, noun = better, Noun(lemma=noun.lemma, category=noun.category, plural=True)
    opening, owned = _opening(determiner, body, slips)
    if not determiner:
        opening = _missing_article(noun, bool(adjectives), role, before, slips, body)
        if opening == "plural":
            body, opening = " ".join([*adjectives, *head.words[:-1], lexicon.plural_of(noun.lemma)]), ""
            noun = Noun(lemma=noun.lemma, category=noun.category, plural=True)
    text = f"{opening} {body}".strip()
    again = text
    plain = " ".join([*(word for word in adjectives if len(adjectives) == 1), *body.split()[len(adjectives) :]])
    if opening in ("a", "an") or opening in lexicon.NUMBERS:
        again = f"the {plain}" if noun.category != "family" else f"your {plain}"
    elif is_vague(opening) and opening not in ("all the", "one of the", "a piece of your"):
        again = body if noun.plural or noun.mass else f"the {body}"
    return NounPhrase(
        text=text,
        again=again,
        kind="noun",
        head=noun.lemma if len(head.words) == 1 else " ".join([*head.words[:-1], noun.lemma]),
        person=Person(plural=noun.plural),
        category=noun.category,
        determined=bool(determiner),
        mass=noun.mass,
        sure=noun.sure,
        slips=tuple(slips),
        pronoun="they" if noun.plural else lexicon.gender(noun.lemma),
        owned=owned,
    )


def _opening(determiner: tuple[str, ...], body: str, slips: list[Slip]) -> tuple[str, bool]:
    parts: list[str] = []
    owned = False
    for word in determiner:
        owned = owned or word in ("my", "our")
        if word in ("a", "an"):
            if _only_mass(body):
                slips.append(Slip(kind="article", said=f"{word} {body}", better=body))
                continue  # "a great fun"
            right = inflection.article(body)
            if right != word:
                slips.append(Slip(kind="article", said=f"{word} {body}", better=f"{right} {body}"))
            word = right
        parts.append(_FLIPPED_POSSESSIVE.get(word, word))
    return " ".join(parts), owned


def _only_mass(body: str) -> bool:
    readings = lexicon.nouns(body.split(" ")[-1])
    return bool(readings) and all(reading.mass and reading.sure for reading in readings)


def _missing_article(noun: Noun, described: bool, role: str, before: str, slips: list[Slip], body: str) -> str:
    """What to put before a noun that came without an article: "", "a", "the", "your", or "plural" for the plural."""
    if noun.plural or noun.mass or not noun.sure:
        return ""
    if noun.lemma in _BARE_AFTER.get(before, ()) or noun.category in ("meal", "time") or noun.lemma == "home":
        return ""
    if before in ("and", "or"):
        return ""
    if noun.category == "family":
        slips.append(Slip(kind="article", said=body, better=f"your {body}"))
        return "your"
    if before in ("like", "love", "hate", "enjoy", "prefer") and not described:
        slips.append(Slip(kind="plural", said=body, better=lexicon.plural_of(noun.lemma)))
        return "plural"
    word = "the" if role == "subject" or (before in THE_AFTER and noun.category in ("place", "nature", "thing")) else ""
    word = word or inflection.article(body)
    slips.append(Slip(kind="article", said=body, better=f"{word} {body}"))
    return word


def _extended(phrase: NounPhrase, words: list[str], end: int, role: str, depth: int) -> list[tuple[NounPhrase, int]]:
    """The phrase with "of ..." or "and ..." after it."""
    if end + 1 >= len(words) or words[end] not in ("of", "and", "or"):
        return []
    if words[end] == "of" and phrase.kind != "noun":
        return []
    joined: list[tuple[NounPhrase, int]] = []
    inner_role = "object" if words[end] == "of" else role
    for other, after in read(words, end + 1, role=inner_role, before=words[end], depth=depth + 1):
        if words[end] == "of":
            inner = {"text": f"{phrase.text} of {other.text}", "again": f"{phrase.again} of {other.again}"}
            person, category, head = phrase.person, phrase.category, phrase.head
        else:
            inner = {"text": f"{phrase.text} {words[end]} {other.text}"}
            inner["again"] = inner["text"]
            second = "you" in (phrase.text, other.text) and role == "subject"
            person = Person(person=2) if second else Person(plural=True)
            category, head = (phrase.category if phrase.category == other.category else ""), other.head
        joined.append(
            (
                NounPhrase(
                    text=inner["text"],
                    again=inner["again"],
                    kind=phrase.kind if phrase.kind != "pronoun" else other.kind,
                    head=head,
                    person=person,
                    category=category,
                    determined=True,
                    mass=phrase.mass,
                    sure=phrase.sure and other.sure,
                    slips=phrase.slips + other.slips,
                    pronoun="they" if person.plural else phrase.pronoun,
                    owned=phrase.owned,
                ),
                after,
            )
        )
    return joined


def category_of(noun: NounPhrase) -> str:
    """The category to ask about: the noun's, or name and place_name."""
    return noun.category if noun.kind == "noun" else noun.kind
