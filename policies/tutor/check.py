"""Whether a sentence that a language model made may be said. Repairs nothing: a sentence passes or falls."""

import re

from msgspec import Struct

from events.values import Evidence
from policies.feedback.grounding import unfounded
from policies.tutor import lexicon, tokens
from policies.tutor.choice import normal
from policies.tutor.context import TutorContext
from policies.tutor.plan import Plan
from policies.tutor.remarks import Finding
from policies.tutor.topics import LEVELS

MOST_SENTENCES = 4
_MOST_WORDS = {"A1": 14, "A2": 17, "B1": 22, "B2": 26, "C1": 28}
_HARD_SHARE = {"A1": 0.15, "A2": 0.2, "B1": 0.25}
_KNOWN_SHARE = 0.7  # share of its words that must be English
_MARKUP = re.compile(r"[*_#`<>\[\]{}|~^\\]|https?:|www\.|\n|\(|\)|^\s*[-•]|^\s*\d+[.)]\s")
_NOT_SPOKEN = re.compile(r"[^\x20-\x7e‘’“”–—…éèêëàâçñöüïôûáíóú£€]")
_LEAK = re.compile(
    r"\b(as an ai|language model|system prompt|instructions?|the learner|assistant|user:|finding|CEFR|level [ABC][12]|"
    r"openai|chatgpt|prompt)\b",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"\b(scores?|scored|percent|points?|out of (ten|a hundred|\d+)|\d+\s*%|\d+/\d+|grade of)\b", re.IGNORECASE
)
_UNSAFE = re.compile(
    r"\b(password|credit card|home address|your address|phone number|sexy?|nude|naked|drugs?|kill|suicide|stupid|idiot|"
    r"dumb|shut up|hate you|damn|hell|fuck\w*|shit\w*|bitch\w*|weapons?|bomb)\b",
    re.IGNORECASE,
)
_FEEDBACK = re.compile(
    r"\b(pronounc\w*|pronunciation|accent|fluen\w*|intonation|grammar|mistakes?|"
    r"your (speech|speed|voice|speaking|english)|"
    r"(said|spoke|say|sounded|sounds|was|were) [^.?!]*\b(clear\w*|well|slowly|fast\w*|smooth\w*)|well done|good job|"
    r"great job|sounded (like|as)|came out (like|as)|"
    r"nice work|great work|good work|excellent|perfect|try to say|watch the|tongue|the word)\b",
    re.IGNORECASE,
)


class Verdict(Struct, frozen=True, kw_only=True):
    """``fault`` says why a sentence may not be said, "" if it may; ``evidence`` is what its feedback rests on."""

    fault: str = ""
    evidence: tuple[Evidence, ...] = ()
    feedback: bool = False


def check(text: str, context: TutorContext, plan: Plan, before: tuple[str, ...]) -> Verdict:
    """Judge one sentence; ``before`` are the sentences of this reply that have passed."""
    fault = _form(text, context) or _place(text, context, plan, before) or _level(text, context)
    if fault:
        return Verdict(fault=fault)
    if not _FEEDBACK.search(text):
        return Verdict()
    told = tuple(finding for finding in plan.findings if _speaks_of(text, finding))
    fault = unfounded(text, told, context.said) if told else "feedback without evidence"
    return Verdict(fault=fault) if fault else Verdict(evidence=tuple(each.evidence for each in told), feedback=True)


def _form(text: str, context: TutorContext) -> str:
    words = tokens.words_of(text)
    if not words:
        return "empty"
    if len(text.split()) > _MOST_WORDS.get(context.level, 28):
        return "too long"
    for pattern, fault in ((_MARKUP, "markup"), (_NOT_SPOKEN, "not speakable"), (_LEAK, "leaks the prompt"),
                           (_SCORE, "names a score"), (_UNSAFE, "unsafe")):  # fmt: skip
        if pattern.search(text):
            return fault
    known = sum(_known(word, context) for word in words)
    return "" if known >= _KNOWN_SHARE * len(words) else "not English"


def _known(word: str, context: TutorContext) -> bool:
    plain = word.removesuffix("'s")
    return (
        lexicon.is_word(plain)
        or lexicon.is_closed(plain)
        or plain.isdigit()
        or plain in context.said.lower()
        or (plain == context.tutor.lower())
    )


def _place(text: str, context: TutorContext, plan: Plan, before: tuple[str, ...]) -> str:
    if len(before) >= MOST_SENTENCES:
        return "too many sentences"
    if text.count("?") > 1 or ("?" in text and any("?" in earlier for earlier in before)):
        return "a second question"
    if any("?" in earlier for earlier in before):
        return "goes on after its question"
    if "?" in text and plan.exercise is not None:
        return "a question in an exercise"
    said = {normal(line) for line in (*context.used, *before)}
    if normal(text) in said:
        return "a repeat"
    return "an echo" if normal(text) == normal(context.said) else ""


def _level(text: str, context: TutorContext) -> str:
    allowed = _HARD_SHARE.get(context.level)
    if allowed is None:
        return ""
    heard = set(tokens.words_of(context.said))
    words = [word for word in tokens.words_of(text) if word not in heard and not lexicon.name(word)]
    levels = [lexicon.cefr_level(word) for word in words]
    hard = sum(level is not None and level > LEVELS.index(context.level) + 2 for level in levels)
    return "too hard" if hard > max(1, allowed * len(words)) else ""


def _speaks_of(text: str, finding: Finding) -> bool:
    """Whether the sentence is about this finding: its word, or for the flow a word of its kind."""
    lowered = normal(text)
    word = finding.slots.get("word") or finding.slots.get("better")
    if word is not None:
        return f" {normal(word)} " in f" {lowered} "
    keys = {"praise_rate": "speed pace", "slow": "fast faster slow slower",
            "fast": "slow slower slowly fast", "flat": "voice",
            "praise_pitch": "voice lively", "praise_flow": "smooth smoothly stop pauses",
            "pause_plain": "stop pause breath",
            "hesitation": "breath hesitate"}  # fmt: skip
    return bool(set(keys.get(finding.kind, "").split()) & set(lowered.split()))
