"""The past that an expression of past time asks for: in its own clause and in those that are joined to it."""

from collections.abc import Iterator
from itertools import pairwise

from actors.assessment.slips.sentence import (
    FREQUENCY,
    PEOPLE,
    Sentence,
    Slip,
    base_only,
    category,
    is_singular_subject,
    subject_end,
    verb_forms,
)
from policies.tutor import lexicon

SPANS = frozenset(
    "week night year month summer winter weekend monday tuesday wednesday thursday friday saturday sunday".split()
)
PARTS_OF_DAY = ("morning", "afternoon", "evening", "night")
EVENTS = frozenset(
    "go come eat buy visit play watch meet travel take drink cook sleep swim run walk get do make give "
    "stay leave".split()
)
JOINED_EVENTS = EVENTS | frozenset(
    "tell say ask call talk speak see find help start finish sit wait arrive return send write open begin bring sing "
    "dance study".split()
)
EMBEDDED = lexicon.PERSONAL | lexicon.WH_WORDS | frozenset("that than as since every usually always often".split())
JOINTS = frozenset(", and but so because then when".split())
NOT_PAST = frozenset("now today tomorrow every usually always often sometimes still tonight".split())
SEEN_DOING = frozenset("see hear watch let make help feel notice".split())
AFTER_VERB = lexicon.PREPOSITIONS | lexicon.ARTICLES | lexicon.POSSESSIVES | lexicon.OBJECT_PRONOUNS


def past_time(sentence: Sentence) -> Iterator[Slip]:
    """ "yesterday I go", "last year we visit", "I go to the park yesterday", "yesterday I went and he tell me"."""
    for index in range(len(sentence)):
        after = _past_time_ends(sentence, index)
        if after and sentence.at(index - 1) not in ("since", "than", "of", "from", "until"):
            subject = after + 1 if sentence.at(after) == "," else after
            end = subject_end(sentence, subject)
            if end >= 0:
                found = list(_past(sentence, end, anything=True))
                yield from found
                yield from _joined(sentence, end + 1, mended=bool(found))
    for subject in range(len(sentence)):
        end = subject_end(sentence, subject)
        if end < 0 or not sentence.starts_clause(subject, joined=sentence.at(subject) in lexicon.PERSONAL):
            continue
        rest = sentence.low[end + 2 :]
        until = next((i for i in range(len(rest)) if _past_time_ends(sentence, end + 2 + i)), len(rest))
        if until and rest[until - 1] in JOINTS:
            continue  # "she cooks well, and yesterday she made soup"
        if until < min(len(rest), 9) and not EMBEDDED & set(rest[:until]) and not _has_past(rest[:until]):
            found = list(_past(sentence, end, anything=False))
            yield from found
            if found:
                yield from _joined(sentence, end + 1, mended=True)


def _joined(sentence: Sentence, verb: int, *, mended: bool) -> Iterator[Slip]:
    """Slips in the clauses that "and", "but", "so", "then" join to one of past time with its verb at ``verb``.

    ``mended``: that verb was in the present itself. Else only a verb that is wrong anyway ("he tell") is one.
    """
    index = verb + 1
    while index < len(sentence):
        if sentence.at(index) not in JOINTS:
            index += 1
            continue
        start = index
        while sentence.at(start) in JOINTS or sentence.at(start) in ("later", "after", "also"):
            start += 1
        then = "then" in sentence.low[index:start]
        before, index = sentence.low[verb:index], start
        if NOT_PAST & set(_clause(sentence, start)):
            continue
        end = subject_end(sentence, start)
        seen = any(lemma in SEEN_DOING for word in before for lemma in verb_forms(word).values())
        if end < 0:
            if mended and not seen and not _has_infinitive(before):
                yield from _shared(sentence, start)
            continue
        two = category(before[-1]) in PEOPLE or bool(lexicon.name(before[-1])) or before[-1] in lexicon.PERSONAL
        if (seen or two) and sentence.at(start) not in lexicon.PERSONAL:
            continue  # "I saw my mother and my brother eat pizza", "she and Tom work together"
        wrong = is_singular_subject(sentence, start, end) and bool(base_only(sentence.at(end + 1)))
        found = list(_past(sentence, end, anything=wrong, events=JOINED_EVENTS)) if wrong or mended or then else []
        yield from found
        mended = mended or bool(found)
        verb, index = end + 1, end + 1


def _has_infinitive(words: list[str]) -> bool:
    """Whether a base form may go on after "and": "to run and play", "can run and play"."""
    after_to = any(word == "to" and base_only(verb) for word, verb in pairwise(words))
    return after_to or bool(lexicon.MODALS & set(words))


def _clause(sentence: Sentence, start: int) -> list[str]:
    """The words up to the next joint."""
    rest = sentence.low[start:]
    return rest[: next((i for i, word in enumerate(rest) if word in JOINTS), len(rest))]


def _shared(sentence: Sentence, verb: int) -> Iterator[Slip]:
    """ "... and eat pizza": a second verb of the same subject."""
    said = base_only(sentence.at(verb))
    if said in JOINED_EVENTS and _is_verb(sentence, verb):
        better = lexicon.past(said)
        yield Slip(first=verb, last=verb, better=better, message=f'It is over, so we say "{better}".')


def _is_verb(sentence: Sentence, index: int, *, after: str = "") -> bool:
    """Whether a word that may be a noun as well has something of a verb after it ("the doctor visit was").

    ``after`` a name or one of the family it is no second part of a noun: "my husband cook dinner".
    """
    word = sentence.at(index)
    if sentence.at(index + 1) in lexicon.BE_FORMS | lexicon.MODALS:
        return False
    alone = category(after) == "family" or bool(lexicon.name(after))
    return alone or not lexicon.nouns(word) or sentence.at(index + 1) in AFTER_VERB | {"to"}


def _past_time_ends(sentence: Sentence, index: int) -> int:
    """The position after an expression of past time that begins here, 0 if none does."""
    word = sentence.at(index)
    if word == "yesterday":
        if sentence.at(index + 1) in PARTS_OF_DAY:
            return index + 2
        part = sentence.low[index + 1 : index + 3] == ["in", "the"] and sentence.at(index + 3) in PARTS_OF_DAY
        return index + 4 if part else index + 1
    if word == "last" and sentence.at(index + 1) in SPANS and sentence.at(index - 1) not in ("the", "my"):
        return index + 2
    unit = sentence.at(index + 1) in ("day", "days", "week", "weeks", "month", "months", "year", "years")
    return index + 3 if unit and sentence.at(index + 2) == "ago" else 0


def _past(sentence: Sentence, subject: int, *, anything: bool, events: frozenset[str] = EVENTS) -> Iterator[Slip]:
    """The verb after the subject that ends at ``subject``, if it is in the present; ``events`` unless ``anything``."""
    verb = subject + 2 if sentence.at(subject + 1) in FREQUENCY - {"always"} else subject + 1
    said, following = sentence.at(verb), sentence.at(verb + 1)
    if said in ("am", "is", "are"):
        if anything:
            better = "were" if said == "are" else "was"
            yield Slip(first=verb, last=verb, better=better, message=f'It is over: "{better}".')
        return
    forms = verb_forms(said)
    lemma = forms.get("base") or forms.get("third", "")
    if not lemma or "past" in forms or (lemma in ("have", "do") and following not in lexicon.ARTICLES | {"my", "to"}):
        return
    if sentence.at(subject) not in lexicon.PERSONAL and not _is_verb(sentence, verb, after=sentence.at(subject)):
        return
    if anything or lemma in events:
        better = lexicon.past(lemma)
        yield Slip(first=verb, last=verb, better=better, message=f'It is over, so we say "{better}".')


def _has_past(words: list[str]) -> bool:
    return any("past" in verb_forms(word) for word in words)
