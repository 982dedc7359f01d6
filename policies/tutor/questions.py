"""Questions that grow out of what was said: about its clause and about the things it names. Ranks them, asks none."""

import re
from functools import cache

from msgspec import Struct

from policies.tutor import inflection, lexicon, remarks, tokens, topics, verbs
from policies.tutor.clause import Clause, Part
from policies.tutor.phrases import NounPhrase
from policies.tutor.utterance import Utterance, category_of

_MOTION = frozenset("go walk run drive travel come fly ride climb move return get".split())
_ACTIVITY = frozenset(
    "play watch eat drink cook read sing dance swim study learn work draw paint practise practice".split()
)
_SKILL = frozenset("swim draw paint cook dance sing drive ride ski skate play speak write".split())
_TASTES = frozenset("like love enjoy prefer hate".split())
_STATES = frozenset(
    "be have know think want need believe mean seem belong own cost own feel hope like love hate".split()
)
_PEOPLE = frozenset("family person job".split())
_AT_PLACES = frozenset(
    "school home work station airport zoo beach party university cinema theatre theater supermarket".split()
)
# Verbs of plain doing: asking where and when of the others ("remember", "step") often makes little sense.
_PLACED = frozenset(
    "see watch eat drink cook read sing dance swim study learn work draw paint practise practice play buy find meet live "
    "sleep sit wait run walk go travel catch lose build grow sell hide write park shop wear visit shout fight".split()
)
_TIMED = _PLACED - {"live", "lose", "grow", "sit", "wear"} | frozenset(
    "start begin finish leave come call visit send clean".split()
)
_REASONED = (
    _PLACED
    | _TIMED
    | frozenset(
        "laugh cry smile shout ask want help need wait open close draw choose stop stay leave call buy bring give take tell "
        "learn look run walk jump hit kiss fight hide keep try throw steal smell go".split()
    )
)
_ALONE_REASONED = frozenset("laugh cry smile shout run wait stop stay leave jump fight hide".split())


_TALKED_ABOUT = frozenset("problem plan dream idea wish secret habit opinion goal choice surprise rule".split())
_USED = frozenset("eye ear nose mouth hand finger leg foot arm tooth knee".split())


class Asking(Struct, frozen=True, kw_only=True):
    """A question that could be asked: how much it fits (higher is better), its CEFR level, what it is about."""

    text: str
    fit: float
    level: str
    about: str = ""


def asking(utterance: Utterance, level: str) -> list[Asking]:
    """All questions that fit the utterance and the level, in no order."""
    found: list[Asking] = []
    if utterance.move not in ("statement", "fragment", "ask", "command", "suggestion"):
        found = _about_earlier(utterance, level, fit=3.4)
        return [asking for asking in found if asking.level in topics.reachable(level)]
    if utterance.words == ("it", "depends"):
        found.append(Asking(text="What does it depend on?", fit=6.0, level="A1"))
    referent = _referent(utterance)
    if referent is not None:
        found += _about_thing(referent, level, fit=4.4)
    if utterance.clause is not None and utterance.clause.mood == "statement" and not utterance.dark:
        found += _about_clause(utterance.clause, level)
    for place, thing in enumerate(utterance.things[:3] if not utterance.dark else ()):
        found += _about_thing(thing, level, fit=3.6 - 0.5 * place)
    if utterance.move == "fragment" and len(utterance.words) == 1 and not utterance.things:
        word = utterance.text.strip(" .!,").split(" ")[-1]
        if not (lexicon.is_closed(word.lower()) or lexicon.adjective(word.lower()) or lexicon.adverb(word.lower())):
            found.append(Asking(text=f"Can you tell me more about {word}?", fit=4.6, level="A1"))
    if not utterance.things and len(utterance.words) < 4:
        found += _about_earlier(utterance, level, fit=3.3)
    found += _in_general(utterance)
    if "friend" in utterance.words:
        found = [asking for asking in found if "your friend?" not in asking.text]
    if referent is not None:
        found = [asking for asking in found if not _ABOUT_UNKNOWN.match(asking.text)]
    allowed = topics.reachable(level)
    return [asking for asking in found if asking.level in allowed]


_ABOUT_UNKNOWN = re.compile(
    r"(Who is (he|she|it)|Who are they|Is (he|she) someone|Are they friends|Who do you mean|Who is this story)"
)


def _about_earlier(utterance: Utterance, level: str, *, fit: float) -> list[Asking]:
    return [asking for thing in utterance.earlier[:2] for asking in _about_thing(thing, level, fit=fit)]


def _referent(utterance: Utterance) -> NounPhrase | None:
    """Whom "he", "she" or "they" means: somebody, or an animal, named in the last exchanges."""
    pronoun = next((word for word in utterance.words if word in _PRONOUN_OF), "")
    if not pronoun:
        return None
    for thing in utterance.earlier:
        if category_of(thing) not in ("family", "person", "name", "job", "animal"):
            continue
        if thing.person.plural == (_PRONOUN_OF[pronoun] == "they") and thing.pronoun in (
            "",
            _PRONOUN_OF[pronoun],
            "they",
        ):
            return thing
    return None


_PRONOUN_OF = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "they": "they", "them": "they"}


def _in_general(utterance: Utterance) -> list[Asking]:
    """Questions that fit this kind of utterance, whatever it says."""
    found: list[Asking] = []
    pronoun = next((word for word in utterance.words if word in ("he", "she", "they", "him", "them")), "")
    kinds = _kinds(utterance, pronoun)
    if "it" in kinds:
        pronoun = next((word for word in utterance.words if word in ("it", "this", "that", "these", "those")), "it")
    for kind in kinds:
        for level in topics.LEVELS[:3]:
            lines = remarks.lines("ask").get(f"{kind}_{level}", [])
            found += [
                Asking(text=line.replace("{pronoun}", pronoun), fit=3.0, level=level, about=kind) for line in lines
            ]
    return found


def general(text: str) -> bool:
    """Whether a question of the tutor was one that would fit many utterances."""
    plain = re.sub(r'"\w+"', '"{pronoun}"', text)
    return any(plain in lines for lines in remarks.lines("ask").values())


def _kinds(utterance: Utterance, pronoun: str) -> list[str]:
    words, clause = set(utterance.words), utterance.clause
    if utterance.sad:
        return ["sad"]
    if utterance.move == "ask":
        return ["question"]
    if utterance.move in ("command", "suggestion"):
        return ["you"]
    stated = clause is not None and clause.mood == "statement"
    if clause is not None and any(part.again == "old" for part in clause.parts):
        return []
    own = (
        clause.subject.text == "you" if clause is not None and stated else bool({"i", "we"} & set(utterance.words[:4]))
    )
    if own:
        past = clause.group.past if clause is not None and stated else bool({"was", "did", "had", "were"} & words)
        if past:
            return ["me_past"]
        return ["me_now"] if stated or len(words) > 5 else ["fragment"]
    if utterance.words[0] == "you" or ({"me", "us"} & words and "you" in words):
        return ["you"]
    if pronoun:
        return ["pronoun", "story"]
    if clause is not None and clause.subject.text in ("it", "that", "those"):
        return ["it"]
    if clause is not None:
        return ["story"] if clause.group.past else ["idea"]
    return ["fragment"] if len(words) < 6 else ["idea"]


def _about_clause(clause: Clause, level: str) -> list[Asking]:
    subject, group = clause.subject, clause.group
    found = _who(clause)
    if subject.kind == "there" or subject.text in ("that", "it", "those", "there") or group.passive or not group.sure:
        return found
    if not _is_person(subject):
        return found
    if subject.text == "I":
        return found
    found += _is_a(clause)
    plain = not group.modal and not group.perfect and not group.progressive
    if subject.text == "you" and plain and group.lemma in _TASTES | {"want", "hope"} and not group.past:
        found += _tastes(clause)
    if _complement(clause) is not None:
        found += _feeling(clause)
    if group.lemma not in ("be", "have", "let"):
        found += _wh(clause)
    return found


def _is_person(subject: NounPhrase) -> bool:
    if subject.kind == "name" or subject.text in ("you", "he", "she", "they"):
        return True
    return subject.category in _PEOPLE or (subject.category == "animal" and subject.determined)


def _who(clause: Clause) -> list[Asking]:
    subject = clause.subject
    if subject.text in ("he", "she"):
        return [Asking(text=f"Who is {subject.text}?", fit=4.4, level="A1"),
                Asking(text=f"Is {subject.text} someone you know?", fit=3.2, level="A1")]  # fmt: skip
    if subject.text == "they":
        return [Asking(text="Who are they?", fit=4.4, level="A1"),
                Asking(text="Are they friends of yours?", fit=3.2, level="A1")]  # fmt: skip
    return []


def _is_a(clause: Clause) -> list[Asking]:
    """ "My father is a doctor": ask about his work."""
    part = clause.part("object")
    if clause.group.lemma != "be" or part is None or part.noun is None or part.noun.category != "job":
        return []
    if clause.subject.text == "you":
        return [
            Asking(text="Where do you work?", fit=5.2, level="A1"),
            Asking(text="Do you like your work?", fit=5.0, level="A1"),
        ]
    person = clause.subject.person
    do, have = ("do", "have") if person.plural else ("does", "has")
    found: list[Asking] = []
    for level, lines in _follow_ups()["is_a"].items():
        for line in lines:
            text = line.replace("{Do}", do.capitalize()).replace("{do}", do).replace("{have}", have)
            text = text.replace("{it}", clause.subject.again).replace("{job}", part.text)
            found.append(Asking(text=text, fit=5.0, level=level))
    return found


def _complement(clause: Clause) -> Part | None:
    part = clause.part("complement")
    return part if part is not None and clause.group.lemma in ("be", "feel", "look", "seem") else None


def _feeling(clause: Clause) -> list[Asking]:
    part = _complement(clause)
    if part is None or not lexicon.is_mood(part.again or ""):
        return []
    operator, rest = verbs.question(clause.group, clause.subject.person)
    words = " ".join(word for word in (operator, clause.subject.again, rest, part.again) if word)
    found = [Asking(text=f"Why {words}?", fit=4.6, level="A1")]
    if clause.subject.text == "you" and not clause.group.negative:
        lines = _follow_ups()["mood"].get(part.again, [])
        return [Asking(text=line, fit=5.4, level="A1") for line in lines] or found
    return found


def _tastes(clause: Clause) -> list[Asking]:
    lemma = clause.group.lemma
    thing = clause.part("object", "infinitive", "ing")
    if thing is None or thing.text in ("you", "me", "it", "him", "her", "them") or clause.group.negative:
        return []
    found = [Asking(text=f"Why do you {lemma} {thing.again or thing.text}?", fit=4.6, level="A1")]
    inner = thing.inner
    if inner is not None and not any(part.role == "time" for part in inner.parts):
        base = " ".join([inner.group.lemma, *(part.again or part.text for part in inner.parts)])
        if lemma in ("want", "hope"):
            found.append(Asking(text=f"When do you want to {base}?", fit=4.4, level="A1"))
        else:
            found.append(Asking(text=f"When do you {base}?", fit=4.2, level="A1"))
            found.append(Asking(text=f"How often do you {base}?", fit=4.2, level="A2"))
    if inner is not None and inner.group.lemma in _MOTION:
        place = next((part for part in inner.parts if part.role == "place"), None)
        if place is not None and place.noun is not None:
            wish = "do you want to do" if lemma == "want" else "do you like to do"
            found.append(Asking(text=f"What {wish} {where(place.noun)}?", fit=5.4, level="A1"))
    return found


def _wh(clause: Clause) -> list[Asking]:
    """Where, when, who with, how and why questions that the clause leaves open."""
    group, subject = clause.group, clause.subject
    lemma = group.lemma
    found: list[Asking] = []
    known = {part.role for part in clause.parts}
    outer = clause.part("infinitive", "ing")
    if outer is not None and outer.inner is not None:
        known |= {part.role for part in outer.inner.parts}
        lemma = outer.inner.group.lemma
    hedged = group.modal in ("would", "could", "should", "may", "might", "must", "shall") or group.perfect
    if not hedged and not group.negative and lemma not in _STATES and group.lemma not in _TASTES:
        if "place" not in known and "particle" not in known and lemma in _PLACED:
            found.append(_built("Where", clause, 4.1))
        if "time" not in known and not group.progressive and group.modal != "can" and lemma in _TIMED:
            found.append(_built("When", clause, 3.8))
        if lemma in _MOTION - {"get", "move", "return"} and "place" in known and not group.progressive:
            found.append(_built("How", clause, 3.9))
        if "with" not in known and lemma in _MOTION | _ACTIVITY - {"get"} and subject.person.person == 2:
            found.append(_built("Who", clause, 4.2, ending=" with"))
    skilled = subject.text == "you" and group.modal == "can" and lemma in _SKILL and not group.negative
    if skilled:
        base = " ".join([lemma, *(part.again or part.text for part in clause.parts)])
        found.append(Asking(text=f"Who taught you to {base}?", fit=5.0, level="A1"))
        found.append(Asking(text=f"When did you learn to {base}?", fit=5.0, level="A1"))
    elif group.modal not in ("may", "might", "shall") and _has_reason(clause):
        found.append(_built("Why", clause, 4.1))
    return [asking for asking in found if asking.text]


def _has_reason(clause: Clause) -> bool:
    lemma = clause.group.lemma
    if lemma in _MOTION and clause.part("infinitive") is not None:
        return False  # the purpose has been said
    return lemma in _REASONED and (bool(clause.parts) or lemma in _ALONE_REASONED) and not clause.group.perfect


def _built(wh: str, clause: Clause, fit: float, ending: str = "") -> Asking:
    operator, rest = verbs.question(clause.group, clause.subject.person)
    if any(part.role == "clause" for part in clause.parts):
        return Asking(text="", fit=0, level="A1")
    parts = [part.again or part.text for part in clause.parts if part.role != "time" or wh != "Why"]
    words = [wh, operator, clause.subject.again, rest, *parts]
    text = tokens.written(" ".join(word for word in words if word)) + ending
    too_long = len(text.split()) > 12
    level = "A1" if len(text.split()) <= 9 else "A2"
    return Asking(text="" if too_long else text + "?", fit=fit, level=level)


@cache
def _follow_ups() -> dict[str, dict[str, list[str]]]:
    return topics.data("follow_ups.toml")


def _about_thing(thing: NounPhrase, level: str, *, fit: float) -> list[Asking]:
    category = category_of(thing) or "other"
    if category in ("time", "") or (category == "idea" and (thing.head not in _TALKED_ABOUT or not thing.determined)):
        return []
    if thing.text.startswith("my ") or thing.text == "bed":
        return []
    if category == "body" and thing.head not in _USED:
        return []
    if category in ("person", "family") and not thing.again.startswith(("the ", "your ", "his ", "her ", "that ")):
        return []
    lines = _follow_ups().get(category, _follow_ups()["other"])
    found: list[Asking] = []
    if thing.again.startswith("your ") and category in _follow_ups()["owned"]:
        texts = [_filled(line, thing) for line in _follow_ups()["owned"][category]]
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
    *before, last = thing.head.split(" ")
    if last in ("jeans", "trousers", "pants", "glasses", "shorts", "clothes", "people"):
        return thing.head
    if lexicon.nouns(thing.head):
        return lexicon.plural_of(thing.head)
    return " ".join([*before, lexicon.plural_of(last)])


_IDIOMS = frozenset("school work home college university church".split())


def where(noun: NounPhrase) -> str:
    """Being at a place: "in the park", "at school", "in France"."""
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
    many_singular = thing.mass or thing.kind in ("name", "place_name") or thing.category in ("meal", "sport")
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
