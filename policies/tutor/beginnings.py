"""How an answer to the tutor's question can begin, in the tense of the question. Chooses no line to say it in."""

import re

from policies.tutor import lexicon, topics
from policies.tutor.utterance import Utterance

_TO_YOU = re.compile(r"^(?:(?P<wh>\w+)(?: \w+){0,2} )??(?P<operator>do|did|would|can|will) you (?P<rest>.+)$")
_PAST = re.compile(r"\b(did|was|were|happened|had)\b")


def beginning(heard: Utterance, given: tuple[str, ...]) -> str:
    """A beginning for the question that was asked, another one than those in the sentences ``given`` before."""
    asked = heard.asked
    framed = heard.question is not None and topics.question_in(asked) is not None
    own = [heard.question.frame] if heard.question is not None and framed else []
    options = [start for start in (*own, from_verb(asked), from_first_word(asked)) if start]
    said = " ".join(given)
    return next((start for start in options if f"{start}..." not in said), options[-1])


def from_verb(asked: str) -> str:
    """ "I went" for "Where did you go?", "" for a question that has no such verb."""
    match = _TO_YOU.match(asked.rstrip("?").lower())
    if match is None:
        return ""
    words = [
        word for word in match["rest"].split() if not lexicon.adverb(word) and word not in ("last", "first", "ever")
    ]
    verb = words[0] if words else ""
    if verb == "do" or not any(reading.form == "base" for reading in lexicon.verbs(verb)):
        return ""
    operator = match["operator"]
    said = {"do": verb, "did": lexicon.past(verb)}.get(operator, f"{operator} {verb}")
    return f"I {said}" if match["wh"] else f"Yes, I {said}"


def from_first_word(asked: str) -> str:
    """A beginning that fits the question word and the tense: "It was" for "When was that?"."""
    section = "start_past" if _PAST.search(asked.lower()) else "start"
    begins: dict[str, str] = topics.data("lines.toml")[section]
    return begins.get(asked.split(" ")[0], "It was" if section == "start_past" else "I think")
