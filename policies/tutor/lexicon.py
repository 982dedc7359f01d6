"""What the tutor knows about single words: nouns with their category, verbs with their forms, closed classes, names.

The hand-made list (lexicon.toml) is certain; `cefrpy`'s word list (CEFR level and parts of speech for 170,000 words)
answers for the rest and is marked as unsure. Parses nothing longer than a word.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct

from policies.tutor import inflection
from projections import cefr

SUBJECT_PRONOUNS = frozenset("i you he she it we they this that these those".split())
PERSONAL = frozenset("i you he she it we they".split())
OBJECT_PRONOUNS = frozenset("me you him her it us them this that these those".split())
INDEFINITE = frozenset(
    "something anything nothing everything someone somebody anyone anybody everyone everybody nobody one".split()
) | {"no one"}
POSSESSIVES = frozenset("my your his her its our their".split())
ARTICLES = frozenset("a an the this that these those some any no every each another both all".split())
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
).split()
QUANTIFIERS = frozenset("many much few several more most enough little".split())
PREPOSITIONS = frozenset(
    "in on at to from with without about for of by near into onto over under behind between after before around across "
    "through during like along inside outside upon against beside next".split()
)
PARTICLES = frozenset("up down out off away back on over around in".split())
MODALS = frozenset("can could will would shall should may might must".split())
BE_FORMS = frozenset("am is are was were".split())
DO_FORMS = frozenset("do does did".split())
HAVE_FORMS = frozenset("have has had".split())
CONJUNCTIONS = frozenset("and but or because so when if while although though than as since until that".split())
WH_WORDS = frozenset("what where when who why how which whose".split())
INTERJECTIONS = frozenset(
    "well oh um uh er hmm hm ah yes yeah yep no nope ok okay hey hi hello wow please sorry so then and but now really "
    "certainly actually maybe perhaps finally also sure right".split()
)


_C1 = 5


class Noun(Struct, frozen=True, kw_only=True):
    """A noun as it stands: its singular, its category, whether this form is plural and whether it can be counted."""

    lemma: str
    category: str
    plural: bool = False
    mass: bool = False
    sure: bool = True


class VerbForm(Struct, frozen=True, kw_only=True):
    """One reading of a word as a verb; ``form`` is base, third, past, participle or ing."""

    lemma: str
    form: str
    sure: bool = True


class _Data(Struct, frozen=True):
    nouns: dict[str, tuple[Noun, ...]]
    verbs: dict[str, tuple[VerbForm, ...]]
    forms: dict[str, tuple[str, str, str]]
    adjectives: dict[str, str]
    adverbs: dict[str, str]
    names: dict[str, str]
    gender: dict[str, str]
    mood: frozenset[str]
    plurals: dict[str, str]


@cache
def _data() -> _Data:
    raw = tomllib.loads(resources.files("policies.tutor").joinpath("lexicon.toml").read_text(encoding="utf-8"))
    forms = _verb_forms(raw)
    return _Data(
        nouns=_nouns(raw),
        verbs=_verbs(forms),
        forms=forms,
        adjectives={word: kind for kind in ("other", "good", "bad") for word in raw["adjectives"][kind].split()},
        adverbs={word: kind for kind in ("manner", "time", "place") for word in raw["adverbs"][kind].split()},
        names=_names(raw),
        gender={word: pronoun for pronoun in ("he", "she") for word in raw["gender"][pronoun].split()},
        mood=frozenset(raw["adjectives"]["mood"].split()),
        plurals={key: value.replace("_", " ") for key, value in raw["plurals"].items()},
    )


def _spread(words: str) -> list[str]:
    return [word.replace("_", " ") for word in words.split()]


def _nouns(raw: dict[str, Any]) -> dict[str, tuple[Noun, ...]]:
    found: dict[str, list[Noun]] = {}
    irregular = {key.replace("_", " "): value.replace("_", " ") for key, value in raw["plurals"].items()}
    for category, words in raw["mass"].items():
        for word in _spread(words):
            found.setdefault(word, []).append(Noun(lemma=word, category=category, mass=True))
    for category, words in raw["nouns"].items():
        for word in _spread(words):
            found.setdefault(word, []).append(Noun(lemma=word, category=category))
            many = irregular.get(word) or inflection.plural(word)
            if many != word:
                found.setdefault(many, []).append(Noun(lemma=word, category=category, plural=True))
    for category, words in raw["plural_only"].items():
        for word in _spread(words):
            entries = found.setdefault(word, [])
            if not any(entry.plural for entry in entries):
                entries.append(Noun(lemma=word, category=category, plural=True))
    return {word: tuple(entries) for word, entries in found.items()}


def _verb_forms(raw: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    forms: dict[str, tuple[str, str, str]] = {}
    for base in raw["verbs"]["regular"].split():
        if "_" not in base:
            forms[base] = (inflection.past(base), inflection.past(base), inflection.third_person(base))
    for base, parts in raw["irregular"].items():
        split = parts.split()
        forms[base] = (split[0], split[1], split[2] if len(split) > 2 else inflection.third_person(base))
    return forms


def _verbs(forms: dict[str, tuple[str, str, str]]) -> dict[str, tuple[VerbForm, ...]]:
    found: dict[str, list[VerbForm]] = {}
    for base, (past, participle, third) in forms.items():
        readings = ((base, "base"), (third, "third"), (past, "past"), (participle, "participle"))
        for word, form in (*readings, (inflection.ing(base), "ing")):
            found.setdefault(word, []).append(VerbForm(lemma=base, form=form))
    return {word: tuple(entries) for word, entries in found.items()}


def _names(raw: dict[str, Any]) -> dict[str, str]:
    names = {word: pronoun for pronoun in ("he", "she") for word in raw["names"][pronoun].split()}
    return names | dict.fromkeys(_spread(raw["places_named"]["names"]), "it")


@cache
def _tags(word: str) -> frozenset[str]:
    if len(word) > cefr.LONGEST:
        return frozenset()
    return frozenset(cefr.words().get_all_pos_for_word_as_str(word) or ())


def is_word(word: str) -> bool:
    """Whether English knows it, by the CEFR word list or ours."""
    return bool(_tags(word)) or word in _data().nouns or word in _data().verbs or word in _data().names


def is_common(word: str) -> bool:
    """Whether it is known as anything but a proper noun, or is a name that we know."""
    return (
        bool(_tags(word) - {"NNP", "NNPS", "JJ"}) or word in _data().nouns or word in _data().names or is_closed(word)
    )


def is_familiar(word: str) -> bool:
    """Whether it is a word that a learner may well say: of our own lists, or in the CEFR list up to C1.

    On C2 the CEFR list also holds scraps such as "ti" and "cha".
    """
    plain = word.removesuffix("'s")
    ours = _data()
    if plain in ours.nouns or plain in ours.verbs or plain in ours.adjectives or plain in ours.adverbs:
        return True
    if plain in ours.names or is_closed(plain) or plain in INTERJECTIONS or plain in NUMBERS or plain.isdigit():
        return True
    level = cefr_level(plain)
    return bool(adjective(plain)) or (level is not None and level <= _C1 and bool(_tags(plain) - {"NNP", "NNPS"}))


def cefr_level(word: str) -> int | None:
    """The average CEFR level of a word, 1 (A1) to 6 (C2), None if the list does not hold it."""
    return cefr.cefr_level(word)


def nouns(word: str) -> tuple[Noun, ...]:
    """Readings of a word as a noun, ours first; a guess from the word list is not ``sure``."""
    known = _data().nouns.get(word)
    if known:
        return known
    tags = _tags(word)
    if word in _data().verbs or word in _data().adjectives or word in _data().adverbs or is_closed(word):
        return ()
    if "NNS" in tags and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        lemma = word[:-3] + "y" if word.endswith("ies") else word[:-1]
        return (Noun(lemma=lemma, category="", plural=True, sure=False),)
    if word in NUMBERS:
        return ()
    if "NN" in tags and not word.endswith(("ing", "ed", "ly")):
        return (Noun(lemma=word, category="", sure=False),)
    return ()


def plural_of(lemma: str) -> str:
    """The plural of a singular noun."""
    return _data().plurals.get(lemma.replace(" ", "_")) or _data().plurals.get(lemma) or inflection.plural(lemma)


def verbs(word: str) -> tuple[VerbForm, ...]:
    """Readings of a word as a verb; be, have and do are among them."""
    known = _data().verbs.get(word)
    if known:
        return known
    tags = _tags(word)
    if word in _data().nouns or word in _data().adjectives or word in _data().adverbs or is_closed(word):
        return ()
    if word.endswith("ed") and "VBD" in tags:
        for lemma in (word[:-2], word[:-1], word[:-3]):
            if "VB" in _tags(lemma) and inflection.past(lemma) == word:
                return tuple(VerbForm(lemma=lemma, form=form, sure=False) for form in ("past", "participle"))
    return ()


def third(lemma: str) -> str:
    """Third person singular of a known verb."""
    forms = _data().forms.get(lemma)
    return forms[2] if forms else inflection.third_person(lemma)


def past(lemma: str) -> str:
    """Past tense of a known verb."""
    forms = _data().forms.get(lemma)
    return forms[0] if forms else inflection.past(lemma)


def participle(lemma: str) -> str:
    """Past participle of a known verb."""
    forms = _data().forms.get(lemma)
    return forms[1] if forms else inflection.past(lemma)


_ADJECTIVE_TAGS = frozenset(("JJ", "JJR", "JJS"))


def adjective(word: str) -> str:
    """ "good", "bad" or "other" for an adjective, "" for anything else; -er and -est forms of ours count."""
    known = _data().adjectives.get(word, "")
    if known or len(word) < 4:
        return known
    tags = _tags(word)
    if tags and tags <= _ADJECTIVE_TAGS and word not in _data().adverbs and not is_closed(word):
        return "other"
    for ending in ("er", "est"):
        stem = word.removesuffix(ending)
        if stem != word and (stem in _data().adjectives or stem + "e" in _data().adjectives):
            return "other"
    return ""


def is_mood(word: str) -> bool:
    """Whether a person can feel so: tired, happy."""
    return word in _data().mood


def adverb(word: str) -> str:
    """ "time", "place" or "manner" for an adverb, else ""."""
    return _data().adverbs.get(word, "")


def name(word: str) -> str:
    """ "he" or "she" for a first name, "it" for a country or city, else ""."""
    return _data().names.get(word, "")


def gender(lemma: str) -> str:
    """The pronoun of a noun for a person, "" where it may be either."""
    return _data().gender.get(lemma, "")


def is_closed(word: str) -> bool:
    """Whether it is a function word."""
    return (
        word in SUBJECT_PRONOUNS
        or word in OBJECT_PRONOUNS
        or word in POSSESSIVES
        or word in ARTICLES
        or word in PREPOSITIONS
        or word in MODALS
        or word in CONJUNCTIONS
        or word in WH_WORDS
        or word in INDEFINITE
        or word in QUANTIFIERS
        or word in ("be", "been", "being", "not", "to", "there")
        or word in BE_FORMS | DO_FORMS | HAVE_FORMS
    )
