"""Verbs in the wrong form: what follows a modal or do, infinitives and -ing, be that is missing or too much.

The past after "yesterday" is in `actors.assessment.slips.past`.
"""

from collections.abc import Iterator

from actors.assessment.slips.sentence import (
    FREQUENCY,
    Sentence,
    Slip,
    base_only,
    category,
    is_adjective,
    is_singular_subject,
    subject_end,
    verb_forms,
)
from policies.tutor import inflection, lexicon
from policies.tutor.verbs import bare_after_be

MODALS = frozenset("can could will would shall should must might may can't couldn't won't wouldn't shouldn't".split())
DOES = frozenset("do does did don't doesn't didn't".split())
SUBJECTS = lexicon.PERSONAL
BE_FOR = {"i": "am", "he": "is", "she": "is", "it": "is", "we": "are", "you": "are", "they": "are"}
STATES = frozenset("agree want know need think believe understand have live remember love hate".split())
JOINED_BE = frozenset("i'm he's she's we're they're you're".split())
CLINGING = frozenset("where who what how as than whoever wherever whatever whom which".split())
DONE_TO = frozenset("call name marry bore surprise worry scare relax finish".split())
TO_DO = frozenset("want wants wanted would hope hopes hoped decided".split())
BEFORE_TO = frozenset("like need have going try likes needs has".split())
CLEAR_VERBS = frozenset(
    "go eat buy become learn speak know have do make meet see read sing write draw listen visit improve ask".split()
)
DOING = frozenset("enjoy enjoys enjoyed finish finished finishes avoid avoids avoided".split())
LIKING = frozenset("like likes love loves hate hates".split())
LET = frozenset("let lets make makes made".split())
FOR_YEARS = frozenset("live work study know learn".split())
FEELING = frozenset(
    "happy sad tired hungry thirsty angry busy excited sick afraid bored scared sleepy nervous beautiful tall".split()
)
ALREADY_PERFECT = frozenset(("have", "has", "had", "been"))


def after_modal(sentence: Sentence) -> Iterator[Slip]:
    """ "can sings", "will went", "must to go"; "didn't went", "does he likes"."""
    for index, word in enumerate(sentence.low):
        if word not in MODALS | DOES or sentence.at(index - 1) in lexicon.ARTICLES | lexicon.POSSESSIVES:
            continue
        helped = word in MODALS or word.endswith("n't") or sentence.at(index + 1) in SUBJECTS
        verb = index + 1
        while sentence.at(verb) in SUBJECTS | FREQUENCY | {"not"} and verb < index + 4:
            verb += 1
        if (
            word in MODALS
            and sentence.at(verb) == "to"
            and base_only(sentence.at(verb + 1))
            and _subject_near(sentence, index)
        ):
            said = sentence.at(verb + 1)
            text = sentence.tokens[verb + 1].text
            yield Slip(first=verb, last=verb + 1, better=text, message=f'After "{word}" we say "{said}" without "to".')
            continue
        lemma = _not_base(sentence.at(verb))
        if helped and lemma and not (word in DOES and sentence.at(verb) in ("does", "did", "had")):
            yield Slip(first=verb, last=verb, better=lemma, message=f'After "{word}" we say "{lemma}".')


def infinitives(sentence: Sentence) -> Iterator[Slip]:
    """ "want to went", "want go", "enjoy to swim", "likes eat", "let me to go", "for help me"."""
    for index, word in enumerate(sentence.low):
        following, verb = sentence.at(index + 1), sentence.at(index + 2)
        lemma = _not_base(verb) if word in TO_DO | BEFORE_TO and following == "to" else ""
        if lemma and "third" not in verb_forms(verb):
            yield Slip(first=index + 2, last=index + 2, better=lemma, message=f'After "to" we say "{lemma}".')
        wanting = word in TO_DO and (word != "would") and sentence.at(index - 1) not in ("the", "a", "all", "you're")
        if wanting and following in CLEAR_VERBS:
            yield Slip(first=index + 1, last=index + 1, better=f"to {following}", message=f'"{word} to {following}".')
        if word in DOING and following == "to" and base_only(verb):
            doing = inflection.ing(verb)
            yield Slip(first=index + 1, last=index + 2, better=doing, message=f'After "{word}" we say "{doing}".')
        if word in LIKING and following in CLEAR_VERBS - {"have", "do", "know", "see"} and _likes_here(sentence, index):
            doing = inflection.ing(following)
            yield Slip(first=index + 1, last=index + 1, better=doing, message=f'After "{word}" we say "{doing}".')
        person = following in ("me", "him", "her", "us", "them", "you")
        if word in LET and person and verb == "to" and base_only(sentence.at(index + 3)):
            do = sentence.at(index + 3)
            yield Slip(first=index + 2, last=index + 3, better=do, message=f'After "{word} {following}" no "to".')
        if word == "for" and following in ("help", "invite", "teach", "give") and verb in ("me", "us", "him", "them"):
            doing = inflection.ing(following)
            yield Slip(first=index + 1, last=index + 1, better=doing, message=f'After "for" we say "{doing}".')


def be_with_verb(sentence: Sentence) -> Iterator[Slip]:
    """ "I am agree", "he is work in a bank", "my brother is live here", "are you agree"."""
    for start, word in enumerate(sentence.low):
        joined = word in JOINED_BE
        end = start if joined else subject_end(sentence, start)
        be = end if joined else end + 1
        if end < 0 or (not joined and sentence.at(be) not in lexicon.BE_FORMS):
            continue
        if sentence.at(start - 1) in CLINGING or is_adjective(sentence.at(start - 1)):
            continue  # "where you are", "how old you are"
        negated = sentence.at(be + 1) == "not"
        verb = be + 2 if negated or sentence.at(be + 1) in FREQUENCY else be + 1
        subject = word.split("'")[0] if joined else sentence.at(end)
        if not _bare_here(sentence, subject, verb):
            continue
        third = subject in ("he", "she", "it") if joined else is_singular_subject(sentence, start, end)
        better = _without_be(sentence, be, verb, third=third)
        said = f"{sentence.tokens[be + 1].text} {better}" if verb == be + 2 and not negated else better
        if joined:
            said = f"{_name(subject)} {said}"
        who = " ".join(_name(part) for part in ([subject] if joined else sentence.low[start : end + 1]))
        message = f'We say "{who} {better}", not "be" with "{sentence.at(verb)}".'
        yield Slip(first=be, last=verb, better=said, message=message)
    for index, word in enumerate(sentence.low):
        asked, doing = sentence.at(index + 1), sentence.at(index + 2)
        asks = index == 0 or sentence.at(index - 1) in ("where", "why", "when", "how")
        bare = doing == "agree" or (asks and bare_after_be(doing) and (index > 0 or index + 3 < len(sentence)))
        if word in ("are", "am", "is") and asked in SUBJECTS - {"it"} and bare:
            do = "does" if word == "is" else "do"
            yield Slip(first=index, last=index, better=do, message=f'"{do} {_name(asked)} {doing}?"')


def _bare_here(sentence: Sentence, subject: str, verb: int) -> bool:
    """Whether the word after be is a verb in its base form and nothing else here."""
    said, following = sentence.at(verb), sentence.at(verb + 1)
    if said in ("love", "need", "hate", "live") and not following:
        return False
    if said in STATES or (said == "cook" and category(following) in ("food", "meal")):
        return True
    if following in lexicon.BE_FORMS | lexicon.MODALS:
        return False  # "he's work is good" is how a recogniser writes "his work"
    bare = bare_after_be(said)
    if _names_people(following) or following == "itself":
        return False  # "we are study partners", "she is help itself"
    return bool(bare) and not (subject == "it" and (lexicon.nouns(said) or said in ("work", "rain", "snow")))


def _names_people(word: str) -> bool:
    """Whether a noun makes a compound with the word before it: "partners", "leader"; not "football", "English"."""
    return any(
        noun.category in ("person", "job") or (not noun.sure and (noun.plural or word.endswith(("er", "or"))))
        for noun in lexicon.nouns(word)
    )


def _without_be(sentence: Sentence, be: int, verb: int, *, third: bool) -> str:
    """The verb as it should be: "work", "works", "don't work", "worked", "have worked", "am working", "am called"."""
    lemma, rest = sentence.at(verb), sentence.low[verb + 1 :]
    form = sentence.at(be)
    past = form in ("was", "were")
    if sentence.at(be + 1) == "not":
        return f"{'didn’t' if past else 'doesn’t' if third else 'don’t'} {lemma}".replace("’", "'")
    finite = form.split("'")[1] if "'" in form else form
    finite = {"m": "am", "s": "is", "re": "are"}.get(finite, finite)
    if lemma in DONE_TO:
        return f"{finite} {lexicon.participle(lemma)}"
    lately = "since" in rest or (rest[-1:] in (["years"], ["months"], ["weeks"]) and "for" in rest)
    if lately and not past:
        return f"{'has' if third else 'have'} {lexicon.participle(lemma)}"
    going_on = {"now", "moment"} & set(rest) or (lemma in ("look", "wait") and rest[:1] == ["for"])
    if going_on and lemma not in STATES:
        return f"{finite} {inflection.ing(lemma)}"
    if past:
        return lexicon.past(lemma)
    return lexicon.third(lemma) if third else lemma


def missing_be(sentence: Sentence) -> Iterator[Slip]:
    """ "I going home", "she very happy", "he hungry"."""
    for index, word in enumerate(sentence.low):
        if word not in BE_FOR or word == "you" or sentence.question or not sentence.starts_clause(index):
            continue
        following, then = sentence.at(index + 1), sentence.at(index + 2)
        going = "ing" in verb_forms(following) and following not in ("being", "having")
        feeling = following in FEELING or (following in ("very", "so") and (then in FEELING or is_adjective(then)))
        if going or feeling:
            better = f"{BE_FOR[word]} {sentence.tokens[index + 1].text}"
            yield Slip(first=index + 1, last=index + 1, better=better, message=f'We say "{_name(word)} {better}".')


def negation(sentence: Sentence) -> Iterator[Slip]:
    """ "I no like", "he not want"."""
    for index, word in enumerate(sentence.low):
        if word not in SUBJECTS or not sentence.starts_clause(index) or sentence.at(index + 1) not in ("no", "not"):
            continue
        forms = verb_forms(sentence.at(index + 2))
        lemma = forms.get("base") or forms.get("third")
        if lemma and lemma not in ("be", "have", "do"):
            do = "doesn't" if word in ("he", "she", "it") else "don't"
            yield Slip(first=index + 1, last=index + 2, better=f"{do} {lemma}", message=f'We say "{do} {lemma}".')


def since(sentence: Sentence) -> Iterator[Slip]:
    """ "I live here since 2010"."""
    for index, word in enumerate(sentence.low):
        said = sentence.at(index + 1)
        forms = verb_forms(said)
        lemma = forms.get("base") or forms.get("third", "")
        if word not in SUBJECTS or not sentence.starts_clause(index) or lemma not in FOR_YEARS:
            continue
        rest = sentence.low[index + 2 : index + 8]
        if "since" in rest and not ALREADY_PERFECT & set(rest) and not SUBJECTS & set(rest[: rest.index("since")]):
            have = "has" if word in ("he", "she", "it") else "have"
            better = f"{have} {lexicon.participle(lemma)}"
            yield Slip(first=index + 1, last=index + 1, better=better, message=f'With "since" we say "{better}".')


def questions(sentence: Sentence) -> Iterator[Slip]:
    """ "where you live?", "why he doesn't come?"."""
    if not sentence.question or sentence.at(0) not in ("where", "why", "what", "how", "when"):
        return
    subject, verb = sentence.at(1), sentence.at(2)
    forms = verb_forms(verb)
    lemma = forms.get("base") or forms.get("third", "")
    if subject not in SUBJECTS or not lemma or lemma in ("be", "have", "do") or len(sentence) > 8:
        return
    do = "does" if subject in ("he", "she", "it") else "do"
    better = f"{do} {_name(subject)} {lemma}"
    yield Slip(first=1, last=2, better=better, message=f'A question needs "{do}": "{sentence.at(0)} {better}?"')


def _not_base(word: str) -> str:
    """The base of a form that is no base and no noun; "" for everything else."""
    forms = verb_forms(word)
    if "base" in forms or lexicon.nouns(word) or "ing" in forms:
        return ""
    return forms.get("third") or forms.get("past") or ""


def _subject_near(sentence: Sentence, modal: int) -> bool:
    return sentence.at(modal - 1) in SUBJECTS | {"people"} or bool(lexicon.name(sentence.at(modal - 1)))


def _likes_here(sentence: Sentence, index: int) -> bool:
    """Whether "like" is the verb: after a subject, an adverb or don't, and not after a form of be."""
    before = sentence.at(index - 1)
    subject = before in SUBJECTS | {"people", "don't", "doesn't", "really", "also"} or bool(lexicon.name(before))
    return subject and sentence.at(index - 2) not in ("what", "do", "does", "did", "would")


def _name(subject: str) -> str:
    return "I" if subject == "i" else subject
