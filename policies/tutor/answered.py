"""Questions that the learner has just answered, or that what was said makes odd. Asks none.

After "because" no why, after a dislike no favourite, after "every day" no how often.
"""

import re

from policies.tutor import lexicon, tokens
from policies.tutor.phrases import category_of
from policies.tutor.utterance import Utterance

_SOMEBODY = ("family", "person", "job", "name")
_DISLIKE = re.compile(
    r"\b(do|does|did|would) not (really |even |much )?(like|love|enjoy|want)\b|\b(hates?|hated|dislikes?|disliked)\b|"
    r"\bcan not stand\b|\bnever liked?\b|\bnot (really )?(a|my) (big )?(fan|favourite|favorite|thing)\b"
)
_PRAISING = re.compile(
    r"\b(best|favou?rite|special|exciting|good|popular)\b|\blike (most |best )?about\b|\blike most\b|"
    r"^(Do|Would) you (often |also )?(like|love|want|enjoy)\b|\bdo you (like|love|enjoy|want) to\b|"
    r"^(When|How often|What|Who) (do|does|else) .*\b(eat|drink|cook|watch|play|read|wear|listen|use)\b"
)
_LIKING = re.compile(r"\b(i|we) (\w+ )?(like|love|enjoy|prefer)\b")
_REASON = re.compile(r"\bbecause\b|\bthat is why\b|\bthe reason is\b|\w so (i|we|he|she|they|it|my)\b")
_WHY = re.compile(
    r"^Why\b|\b(made|makes) you\b|^What are you (most )?(worried|scared|excited|afraid)\b|^What happened\?"
)
_KIND = re.compile(r"\b(nice to you|funny|special|best|favou?rite)\b|\blike (most )?about\b")
_OFTEN = re.compile(r"\b(every|often|usually|always|sometimes|never|once|twice|times a|daily|weekly)\b")
_WHEN = re.compile(r"^(When|What time) (?!.*\b(first|last)\b)|^How (often|long ago)\b")
_COMPANY = re.compile(r"\bwith (my|his|her|our|their|a|some|the)? ?(\w+)\b|\b(together|alone)\b")
_WITH_WHOM = re.compile(r"^Who (?!told|says).*\bwith( you)?\?$")
_WAY = re.compile(
    r"\bby (bus|car|train|bike|bicycle|plane|taxi|tram|boat|ship|subway)\b|\bon foot\b|\b(walk|drive|cycle)\b"
)
_HOW_GO = re.compile(r"^How (do|does|did|will) \w+( \w+)? (get|go|come|travel)\b")
_PLACED = re.compile(
    r"\b(work|live|study)(?:s|ed|ing|d)? (?:in|at|for|near|with)\b|\b(stud)(?:ies|ied|ying) (?:in|at)\b"
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|am|looks?|feels?|felt|be|becomes?|became) "
    r"(?:(?:always|very|so|too|really|quite|often|usually|still|never|not|a|an|the) )*([a-z]+)\b"
)
_COLOURS = frozenset("red blue green yellow black white brown pink purple orange gray grey".split())
_AGE = re.compile(r"\byears? old\b|\b(new|old|young)\b")


def answered(text: str, heard: Utterance, earlier: tuple[str, ...] = ()) -> bool:
    """Whether what was said holds the answer to the question ``text`` already, as far as its words can tell.

    Of the utterances ``earlier`` only what stays true counts: what is disliked, where somebody lives and works.
    """
    spoken = " ".join(heard.words)
    before = [" ".join(tokens.words_of(said)) for said in earlier]
    if any(_asks_where(text, said) for said in before):
        return True
    if _PRAISING.search(text) and any(_about(text, said) for said in before):
        return True
    if _REASON.search(spoken) and _WHY.search(text):
        return True
    if _DISLIKE.search(spoken):
        if _PRAISING.search(text):
            return True
    elif _LIKING.search(spoken) and re.match(r"Do you (like|love|enjoy)\b", text) and _names(text, heard):
        return True
    return _described(text, spoken, heard) or _told_how(text, spoken, heard)


def _asks_where(text: str, spoken: str) -> bool:
    """Whether the question asks for the place of a verb that was said with its place: "I work in a hospital"."""
    doing = {match[1] or "study" for match in _PLACED.finditer(spoken)}
    return text.startswith("Where ") and any(f" {verb}" in text for verb in doing)


def _about(text: str, spoken: str) -> bool:
    """Whether the question names what ``spoken`` says that the learner dislikes."""
    dislike = _DISLIKE.search(spoken)
    if dislike is None:
        return False
    asked = set(re.findall(r"[a-z'-]+", text.lower()))
    disliked = re.split(r"\b(?:because|but|and i|so)\b", spoken[dislike.end() :])[0].split()
    lemmas = {noun.lemma for word in disliked for noun in lexicon.nouns(word)}
    return any(asked & {lemma, lexicon.plural_of(lemma)} for lemma in lemmas)


def _names(text: str, heard: Utterance) -> bool:
    """Whether the question is about something that was named just now."""
    asked = set(re.findall(r"[a-z'-]+", text.lower()))
    return any(asked & {thing.head, lexicon.plural_of(thing.head)} for thing in heard.things)


def _described(text: str, spoken: str, heard: Utterance) -> bool:
    """ "My boss is always angry": neither what he is like nor whether he is nice."""
    said = {word for word in _PREDICATE.findall(spoken) if lexicon.adjective(word)}
    words = set(re.findall(r"[a-z]+", text.lower()))
    if any(lexicon.adjective(word) == "bad" for word in said) and _KIND.search(text):
        return True
    if said and re.match(r"What (is|are) .*\blike\?$", text) and _names(text, heard):
        return True
    if said and text.startswith("How did you feel"):
        return True
    adjectives = {word for word in heard.words if lexicon.adjective(word)}
    if text.startswith(("Is ", "Are ", "Was ", "Were ")) and adjectives & words:
        return True
    if _COLOURS & adjectives and text.startswith("What colour"):
        return True
    return bool(_AGE.search(spoken)) and (text.startswith("How old") or "or old?" in text)


def _told_how(text: str, spoken: str, heard: Utterance) -> bool:
    """Whether when, how often, with whom, where or which way was said."""
    timed = any(noun.category == "time" for word in heard.words for noun in lexicon.nouns(word))
    timed = timed or bool({"yesterday", "today", "ago", "tonight", "tomorrow"} & set(heard.words))
    if (timed and _WHEN.search(text)) or (_OFTEN.search(spoken) and text.startswith("How often")):
        return True
    if _OFTEN.search(spoken) and re.search(r"\bevery (day|week)\?$", text):
        return True
    company = any(_is_company(match) for match in _COMPANY.finditer(spoken))
    if company and _WITH_WHOM.search(text):
        return True
    if _WAY.search(spoken) and _HOW_GO.search(text):
        return True
    if _asks_where(text, spoken):
        return True
    if re.match(r"Do you have\b", text) and re.search(r"\b(i|we) (\w+ )?(do not )?have\b", spoken):
        return True
    named = any(category_of(thing) in _SOMEBODY for thing in heard.things)
    return named and text in ("Who is he?", "Who is she?", "Who are they?")


def _is_company(match: re.Match[str]) -> bool:
    """Whether "with" is followed by people: "with my friends", not "with a ball"."""
    word = match[2]
    if not word:
        return True
    return bool(lexicon.name(word)) or any(noun.category in _SOMEBODY for noun in lexicon.nouns(word))
