"""Questions about something that was named: an animal, a dish, a person, a place. Ranks nothing."""

from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from policies.tutor import inflection, lexicon, phrases, tokens, topics
from policies.tutor.phrases import NounPhrase

_AT_PLACES = frozenset(
    "school home work station airport zoo beach party university cinema theatre theater supermarket".split()
)
# Verbs of plain doing: asking where and when of the others ("remember", "step") often makes little sense.


TALKED_ABOUT = frozenset("problem plan dream idea wish secret habit opinion goal choice surprise rule".split())


_OF_SPEECH = frozenset("word sentence question answer mistake mark grade".split())
_AT_HOME = frozenset("garden house room kitchen flat apartment home bedroom bathroom yard hall".split())
_USED = frozenset("eye ear nose mouth hand finger leg foot arm tooth knee".split())


class Asking(Struct, frozen=True, kw_only=True):
    """A question that could be asked: how much it fits (higher is better), its CEFR level, what it is about."""

    text: str
    fit: float
    level: str
    about: str = ""


@cache
def follow_ups() -> dict[str, dict[str, list[str]]]:
    return topics.data("follow_ups.toml")


def about_thing(thing: NounPhrase, level: str, *, fit: float) -> list[Asking]:
    category = phrases.category_of(thing) or "other"
    if category in ("time", "") or (category == "idea" and (thing.head not in TALKED_ABOUT or not thing.determined)):
        return []
    if thing.text.startswith("my ") or thing.text == "bed":
        return []
    if thing.head in _OF_SPEECH:
        return []
    if category == "body" and thing.head not in _USED:
        return []
    if category in ("person", "family") and not thing.again.startswith(("the ", "your ", "his ", "her ", "that ")):
        return []
    category = "room" if thing.head in _AT_HOME else category
    category = "places" if category == "place" and thing.person.plural else category
    lines = follow_ups().get(category, follow_ups()["other"])
    found: list[Asking] = []
    if thing.again.startswith("your ") and category in follow_ups()["owned"]:
        texts = [_filled(line, thing) for line in follow_ups()["owned"][category]]
        return [Asking(text=text, fit=fit + 0.4, level="A1", about=thing.head) for text in texts if text]
    for rank, its_level in enumerate(topics.reachable(level)):
        for line in lines.get(its_level, []):
            text = _filled(line, thing)
            if text:
                found.append(Asking(text=text, fit=fit - 0.3 * rank, level=its_level, about=thing.head))
    return found


def many_of(thing: NounPhrase) -> str:
    """The kind of thing in general: "elephants", "rice"."""
    if thing.kind in ("name", "place_name") or thing.mass or thing.category in ("meal", "sport"):
        return thing.head
    if thing.head in ("world", "sun", "moon", "sky", "weather", "sea"):
        return f"the {thing.head}"
    *before, last = thing.head.split(" ")
    if last in ("jeans", "trousers", "pants", "glasses", "shorts", "clothes", "people"):
        return thing.head
    if lexicon.nouns(thing.head):
        return lexicon.plural_of(thing.head)
    return " ".join([*before, lexicon.plural_of(last)])


_IDIOMS = frozenset("school work home college university church".split())


def where(noun: NounPhrase) -> str:
    """Being at a place: "in the park", "at school", "in France"."""
    bare = noun.kind == "noun" and noun.head not in _IDIOMS and " " not in noun.again
    if bare:
        noun = replace(noun, again=f"the {noun.again}")
    text = noun.again if noun.again != noun.head or noun.head in _IDIOMS or noun.kind != "noun" else f"the {noun.head}"
    if noun.kind == "place_name":
        return f"in {text}"
    if noun.head == "home":
        return "at home"
    if noun.head in ("beach", "street", "farm", "island", "road", "playground"):
        return f"on {text}"
    return f"at {text}" if noun.head in _AT_PLACES else f"in {text}"


def _way(noun: NounPhrase) -> str:
    return "home" if noun.head == "home" else "to " + where(noun).split(" ", 1)[1]


def _filled(line: str, thing: NounPhrase) -> str:
    plural = thing.person.plural
    meant = thing.again
    many = many_of(thing)
    bare = thing.mass or (thing.category == "meal" and not thing.determined)
    if thing.kind == "noun" and not thing.determined and not plural and not bare and meant == thing.text:
        meant = thing.text if thing.text.startswith(("the ", "your ")) else f"the {thing.text}"
    if thing.category == "place" and meant == thing.head and meant not in _IDIOMS:
        meant = f"the {meant}"
    if thing.category == "place" and meant in _IDIOMS and "{it}" in line:
        meant = f"your {meant}"
    if "{Is}" in line and bare:
        return ""
    if ("{a}" in line or "{one}" in line) and (thing.mass or (plural and many == thing.head)):
        return ""
    be, do = ("are", "do") if plural else ("is", "does")
    if thing.kind != "noun" or thing.category == "meal" or bare:
        many = many if thing.kind == "noun" else thing.again
    unique = many.startswith("the ")
    many_singular = unique or thing.mass or thing.kind in ("name", "place_name") or thing.category in ("meal", "sport")
    text = line
    if many_singular:
        text = _singular_verbs(text)
        if not text:
            return ""
    text = (
        text.replace("{Is}", be.capitalize())
        .replace("{is}", be)
        .replace("{do}", do)
        .replace("{many}", many)
        .replace("{it}", meant)
        .replace("{a}", f"{inflection.article(thing.head)} {thing.head}")
        .replace("{one}", thing.head)
        .replace("{there}", where(thing))
        .replace("{to}", _way(thing))
        .replace("{their}", {"he": "his", "she": "her"}.get(thing.pronoun, "their"))
        .replace("{obj}", {"he": "him", "she": "her", "they": "them"}.get(thing.pronoun, "it"))
    )
    return inflection.capitalised(tokens.written(text))


def _singular_verbs(line: str) -> str:
    """A question about a kind, for a kind that is singular ("Are {many}" -> "Is rice"); "" where it won't do."""
    for several, one in (("Are {many}", "Is {many}"), ("are {many}", "is {many}"), ("do {many}", "does {many}"),
                         ("Do {many}", "Does {many}"), ("How have {many}", "How has {many}")):  # fmt: skip
        line = line.replace(several, one)
    return "" if "the best one" in line else line
