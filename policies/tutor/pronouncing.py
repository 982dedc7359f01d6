"""Which word the learner wants to hear: "how do you pronounce thorough?", "say the word schedule, please"."""

import re

_HOW = (
    r"(how (do|can|should|would) (you|i|we|one)|how to|((can|could|will|would) you )?(please )?"
    r"(help|teach|show|tell) me( how)?( to)?|i (can not|do not know how to|want to learn( how)? to))"
)
_YOU = r"((can|could|will|would) you( please)?|please)"
_MARK = r"(this|the|that|these) (english )?words?"
_THING = r"(?P<thing>(?!correctly|again)[a-z'-]+( (?!for me|please|correctly|right|again|in english)[a-z'-]+){0,2})"
_PATTERNS = tuple(
    re.compile(
        rf"^((and|so|well|sorry|ok|okay|but|please) )*{pattern}( (for me|please|correctly|right|again|in english))*$",
        re.IGNORECASE,  # an unknown name keeps its capital
    )
    for pattern in (
        rf"(({_HOW}|{_YOU}) )?(say|pronounce) {_MARK}( {_THING})?",
        rf"({_HOW} )(say|pronounce) this {_THING}",
        rf"(({_HOW}|{_YOU}) )?pronounce {_THING}",
        rf"{_HOW} say (?P<thing>(?!so\b|no\b|yes\b)[a-z'-]+( (?!for|to|when|if|please|in)[a-z'-]+)?)",
        r"(can|could) you say (?P<thing>(?!it\b|that\b|this\b|so\b|more\b|something\b|again\b)[a-z'-]+)",
        rf"what is the (right |correct )?pronunciation of ({_MARK} )?{_THING}",
        rf"how is ({_MARK} )?{_THING} (pronounced|said|spoken)",
    )
)


def wanted_word(spoken: str) -> str | None:
    """The word to say, "" if the request names none ("how do you pronounce this word?"), None for anything else."""
    for pattern in _PATTERNS:
        match = pattern.match(spoken)
        if match:
            return (match["thing"] or "").strip()
    return None
