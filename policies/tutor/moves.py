"""The kind of move that an utterance makes in the conversation. Understands no content.

The moves: empty, unclear, bye, greeting, repeat, slower, confused, help, example, change, echo_question ("and you?"),
meaning, like, can, have, your_name, how, age, live, real, job, clock, ask, thanks, introduced, fine, yes, no, maybe,
unsure, thinking, word_gap, say_word ("how do you pronounce ...?"), advice, favourite, opinion, reason, numbers, care,
rude, command, suggestion, statement, fragment.
"""

import re
from functools import cache

from msgspec import Struct

from policies.tutor import indirect, lexicon, pronouncing, topics
from policies.tutor.clause import Clause

CERTAIN = 0.45  # mean word probability below which a transcript is rather a guess than what was said


_YES = frozenset("yes yeah yep yup sure course absolutely definitely ok okay right".split())


_NO = frozenset("no nope nah never".split())


_SHORT_FILL = frozenset(
    "i do did does was am can have has would will could think so yet at all now it is not please well um uh very much "
    "really of a lot".split()
)


_RUDE = frozenset("fuck fucking shit bitch damn bastard ass asshole sex sexy naked idiot slut whore".split())


_CARE = re.compile(
    r"\b(i (want|wish|would like|am going) to (die|kill myself|hurt myself)|kill myself|end my life|hate myself|i feel "
    r"hopeless)\b"
)


_I_AM = re.compile(
    r"(?:(?:hello|hi|hey|yes|well)[,.!]? )*(?:i am|i'm|i\u2019m) (?P<name>[a-z]+(?: [a-z]+)?)[.!]?$", re.IGNORECASE
)


_OPERATORS = lexicon.BE_FORMS | lexicon.DO_FORMS | lexicon.MODALS | frozenset(("have", "has"))


class Said(Struct, frozen=True, kw_only=True):
    """What a move is read from: the words, joined too, the clause if there is one, and how sure the recogniser is.

    ``confidence`` is 0 when it is not known; ``typed`` text is always sure.
    """

    words: tuple[str, ...]
    spoken: str
    clause: Clause | None
    asks: bool = False
    confidence: float = 0.0
    typed: bool = False


def move_of(said: Said) -> tuple[str, str]:
    """The move and what it is about ("" when the move has no such thing)."""
    if _CARE.search(said.spoken):
        return "care", ""
    if _RUDE & set(said.words):
        return "rude", ""
    if not said.typed and 0 < said.confidence < CERTAIN and len(said.words) < 12:
        return "unclear", ""
    spoken = indirect.direct(said.spoken)
    for move, pattern in _patterns():
        match = pattern.search(spoken)
        if match:
            return move, (match.groupdict().get("thing") or "").strip()
    word = pronouncing.wanted_word(said.spoken)
    if word is not None:
        return "say_word", word
    return _short_move(said.words) or _grammatical_move(said), ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((move, re.compile(pattern)) for move, pattern in topics.data("moves.toml")["patterns"])


def own_name(text: str) -> str:
    """The name in "I am Chen", "" for anything else: "I am Chinese", "I am a student"."""
    match = _I_AM.match(text.strip())
    if match is None:
        return ""
    words = match["name"].split()
    first = [lexicon.name(word.lower()) in ("he", "she") for word in words]
    by_capitals = [word.istitle() and not lexicon.is_familiar(word.lower()) for word in words]
    return match["name"] if all(one or other for one, other in zip(first, by_capitals, strict=True)) else ""


def is_goodbye(spoken: str) -> bool:
    """Whether the words take leave."""
    return any(move == "bye" and pattern.search(spoken) for move, pattern in _patterns())


def _short_move(words: tuple[str, ...]) -> str:
    if len(words) > 1 and all(word in lexicon.NUMBERS or word.isdigit() for word in words):
        return "numbers"
    core = [word for word in words if word not in lexicon.INTERJECTIONS - _YES - _NO]
    if " ".join(words) in ("perhaps", "i think so", "yes may be", "may be") or core[:1] == ["maybe"]:
        return "maybe"
    if not core:
        return ""
    if core[0] in _YES and not set(core[1:]) - _SHORT_FILL - _YES:
        return "yes"
    if core[0] in _NO and not set(core[1:]) - _SHORT_FILL - _NO:
        return "no"
    return "reason" if core[0] == "because" and len(core) > 2 else ""


def _grammatical_move(said: Said) -> str:
    if said.clause is not None:
        mood = said.clause.mood
        return "ask" if mood in ("yesno", "wh") else mood
    words = [word for word in said.words if word not in ("so", "and", "but", "well", "then", "or", "oh")]
    first, second = (words[0] if words else ""), (words[1] if len(words) > 1 else "")
    inverted = first in _OPERATORS and len(words) > 2 and (second in lexicon.PERSONAL or bool(lexicon.name(second)))
    wh = first in lexicon.WH_WORDS - {"when", "whose", "which"} and second in _OPERATORS | {"many", "much"}
    return "ask" if said.asks or inverted or wh else "fragment"
