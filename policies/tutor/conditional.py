"""The commonest slip of conditions, "if I would have ...", said back in the right form. Knows no other slip."""

import re

from policies.tutor import lexicon, tokens
from policies.tutor.phrases import Slip

_IF_WOULD = re.compile(r"\bif (?P<who>i|you|he|she|it|we|they) would (?P<not>not )?(?P<verb>[a-z]+)(?P<rest>(?: \w+)*)")
_SEEN_FROM_THE_TUTOR = {"i": "you", "my": "your", "me": "you", "mine": "yours", "myself": "yourself", "we": "you"}
_MOST_WORDS = 9


def condition(said: str) -> tuple[str, Slip] | None:
    """The condition from the tutor's side in the past tense, and its slip; None without "if ... would".

    "If I would have more money, I would travel" gives "if you had more money".
    """
    first = said.split(",")[0].split(".")[0]
    words = tokens.words_of(first)
    match = _IF_WOULD.search(" ".join(words))
    if match is None or "you" in match["rest"].split():
        return None
    verb, rest = match["verb"], match["rest"].split()
    if not any(reading.form == "base" for reading in lexicon.verbs(verb)) and verb not in ("be", "have", "do"):
        return None
    if verb == "have" and rest and any(reading.form == "participle" for reading in lexicon.verbs(rest[0])):
        return None  # "if I would have known" wants the past perfect
    again = next((at for at, word in enumerate(rest) if word in lexicon.PERSONAL and at), len(rest))
    past = _past(verb, negative=bool(match["not"]))
    who = match["who"]
    kept = [_SEEN_FROM_THE_TUTOR.get(word, word) for word in rest[:again]]
    text = tokens.written(" ".join(["if", _SEEN_FROM_THE_TUTOR.get(who, who), past, *kept]))
    if len(text.split()) > _MOST_WORDS:
        return None
    mine = tokens.written(who)
    slip = Slip(
        kind="tense",
        said=f"if {mine} would {match['not'] or ''}{verb}",
        better=f"if {mine} {past}",
    )
    return text, slip


def _past(verb: str, *, negative: bool) -> str:
    if verb == "be":
        return "weren't" if negative else "were"
    if negative:
        return f"didn't {verb}"
    return {"have": "had", "do": "did"}.get(verb) or lexicon.past(verb)
