"""Questions inside a sentence, put straight: "can you tell me where you live" asks "where do you live".

Knows the forms that learners use and that the tutor answers; anything else stays as it was said.
"""

import re

from policies.tutor import lexicon

_LEAD = r"(?:(?:and|so|but|sorry|please|hello|hi|hey|excuse me|ok|okay|well|um|uh|yes|no) )*"
_ASKING = (
    r"(?:(?:can|could|will|would) you (?:please )?(?:tell|explain)(?: (?:to )?me)?|(?:can|could|may) i (?:ask|know)"
    r"|do you know|(?:please )?(?:tell|explain to) me|i (?:want|would like|need) to (?:know|ask)|i wonder)"
    r"(?: you)?(?: please)?"
)
_NOT_KNOWING = r"i (?:(?:really )?do not (?:know|understand|remember)|forgot|am not sure)"
_INSIDE = r"(?P<inside>(?:what|where|who|how|when|why|if|whether)\b.*?)(?: please)?$"
_ASKED = re.compile(rf"^{_LEAD}{_ASKING} {_INSIDE}")
_UNKNOWN = re.compile(rf"^{_LEAD}{_NOT_KNOWING} {_INSIDE}")
_BARE = re.compile(rf"^{_LEAD}(?P<inside>what\b.*?)(?: please)?$")

_WORD = r"(?:(?:the|this|that) (?:english )?word )?(?P<thing>[a-z'-]+(?: [a-z'-]+){0,2}?)"
_MEANS = re.compile(rf"^what (?!does |do |did |is |are |means? ){_WORD} means?$")
_MEANING_IS = re.compile(rf"^what the meaning of {_WORD} is$")
_MEANS_FIRST = re.compile(rf"^what (?:is )?means? {_WORD}$")
_SPEAKERS = frozenset("i you we they he she people".split())  # what they mean is no word's meaning

_BE_LAST = re.compile(
    r"^(?P<wh>how old|what time|what|where|who|how) (?P<who>you|it|your [a-z]+(?: [a-z]+){0,2}?) (?P<be>is|are)"
    r"(?P<tail>(?: from| now| today)*)$"
)
_YOU_DO = re.compile(r"^(?P<wh>(?:what|where|when|why|who|how)(?: often| much| many [a-z]+)?) you (?P<does>[a-z]+.*)$")
_IF_YOU = re.compile(r"^(?:if|whether) you (?P<does>[a-z]+)(?P<tail>.*)$")
_OPERATORS = lexicon.BE_FORMS | lexicon.DO_FORMS | lexicon.MODALS


def direct(spoken: str) -> str:
    """The question as it is asked without "can you tell me" before it; other words as they were said."""
    asked = _ASKED.match(spoken)
    inside = asked or _UNKNOWN.match(spoken) or _BARE.match(spoken)
    if inside is None:
        return spoken
    question = _meaning(inside["inside"])
    if not question and asked is not None:
        question = _about_you(asked["inside"])
    return question or spoken


def misformed_meaning(spoken: str) -> str:
    """The learner's own words in "what means cheap", "what cheap means", asked without "does"; "" for other words."""
    asked = _ASKED.match(spoken)
    not_known = _UNKNOWN.match(spoken)
    inside = asked or not_known or _BARE.match(spoken)
    if inside is None:
        return ""
    bare = asked is None and not_known is None  # "what cheap means" is right inside another sentence only
    wrong = _MEANS_FIRST.match(inside["inside"]) or (_MEANS.match(inside["inside"]) if bare else None)
    return inside["inside"] if wrong and wrong["thing"] not in _SPEAKERS else ""


def _meaning(inside: str) -> str:
    for pattern in (_MEANING_IS, _MEANS_FIRST, _MEANS):
        found = pattern.match(inside)
        if found is not None and found["thing"] not in _SPEAKERS:
            return f"what does {found['thing']} mean"
    return ""


def _about_you(inside: str) -> str:
    """Where the verb stands behind its subject, the question with the verb before it; "" for what is not known."""
    be_last = _BE_LAST.match(inside)
    if be_last is not None:
        return f"{be_last['wh']} {be_last['be']} {be_last['who']}{be_last['tail']}"
    words = inside.split()
    if words[0] in lexicon.WH_WORDS and words[1:2] != ["you"] and _OPERATORS & set(words[1:3]):
        return inside  # "can you tell me where do you live"
    whether = _IF_YOU.match(inside)
    if whether is not None:
        does, tail = whether["does"], whether["tail"]
        return f"{does} you{tail}" if does in _OPERATORS else f"do you {does}{tail}"
    you_do = _YOU_DO.match(inside)
    if you_do is None:
        return ""
    verb = you_do["does"].split(" ")[0]
    base = any(form.form == "base" for form in lexicon.verbs(verb))
    return f"{you_do['wh']} do you {you_do['does']}" if base else ""
