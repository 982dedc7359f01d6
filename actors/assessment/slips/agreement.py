"""Subject and verb, determiner and noun that do not agree."""

from collections.abc import Iterator

from actors.assessment.slips.sentence import (
    FREQUENCY,
    PEOPLE,
    Sentence,
    Slip,
    base_only,
    category,
    is_count_singular,
    is_plural,
    verb_forms,
)
from policies.tutor import lexicon

HE_SHE_IT = frozenset(("he", "she", "it"))
EVERYBODY = frozenset("everybody everyone somebody someone nobody anybody anyone".split())
PLURAL_PRONOUNS = frozenset(("they", "we", "you"))
BE_OF = {"i": {"present": "am", "past": "was"}} | {
    one: {"present": "is", "past": "was"} for one in (*HE_SHE_IT, *EVERYBODY)
} | {one: {"present": "are", "past": "were"} for one in PLURAL_PRONOUNS}  # fmt: skip
BE_TENSE = {"am": "present", "is": "present", "are": "present", "was": "past", "were": "past"}
NEGATED = {"don't": "doesn't", "haven't": "hasn't", "aren't": "isn't", "weren't": "wasn't"}
THIRD_NEGATED = {"doesn't": "don't", "hasn't": "haven't"}
UNREAL = frozenset(("if", "wish", "though", "were"))
SAME_AS_NOUN_NEEDS = lexicon.PREPOSITIONS | lexicon.ARTICLES | lexicon.POSSESSIVES | lexicon.OBJECT_PRONOUNS


def third_person(sentence: Sentence) -> Iterator[Slip]:
    """ "he go", "my brother like football", "everybody know", "she don't": the verb takes -s after one person."""
    for end in _singular_subjects(sentence):
        verb = end + 1
        if sentence.at(verb) in FREQUENCY:
            verb += 1
        word = sentence.at(verb)
        if word in NEGATED and word in ("don't", "haven't"):
            yield _agree(sentence, verb, NEGATED[word], end)
        elif (base := base_only(word)) and _is_verb_here(sentence, verb):
            yield _agree(sentence, verb, lexicon.third(base), end)


def plural_subject(sentence: Sentence) -> Iterator[Slip]:
    """ "people is", "my parents works", "children has": no -s after more than one."""
    for index, word in enumerate(sentence.low):
        own = sentence.at(index - 1) in lexicon.POSSESSIVES | {"the", "these", "those", "many", "some", "all"}
        start = index - 1 if own else index
        if not is_plural(word) or category(word) not in PEOPLE or not sentence.starts_clause(start, joined=False):
            continue
        if not own and word != "people":
            continue
        verb = index + 2 if sentence.at(index + 1) in FREQUENCY else index + 1
        said = sentence.at(verb)
        forms = verb_forms(said)
        if said in ("is", "was"):
            yield _agree(sentence, verb, "are" if said == "is" else "were", index)
        elif said in ("isn't", "wasn't", "doesn't", "hasn't"):
            better = {"isn't": "aren't", "wasn't": "weren't", "doesn't": "don't", "hasn't": "haven't"}[said]
            yield _agree(sentence, verb, better, index)
        elif "third" in forms and (not lexicon.nouns(said) or sentence.at(verb + 1) in SAME_AS_NOUN_NEEDS):
            yield _agree(sentence, verb, forms["third"], index)


def plural_pronoun(sentence: Sentence) -> Iterator[Slip]:
    """ "and they lives", "we often goes", "I has": no -s after more than one, nor after I and you."""
    for index, word in enumerate(sentence.low):
        if word not in PLURAL_PRONOUNS | {"i"} or not sentence.starts_clause(index):
            continue
        verb = index + 2 if sentence.at(index + 1) in FREQUENCY else index + 1
        said, following = sentence.at(verb), sentence.at(verb + 1)
        if said in THIRD_NEGATED:
            yield _agree(sentence, verb, THIRD_NEGATED[said], index)
            continue
        base = verb_forms(said).get("third", "")
        noun = lexicon.nouns(said) and not sentence.closes_phrase(verb + 1)  # "we sports fans"
        if base and not noun and following not in lexicon.BE_FORMS | lexicon.MODALS:
            yield _agree(sentence, verb, base, index)


def be_forms(sentence: Sentence) -> Iterator[Slip]:
    """ "they is", "he are", "I is"."""
    for index, word in enumerate(sentence.low):
        tense = BE_TENSE.get(sentence.at(index + 1), "")
        if word not in BE_OF or not tense or not sentence.starts_clause(index):
            continue
        said, better = sentence.at(index + 1), BE_OF[word][tense]
        if said != better and not (said == "were" and UNREAL & set(sentence.low[:index])):
            yield _agree(sentence, index + 1, better, index)


def there_is(sentence: Sentence) -> Iterator[Slip]:
    """ "there is many people", "there is two cats"; "there are a dog"."""
    for index, word in enumerate(sentence.low):
        joined = word == "there's"
        if not joined and word != "there":
            continue
        be = index if joined else index + 1
        verb = "is" if joined else sentence.at(be)
        following = sentence.low[be + 1 :]
        if verb in ("is", "was") and _counts_many(following):
            better = "are" if verb == "is" else "were"
            text = f"{sentence.tokens[index].text[:5]} {better}" if joined else better
            yield Slip(first=be, last=be, better=text, message=f'More than one: "there {better}".')
        if verb in ("are", "were") and following[:1] and following[0] in ("a", "an", "one"):
            noun = next((i for i, w in enumerate(following[1:3], 1) if is_count_singular(w)), 0)
            if noun and sentence.closes_phrase(be + 1 + noun + 1) and sentence.at(be + 1 + noun + 1) != "and":
                better = "is" if verb == "are" else "was"
                yield Slip(first=be, last=be, better=better, message=f'Only one: "there {better}".')


def this_and_these(sentence: Sentence) -> Iterator[Slip]:
    """ "this books", "these car"."""
    for index, word in enumerate(sentence.low):
        noun = sentence.at(index + 1)
        if word == "this" and is_plural(noun) and sentence.closes_phrase(index + 2):
            yield Slip(first=index, last=index, better="these", message=f'More than one: "these {noun}".')
        many = word in ("these", "those") and is_count_singular(noun)
        if many and sentence.closes_phrase(index + 2) and not verb_forms(noun):
            plural = lexicon.plural_of(noun)
            yield Slip(first=index + 1, last=index + 1, better=plural, message=f'More than one: "{word} {plural}".')


def _singular_subjects(sentence: Sentence) -> Iterator[int]:
    """The last token of each subject that is one person or thing."""
    for index, word in enumerate(sentence.low):
        if word in HE_SHE_IT | EVERYBODY and sentence.starts_clause(index):
            yield index
        owner = word in lexicon.POSSESSIVES | {"the"} and sentence.starts_clause(index, joined=False)
        noun = sentence.at(index + 1)
        if owner and is_count_singular(noun) and category(noun) in PEOPLE:
            yield index + 1
        if lexicon.name(word) in HE_SHE_IT and sentence.starts_clause(index, joined=False):
            yield index


def _is_verb_here(sentence: Sentence, index: int) -> bool:
    """Whether a base form is used as the verb; a word that is a noun as well needs an object or a place after it."""
    word, following = sentence.at(index), sentence.at(index + 1)
    if word == "use" and following == "to":
        return False
    if sentence.at(index - 1) in lexicon.PERSONAL | EVERYBODY or not lexicon.nouns(word):
        return following not in lexicon.BE_FORMS | lexicon.MODALS
    return following in SAME_AS_NOUN_NEEDS


def _counts_many(following: list[str]) -> bool:
    """Whether a phrase of more than one begins here: "many people", "two big cats", "a lot of books"."""
    rest = (
        following[3:]
        if following[:3] == ["a", "lot", "of"]
        else following[2:]
        if following[:2] == ["lots", "of"]
        else []
    )
    if not rest and following[:1] and (following[0] in ("many", "several", "some") or _several(following[0])):
        rest = following[1:]
    return any(is_plural(word) for word in rest[:1]) or (
        len(rest) > 1 and bool(lexicon.adjective(rest[0])) and is_plural(rest[1])
    )


def _several(word: str) -> bool:
    return word in lexicon.NUMBERS[2:] or (word.isdecimal() and int(word) > 1)


def _agree(sentence: Sentence, verb: int, better: str, subject: int) -> Slip:
    who = sentence.tokens[subject].text
    who = who if who == "I" else who.lower()
    return Slip(first=verb, last=verb, better=better, message=f'After "{who}" we say "{better}".')
