"""Set phrases that learners get wrong: prepositions, word choice, word order, each a pattern and its mending.

The phrases themselves are in ``phrases.toml``; those that need a table of forms are here.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from events.values import Note

_TENS = "(?:twenty|thirty|forty|fifty|sixty)"
_TEENS = "(?:thir|four|fif|six|seven|eigh|nine)teen"
_EXPRESSIONS = {
    "<END>": r"(?=\s*(?:$|[.,!?;]| (?:and|but|because|so|with|in|on|at|every|yesterday|last)\b))",
    "<DONE>": r"(?=\s*(?:$|[.,!?;]| and\b| but\b))",
    "<STOP>": r"(?=\s*(?:$|[.,!?;]))",
    "<NUMBER>": rf"(\d{{1,3}}|{_TENS}(?:[ -]\w+)?|(?:six|seven|eight|nine|ten|eleven|twelve|{_TEENS}))",
    "<DAY>": "(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "<BE>": "(I am|I'm|he is|he's|she is|she's|we are|they are|I was)",
}
_ING = {"cook": "cooking", "play": "playing", "swim": "swimming", "read": "reading", "dance": "dancing",
        "sing": "singing", "draw": "drawing", "run": "running", "learn": "learning", "speak": "speaking",
        "write": "writing", "travel": "travelling", "watch": "watching", "listen": "listening", "go": "going",
        "eat": "eating", "make": "making", "get": "getting", "see": "seeing", "meet": "meeting"}  # fmt: skip
_COMPARED = {"big": "bigger", "small": "smaller", "tall": "taller", "cheap": "cheaper", "fast": "faster",
             "old": "older", "young": "younger", "easy": "easier", "happy": "happier", "good": "better", "bad": "worse",
             "nice": "nicer", "strong": "stronger", "hot": "hotter", "cold": "colder", "long": "longer",
             "short": "shorter", "slow": "slower"}  # fmt: skip
_VERBS = "|".join(_ING)


class Phrase(Struct, frozen=True, kw_only=True):
    """What is said, and what a teacher says instead, as a template of `re.Match.expand`."""

    name: str
    kind: str
    pattern: re.Pattern[str]
    better: str


_DOING_AFTER = "interested in|good at|bad at|fond of|tired of|think about|dream of"
_HOBBY_IS = "hobby is|hobbies are|favou?rite (?:sport|hobby|activity) is"


@cache
def phrases() -> tuple[Phrase, ...]:
    """The phrases of the table, compiled."""
    table = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
    return tuple(
        Phrase(name=name, kind=kind, pattern=_compiled(pattern), better=better)
        for kind, section in table.items()
        for name, (pattern, better) in section.items()
    )


@cache
def _formed() -> tuple[tuple[Phrase, dict[str, str]], ...]:
    """Phrases whose second word takes another form: "good at swim", "more big than"."""
    doing = _compiled(rf"\b({_DOING_AFTER}) ({_VERBS})\b(?! (?:show|game))")
    hobby = _compiled(rf"\b({_HOBBY_IS}) ({_VERBS})\b")
    compared = _compiled(rf"\b(?:more) ({'|'.join(_COMPARED)})(?= than\b)")
    return (
        (Phrase(name="doing", kind="tense", pattern=doing, better=r"\1 {}"), _ING),
        (Phrase(name="hobby_doing", kind="tense", pattern=hobby, better=r"\1 {}"), _ING),
        (Phrase(name="comparative", kind="word_choice", pattern=compared, better="{}"), _COMPARED),
    )


def notes(text: str) -> Iterator[Note]:
    """Every set phrase that went wrong, in no particular order."""
    straight = text.replace("’", "'")
    for phrase in phrases():
        for match in phrase.pattern.finditer(straight):
            yield _note(text, match, phrase, match.expand(phrase.better))
    for phrase, forms in _formed():
        for match in phrase.pattern.finditer(straight):
            form = forms[(match[match.lastindex or 0]).lower()]
            yield _note(text, match, phrase, match.expand(phrase.better.replace("{}", form)))


def _compiled(pattern: str) -> re.Pattern[str]:
    for name, expression in _EXPRESSIONS.items():
        pattern = pattern.replace(name, expression)
    return re.compile(pattern, re.IGNORECASE)


def _note(text: str, match: re.Match[str], phrase: Phrase, better: str) -> Note:
    said = text[match.start() : match.end()]
    better = better.rstrip() if not said.endswith(" ") else better
    if said[:1].isupper():
        better = better[:1].upper() + better[1:]
    message = f'We say "{better.strip()}", not "{said.strip()}".'
    return Note(
        kind=phrase.kind,
        start=match.start(),
        end=match.end(),
        said=said,
        better=better,
        message=message,
        rule=phrase.name,
    )
