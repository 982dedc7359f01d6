"""Words of an utterance: lower case, contractions opened, spelled letters and names of two words joined.

Also the way back: which words are written with a capital. Knows no grammar.
"""

import re

from policies.tutor import lexicon

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_NEGATED = {"can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not"}
_WHOLE = {"let's": "let us", "i'm": "i am", "gonna": "going to", "wanna": "want to", "gotta": "have to"}
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'m": "am"}
_IS_AFTER = lexicon.PERSONAL | frozenset("that this there here what where who how when it".split())
_CAPITAL = frozenset(
    "i monday tuesday wednesday thursday friday saturday sunday january february april june july august september "
    "october november december english chinese french spanish german japanese italian american british indian russian "
    "korean mexican christmas easter halloween".split()
)
_JOINED = (
    "ice cream", "hot dog", "hot chocolate", "fast food", "table tennis", "ping pong", "swimming pool", "french fries",
    "french fry", "new york", "hong kong", "no one",
)  # fmt: skip
_SPELLED = {"t v": "tv", "u s": "usa", "u k": "uk", "t shirt": "t-shirt"}
_SHOUTED = {"tv": "TV", "usa": "USA", "uk": "UK", "dvd": "DVD", "ok": "OK"}


def words_of(text: str) -> list[str]:
    """The words of a text for the parser; possessive 's stays with its noun, other contractions are opened."""
    lowered = text.lower().replace("\u2019", "'").replace("`", "'")
    for spelled, word in _SPELLED.items():
        lowered = re.sub(rf"\b{spelled}\b", word, lowered)
    names = _unknown_names(text)
    words: list[str] = []
    for match in _WORD.findall(lowered):
        words += [names[match]] if match in names else _opened(match)
    return _join(words)


def _unknown_names(text: str) -> dict[str, str]:
    """Words that only a capital inside a sentence shows to be names ("I live in Hangzhou"), as they were written."""
    if text.isupper():
        return {}
    found = re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", text)
    return {word.lower(): word for word in found if not lexicon.is_common(word.lower())}


def _opened(word: str) -> list[str]:
    if word in _WHOLE:
        return _WHOLE[word].split()
    if word in _NEGATED:
        return _NEGATED[word].split()
    if word.endswith("n't"):
        return [word[:-3], "not"]
    for ending, full in _ENDINGS.items():
        if word.endswith(ending):
            return [word.removesuffix(ending), full]
    if word.endswith("'d"):
        return [word[:-2], "would"]
    if word.endswith("'s") and word[:-2] in _IS_AFTER:
        return [word[:-2], "is"]
    return [word]


def _join(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == word and not word.isdigit() and word not in ("that", "had", *lexicon.NUMBERS):
            continue  # a stutter: "bank bank bank"
        if joined and f"{joined[-1]} {word}" in _JOINED:
            joined[-1] = f"{joined[-1]} {word}"
        else:
            joined.append(word)
    return joined


def written(text: str) -> str:
    """Lower-case words with the capitals that English wants: I, names, languages, days."""
    return " ".join(_cased(word) for word in text.split(" "))


def _cased(word: str) -> str:
    bare = word.rstrip("?!.,")
    if bare != word:
        return _cased(bare) + word[len(bare) :]
    stem = word.removesuffix("'s")
    if stem in _SHOUTED:
        return _SHOUTED[stem] + word[len(stem) :]
    if stem in _CAPITAL or (lexicon.name(stem) and stem not in ("mark", "rose", "ivy", "joy", "angel")):
        return word[:1].upper() + word[1:]
    if stem in ("york", "kong"):
        return word.capitalize()
    return "Hong" if word == "hong" else ("New" if word == "new york" else word)
