"""A sentence as words with positions, and what a rule may ask about them. Holds no rule."""

import re
from collections.abc import Iterator

from msgspec import Struct

from policies.tutor import lexicon

_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+(?:[.,:]\d+)*|[^\w\s]")
_SENTENCE_END = frozenset(".?!;")

CLAUSE_OPENERS = frozenset("but because so if when and well yes no then although while".split())
TIME_ADVERBS = frozenset(
    "today tomorrow yesterday tonight now last next every ago later before after already yet".split()
)
OTHER_ADVERBS = frozenset("here there too also very again only just much well please together often always".split())
FREQUENCY = frozenset("always never often usually sometimes really also only still just rarely already".split())
_HELPING = lexicon.BE_FORMS | lexicon.DO_FORMS | lexicon.HAVE_FORMS | lexicon.MODALS


class Token(Struct, frozen=True):
    """One word or mark: as written, in lower case with straight apostrophes, and its characters in the text."""

    text: str
    low: str
    start: int
    end: int


class Slip(Struct, frozen=True, kw_only=True):
    """Tokens ``first``..``last`` (both included) and what they should be."""

    first: int
    last: int
    better: str
    message: str


class Sentence:
    """The tokens of one sentence, without its closing mark; ``question`` says that the mark is one of a question."""

    def __init__(self, tokens: list[Token], *, question: bool) -> None:
        self.tokens = tokens
        self.low = [token.low for token in tokens]
        self.question = question

    def __len__(self) -> int:
        return len(self.tokens)

    def at(self, index: int) -> str:
        """The lower-case token, "" outside the sentence."""
        return self.low[index] if 0 <= index < len(self.low) else ""

    def starts_clause(self, index: int, *, joined: bool = True) -> bool:
        """Whether a subject here begins a clause; ``joined`` lets "and" and a comma stand before it."""
        before = self.at(index - 1)
        if index == 0:
            return True
        if before == "and":  # "he runs and she swims", but "you and I", "my brother and he"
            return joined and any(verb_forms(word) or word in _HELPING for word in self.low[: index - 1])
        if before == ",":
            return joined
        return before in CLAUSE_OPENERS

    def closes_phrase(self, index: int) -> bool:
        """Whether a noun before this position is complete: the end, a mark or a function word follows."""
        word = self.at(index)
        if not word or not word[0].isalnum():
            return True
        if lexicon.is_closed(word) and word not in ("of", "there") and word not in lexicon.NUMBERS:
            return True
        return (
            word in TIME_ADVERBS or word in OTHER_ADVERBS or word in lexicon.MODALS or word in ("who", "which", "don't")
        )


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, parted at . ? ! ;"""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match.group() in _SENTENCE_END:
            if tokens:
                yield Sentence(tokens, question=match.group() == "?")
            tokens = []
        else:
            word = match.group()
            tokens.append(Token(word, word.lower().replace("’", "'"), match.start(), match.end()))
    if tokens:
        yield Sentence(tokens, question=False)


def verb_forms(word: str) -> dict[str, str]:
    """Readings of a word as a well-known verb: form ("base", "third", "past", "participle", "ing") to lemma."""
    return {reading.form: reading.lemma for reading in lexicon.verbs(word) if reading.sure}


def base_only(word: str) -> str:
    """The word if it is the base of a verb and no past form of one ("go", not "put"), else ""."""
    forms = verb_forms(word)
    return word if "base" in forms and "past" not in forms and word not in ("be", "must") else ""


def is_count_singular(word: str) -> bool:
    """Whether it is surely a singular noun that cannot stand without a determiner."""
    readings = lexicon.nouns(word)
    return bool(readings) and all(noun.sure and not noun.plural and not noun.mass for noun in readings)


def is_plural(word: str) -> bool:
    """Whether it is surely a plural and nothing else."""
    readings = lexicon.nouns(word)
    return bool(readings) and all(noun.sure and noun.plural for noun in readings)


def is_mass(word: str) -> bool:
    """Whether it is surely a noun that has no plural."""
    readings = lexicon.nouns(word)
    return bool(readings) and all(noun.sure and noun.mass for noun in readings)


def singular(word: str) -> str:
    """The singular of a plural that the lexicon knows."""
    return lexicon.nouns(word)[0].lemma


def category(word: str) -> str:
    """What kind of thing a noun is: family, job, thing …; "" when it is no noun we are sure of."""
    return next((noun.category for noun in lexicon.nouns(word) if noun.sure), "")


PEOPLE = frozenset(("family", "person", "job", "animal"))


def subject_end(sentence: Sentence, start: int) -> int:
    """The last token of a subject that begins here, -1 if none does.

    A pronoun, a first name or people with their owner, two of them joined: "he", "Maria", "my old friend",
    "my brother and I".
    """
    end = _one_subject(sentence, start)
    if end >= 0 and sentence.at(end + 1) == "and":
        other = _one_subject(sentence, end + 2)
        return other if other >= 0 and not sentence.at(other + 1).endswith("ing") else end
    return end


def _one_subject(sentence: Sentence, start: int) -> int:
    word = sentence.at(start)
    if word in lexicon.PERSONAL or (lexicon.name(word) in ("he", "she") and word not in ("mark", "rose", "will")):
        return start
    if word not in lexicon.POSSESSIVES | {"the", "a", "an"}:
        return -1
    noun = start + 2 if is_adjective(sentence.at(start + 1)) else start + 1
    return noun if category(sentence.at(noun)) in PEOPLE else -1


def is_singular_subject(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the subject from ``start`` to ``end`` takes "goes" rather than "go"."""
    word = sentence.at(end)
    return "and" not in sentence.low[start:end] and word not in ("i", "you", "we", "they") and not is_plural(word)


def is_adjective(word: str) -> bool:
    """Whether it may stand between an article and a noun."""
    return word not in lexicon.QUANTIFIERS and (bool(lexicon.adjective(word)) or word in ("very", "really", "own"))
