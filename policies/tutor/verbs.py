"""Verb groups: from "is not going to see" to tense, aspect, modal and verb, and back to words for any subject.

Knows statements and questions; knows nothing of objects.
"""

from msgspec import Struct
from msgspec.structs import replace

from policies.tutor import inflection, lexicon

_CONTRACTED = {
    "am": "am not",
    "is": "isn't",
    "are": "aren't",
    "was": "wasn't",
    "were": "weren't",
    "do": "don't",
    "does": "doesn't",
    "did": "didn't",
    "have": "haven't",
    "has": "hasn't",
    "had": "hadn't",
    "can": "can't",
    "could": "couldn't",
    "will": "won't",
    "would": "wouldn't",
    "should": "shouldn't",
}


class VerbGroup(Struct, frozen=True, kw_only=True):
    """A finite verb with all that belongs to it. ``going`` is "be going to"; ``agrees`` is false for "he like"."""

    lemma: str
    past: bool = False
    modal: str = ""
    going: bool = False
    perfect: bool = False
    progressive: bool = False
    passive: bool = False
    negative: bool = False
    adverb: str = ""
    agrees: bool = True
    sure: bool = True
    with_be: str = ""  # the form of be that was said before a bare verb: "am" of "I am work"


class Person(Struct, frozen=True, kw_only=True):
    """Grammatical person (1, 2, 3) and number of a subject."""

    person: int = 3
    plural: bool = False


def statement(group: VerbGroup, subject: Person) -> str:
    """The words of the group after its subject: "don't like", "will see", "was walking"."""
    chain = _chain(group, subject)
    adverb = [group.adverb] if group.adverb else []
    if not group.negative:
        return " ".join([chain[0], *adverb, *chain[1:]] if _has_operator(group) else [*adverb, *chain])
    if not _has_operator(group):
        chain = [_do(group, subject), group.lemma, *chain[1:]]
    return " ".join([_CONTRACTED.get(chain[0], chain[0] + " not"), *adverb, *chain[1:]])


def question(group: VerbGroup, subject: Person) -> tuple[str, str]:
    """The operator that stands before the subject in a question, and the words after it ("did", "go")."""
    chain = _chain(group, subject)
    if not _has_operator(group):
        chain = [_do(group, subject), group.lemma, *chain[1:]]
    operator = chain[0]
    if group.negative:
        operator = "aren't" if operator == "am" else _CONTRACTED.get(operator, operator)
    kept = ["never"] if group.adverb == "never" else []
    return operator, " ".join(kept + chain[1:])


def be(subject: Person, past: bool = False) -> str:
    """The finite form of be."""
    if past:
        return "was" if not subject.plural and subject.person != 2 else "were"
    if subject.plural or subject.person == 2:
        return "are"
    return "am" if subject.person == 1 else "is"


def _do(group: VerbGroup, subject: Person) -> str:
    if group.past:
        return "did"
    return "does" if subject.person == 3 and not subject.plural else "do"


def _has_operator(group: VerbGroup) -> bool:
    chained = group.modal or group.going or group.perfect or group.progressive or group.passive
    return bool(chained) or group.lemma == "be"


def _chain(group: VerbGroup, subject: Person) -> list[str]:
    lemmas: list[tuple[str, str]] = []  # a lemma and the form that it asks of the next one
    if group.going:
        lemmas.append(("be", "going to"))
    if group.perfect:
        lemmas.append(("have", "participle"))
    if group.progressive:
        lemmas.append(("be", "ing"))
    if group.passive:
        lemmas.append(("be", "participle"))
    lemmas.append((group.lemma, ""))
    words = [group.modal] if group.modal else []
    form = "base" if group.modal else "finite"
    for lemma, asks in lemmas:
        words.append(_form(lemma, form, group.past, subject))
        if asks == "going to":
            words += ["going", "to"]
        form = "base" if asks == "going to" else asks
    return words


def _form(lemma: str, form: str, past: bool, subject: Person) -> str:
    if form == "participle":
        return "been" if lemma == "be" else lexicon.participle(lemma)
    if form == "ing":
        return inflection.ing(lemma)
    if form == "base":
        return lemma
    if lemma == "be":
        return be(subject, past)
    if past:
        return lexicon.past(lemma)
    return lexicon.third(lemma) if subject.person == 3 and not subject.plural else lemma


_MAY_FOLLOW_BE = frozenset(
    "like welcome mean light own lead bear close open clean tidy camp sound cross present wind set fish duck google "
    "fix cool care step point second end do be".split()
)
_SOMEBODY = frozenset("cook guide coach guard host judge".split())


def bare_after_be(word: str) -> str:
    """The verb whose base form this is, if after a person and be it can be nothing else: "work" of "I am work".

    "" for participles ("hurt", "come"), adjectives ("open"), adverbs ("home") and people ("cook"). After other subjects
    a word such as "work" may well be a noun: "the problem is work".
    """
    readings = {reading.form: reading for reading in lexicon.verbs(word) if reading.sure}
    if "base" not in readings or {"past", "participle"} & readings.keys():
        return ""
    if word in _MAY_FOLLOW_BE or word in _SOMEBODY or lexicon.adjective(word) or lexicon.adverb(word):
        return ""
    return "" if any(noun.category in _BEINGS for noun in lexicon.nouns(word)) else readings["base"].lemma


_BEINGS = ("person", "job", "family", "animal")


def read(words: list[str], start: int, subject: Person) -> tuple[VerbGroup, int] | None:
    """The verb group that begins at ``start`` and the index after it; None if there is none or it is broken."""
    lead = _skip(words, start)
    position = lead.end
    if position >= len(words):
        return None
    first = words[position]
    found: tuple[VerbGroup, int] | None = None
    if first in lexicon.MODALS:
        found = _after_modal(words, position)
    elif first in lexicon.BE_FORMS:
        found = _after_be(words, position, subject)
    elif first in lexicon.DO_FORMS:
        found = _after_do(words, position, subject)
    elif first in lexicon.HAVE_FORMS:
        found = _after_have(words, position, subject)
    if found is None and first not in lexicon.MODALS and first not in lexicon.BE_FORMS:
        found = _simple(words, position, subject)
    if found is None or lead.negative:
        return None
    group, end = found
    return (replace(group, adverb=lead.adverb) if lead.adverb and not group.adverb else group), end


class _Skipped(Struct, frozen=True):
    end: int
    negative: bool
    adverb: str


_KEPT = frozenset("always usually often sometimes never still already also really just only almost even ever".split())
_NOT_BETWEEN = frozenset(
    "well hard fast home please together alone today yesterday tomorrow tonight once twice".split()
)


def _skip(words: list[str], position: int) -> _Skipped:
    """Past adverbs and "not" between the parts of a verb group; "very" before a verb is a slip for "really"."""
    negative, adverb = False, ""
    while position < len(words):
        word = words[position]
        if word == "not":
            negative = True
        elif word in _NOT_BETWEEN or lexicon.adverb(word) not in ("time", "manner"):
            break
        elif word in _KEPT or word == "very":
            adverb = adverb or ("really" if word == "very" else word)
        position += 1
    return _Skipped(position, negative, adverb)


def _main(words: list[str], position: int, forms: tuple[str, ...]) -> tuple[lexicon.VerbForm, int] | None:
    if position >= len(words):
        return None
    if words[position] == "be" and "base" in forms:
        return lexicon.VerbForm(lemma="be", form="base"), position + 1
    if words[position] == "been" and "participle" in forms:
        return lexicon.VerbForm(lemma="be", form="participle"), position + 1
    for reading in lexicon.verbs(words[position]):
        if reading.form in forms:
            return reading, position + 1
    return None


def _passive(words: list[str], position: int) -> tuple[lexicon.VerbForm, int] | None:
    if position < len(words) and lexicon.adjective(words[position]):
        return None
    return _main(words, position, ("participle",))


def _after_modal(words: list[str], position: int) -> tuple[VerbGroup, int] | None:
    modal = words[position]
    gap = _skip(words, position + 1)
    group = VerbGroup(lemma="be", modal=modal, negative=gap.negative, adverb=gap.adverb)
    position = gap.end
    if words[position : position + 1] == ["have"]:
        done = _main(words, _skip(words, position + 1).end, ("participle",))
        if done is not None and done[0].lemma != "have":
            return replace(group, lemma=done[0].lemma, perfect=True), done[1]
    if words[position : position + 1] == ["be"]:
        ahead = _skip(words, position + 1).end
        going = _main(words, ahead, ("ing",))
        if going is not None and going[0].sure:
            return replace(group, lemma=going[0].lemma, progressive=True), going[1]
        done = _passive(words, ahead)
        if done is not None:
            return replace(group, lemma=done[0].lemma, passive=True), done[1]
    found = _main(words, position, ("base",))
    return None if found is None else (replace(group, lemma=found[0].lemma, sure=found[0].sure), found[1])


def _after_be(words: list[str], position: int, subject: Person) -> tuple[VerbGroup, int] | None:
    form = words[position]
    past = form in ("was", "were")
    gap = _skip(words, position + 1)
    group = VerbGroup(lemma="be", past=past, negative=gap.negative, adverb=gap.adverb, agrees=form == be(subject, past))
    position = gap.end
    if words[position : position + 2] == ["going", "to"]:
        inner = _main(words, position + 2, ("base",))
        if inner is not None and not lexicon.nouns(words[position + 2]):
            return replace(group, lemma=inner[0].lemma, going=True), inner[1]
    going = _main(words, position, ("ing",))
    if going is not None and going[0].sure and not lexicon.adjective(words[position]):
        return replace(group, lemma=going[0].lemma, progressive=True), going[1]
    done = _passive(words, position)
    if done is not None and words[position] not in ("gone", "become", "come"):
        return replace(group, lemma=done[0].lemma, passive=True, sure=done[0].sure), done[1]
    # A degree adverb ("very", "so") belongs to what follows, so it is given back.
    if words[gap.end - 1] in ("very", "so", "too", "quite", "really", "just"):
        return replace(group, adverb=""), gap.end - 1
    return group, gap.end


def _after_do(words: list[str], position: int, subject: Person) -> tuple[VerbGroup, int] | None:
    form = words[position]
    gap = _skip(words, position + 1)
    found = _main(words, gap.end, ("base",))
    if found is None or not gap.negative:
        return None  # "I do my homework" has do as its main verb; emphatic "do like" is rare with learners
    agrees = form == "did" or form == ("does" if subject.person == 3 and not subject.plural else "do")
    group = VerbGroup(
        lemma=found[0].lemma,
        past=form == "did",
        negative=True,
        adverb=gap.adverb,
        agrees=agrees,
        sure=found[0].sure,
    )
    return group, found[1]


def _after_have(words: list[str], position: int, subject: Person) -> tuple[VerbGroup, int] | None:
    form = words[position]
    gap = _skip(words, position + 1)
    agrees = form == "had" or form == ("has" if subject.person == 3 and not subject.plural else "have")
    group = VerbGroup(lemma="have", past=form == "had", negative=gap.negative, adverb=gap.adverb, agrees=agrees)
    if words[gap.end : gap.end + 1] == ["been"]:
        going = _main(words, gap.end + 1, ("ing",))
        if going is not None and going[0].sure:
            return replace(group, lemma=going[0].lemma, perfect=True, progressive=True), going[1]
    found = _main(words, gap.end, ("participle",))
    if found is None or lexicon.adjective(words[gap.end]) or lexicon.nouns(words[gap.end]):
        return None
    return replace(group, lemma=found[0].lemma, perfect=True, sure=found[0].sure), found[1]


def _simple(words: list[str], position: int, subject: Person) -> tuple[VerbGroup, int] | None:
    third = subject.person == 3 and not subject.plural
    readings = {reading.form: reading for reading in lexicon.verbs(words[position])}
    # "read", "put": the plain form after "I", the past after "she", which would else be "reads".
    order = ("third", "past", "base") if third else ("third", "base", "past")
    for wanted in order:
        if wanted in readings:
            reading = readings[wanted]
            agrees = wanted == "past" or (wanted == "third") == third
            group = VerbGroup(lemma=reading.lemma, past=wanted == "past", agrees=agrees, sure=reading.sure)
            return group, position + 1
    return None
