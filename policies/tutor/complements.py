"""What follows a verb: objects, complements, infinitives, places, times. All of it must be understood, or none is.

Reads no subject and no finite verb; see `policies.tutor.parser`.
"""

from msgspec import Struct
from msgspec.structs import replace

from policies.tutor import lexicon, phrases
from policies.tutor.clause import Clause, Part
from policies.tutor.phrases import NounPhrase, Slip
from policies.tutor.verbs import Person, VerbGroup

_BOUNDARIES = frozenset("and but because so when if while although though since until".split())


_AS_A = frozenset("work act serve use start begin".split())


_CLINGING = frozenset("that which who whose what than as or where how why".split())


_COPULAS = frozenset("be feel look seem get become smell taste sound stay keep turn grow".split())


_TRANSITIVE = frozenset(
    "like love hate enjoy want need buy make bring catch visit wear use take have lose choose find collect "
    "own hold hit invite prefer kick push pull carry send throw give break build put call meet hug kiss see".split()
)


_INTRANSITIVE = frozenset(
    "go walk sleep come arrive live stay happen laugh smile cry sit stand swim wait look listen fall lie appear seem "
    "dream die occur rise belong rest relax agree".split()
)


_TWO_OBJECTS = frozenset("give tell show call send buy teach make ask bring name cook write lend pay offer".split())


_TAKES_ING = frozenset(
    "like love hate enjoy go start stop finish begin prefer practise practice keep mind spend miss try".split()
)


TIME_PREPOSITIONS = frozenset("in on at after before during for since until about".split())


_WITH_THING = frozenset("with without".split())


_REACHED = frozenset("place time meal family person job nature sport hobby school".split())
# What the object of some verbs can be; "Ann ate a little dog" is more likely misheard than meant.
_OBJECTS = {
    "eat": "food meal drink nature", "cook": "food meal drink", "bake": "food", "drink": "drink food",
    "wear": "clothes thing",
    "drive": "vehicle place", "ride": "vehicle animal", "plant": "nature food",
    "read": "thing hobby matter school idea",
    "play": "sport hobby thing person idea family animal school",
    "sing": "hobby idea", "peel": "food",
}  # fmt: skip


class Rest(Struct, frozen=True):
    parts: tuple[Part, ...]
    joint: str = ""
    tail: tuple[str, ...] = ()


def _absurd(lemma: str, noun: NounPhrase | None) -> bool:
    allowed = _OBJECTS.get(lemma)
    return bool(allowed and noun is not None and noun.category and noun.category not in allowed.split())


def slips_of(parts: tuple[Part, ...]) -> tuple[Slip, ...]:
    found: list[Slip] = []
    for part in parts:
        if part.noun is not None:
            found += part.noun.slips
        if part.slip is not None:
            found.append(part.slip)
        if part.inner is not None:
            found += part.inner.slips or slips_of(part.inner.parts)
    return tuple(found)


def complete(group: VerbGroup, parts: tuple[Part, ...]) -> bool:
    """Whether the verb has the objects that it needs, and none that it cannot have."""
    objects = [part for part in parts if part.role == "object"]
    if any(_absurd(group.lemma, part.noun) for part in objects):
        return False
    complements = [part for part in parts if part.role in ("complement", "infinitive", "ing", "clause")]
    if group.passive:
        return not objects
    if group.lemma == "be":
        places = [part for part in parts if part.role in ("place", "time", "other", "with")]
        return len(objects) + min(len(complements), 1) <= 1 and bool(objects or complements or places)
    if group.lemma in _INTRANSITIVE and objects:
        return False
    if group.lemma in _TRANSITIVE and not objects and not complements:
        return group.lemma == "take" and any(part.role == "time" for part in parts)
    return len(objects) <= (2 if group.lemma in _TWO_OBJECTS else 1)


def parts_after(words: list[str], position: int, lemma: str) -> Rest | None:
    found: list[Part] = []
    while position < len(words):
        word = words[position]
        if words[position : position + 2] == ["as", "well"]:
            found.append(Part(role="manner", text="as well"))
            position += 2
            continue
        if word == "as" and lemma in _AS_A:
            step = _prepositional(words, position)
            if step is not None:
                found.append(step[0])
                position = step[1]
                continue
        if word in _CLINGING and position + 1 < len(words):
            return None  # a relative clause or a comparison: without it the rest would say something else
        degree = word == "so" and position + 1 < len(words) and _describes(words[position + 1])
        if word in _BOUNDARIES and not degree and position + 1 < len(words):
            return Rest(tuple(found), word, tuple(words[position + 1 :]))
        step = _part(words, position, lemma, bool(found))
        if step is None:
            return None
        part, position = step
        found.append(part)
    return Rest(tuple(found))


def _describes(word: str) -> bool:
    return bool(lexicon.adjective(word)) or lexicon.adverb(word) == "manner" or word in ("many", "much")


def _part(words: list[str], position: int, lemma: str, inside: bool) -> tuple[Part, int] | None:
    word = words[position]
    before = lemma if not inside else ""
    if word == "to":
        return _infinitive(words, position, lemma) or _prepositional(words, position)
    if not inside and lemma in _TAKES_ING and word.endswith("ing"):
        ing = _ing(words, position)
        if ing is not None:
            return ing
    bare = _bare_infinitive(words, position, lemma) if not inside else None
    if bare is not None:
        return bare
    if words[position:] in (["very", "good"], ["good"]) and lemma not in _COPULAS and lemma != "be":
        slip = Slip(
            kind="word_choice",
            said=" ".join(words[position:]),
            better="very well" if len(words) - position > 1 else "well",
        )
        return Part(role="manner", text=slip.better, slip=slip), len(words)
    adjective = _complement(words, position, lemma, inside)
    if adjective is not None:
        return adjective
    for noun, end in phrases.read(words, position, role="object", before=before):
        if noun.category == "time" and noun.kind == "noun" and lemma != "be":
            return Part(role="time", text=noun.text, again=noun.text, noun=noun), end + _ago(words, end)
        if inside and noun.kind == "noun" and not noun.determined and not noun.sure:
            continue
        return Part(role="object", text=noun.text, again=noun.again, noun=noun), end
    if word in lexicon.PREPOSITIONS or word in lexicon.PARTICLES:
        return _prepositional(words, position) or _particle(words, position) or _adverb(words, position)
    return _adverb(words, position)


def _ago(words: list[str], end: int) -> int:
    return 1 if words[end : end + 1] == ["ago"] else 0


def _complement(words: list[str], position: int, lemma: str, inside: bool) -> tuple[Part, int] | None:
    if words[position + 1 : position + 3] == ["years", "old"]:
        return Part(role="complement", text=" ".join(words[position : position + 3]), again="old"), position + 3
    if lemma not in _COPULAS and not (inside and lemma in ("make", "find", "drive", "paint")):
        return None
    end = position
    while end < len(words) and words[end] in ("very", "so", "too", "really", "quite", "more", "not"):
        end += 1
    if end >= len(words) or not lexicon.adjective(words[end]):
        return None
    after = end + 1
    if after + 1 < len(words) and words[after] == "and" and lexicon.adjective(words[after + 1]):
        after += 2
    if after < len(words) and (lexicon.nouns(words[after]) and words[after] not in ("today", "now")):
        return None
    text = " ".join(words[position:after])
    return Part(role="complement", text=text, again=words[end]), after


def _infinitive(words: list[str], position: int, lemma: str) -> tuple[Part, int] | None:
    if position + 1 >= len(words):
        return None
    base = next((form for form in lexicon.verbs(words[position + 1]) if form.form == "base"), None)
    if words[position + 1] == "be":
        base = lexicon.VerbForm(lemma="be", form="base")
    if base is None or (lexicon.nouns(words[position + 1]) and lemma in ("go", "come", "walk", "run", "listen")):
        return None
    return nested(words, position + 2, base.lemma, "infinitive", f"to {base.lemma}")


def _bare_infinitive(words: list[str], position: int, lemma: str) -> tuple[Part, int] | None:
    """ "I like play football": the learner left out "to"."""
    word = words[position]
    if lemma not in ("like", "want", "love", "hope", "need", "decide", "learn") or lexicon.nouns(word):
        return None
    form = next((form for form in lexicon.verbs(word) if form.form == "base"), None)
    if form is None or lexicon.adjective(word):
        return None
    found = nested(words, position + 1, form.lemma, "infinitive", f"to {form.lemma}")
    if found is None:
        return None
    return replace(found[0], slip=Slip(kind="other", said=f"{lemma} {word}", better=f"{lemma} to {word}")), found[1]


def _ing(words: list[str], position: int) -> tuple[Part, int] | None:
    form = next((form for form in lexicon.verbs(words[position]) if form.form == "ing"), None)
    if form is None:
        return None
    return nested(words, position + 1, form.lemma, "ing", words[position])


def nested(words: list[str], position: int, lemma: str, role: str, opening: str) -> tuple[Part, int] | None:
    rest = parts_after(words, position, lemma)
    group = VerbGroup(lemma=lemma)
    if rest is None or not complete(group, rest.parts):
        return None
    subject = NounPhrase(text="", again="", kind="none", head="", person=Person())
    inner = Clause(subject=subject, group=group, parts=rest.parts)
    text = " ".join([opening, *(part.text for part in rest.parts)])
    kept = lemma in ("be", "become")
    again = " ".join([opening, *(part.text if kept else part.again or part.text for part in rest.parts)])
    consumed = len(words) - (len(rest.tail) + 1 if rest.joint else 0)
    return Part(role=role, text=text, again=again, inner=inner), consumed


def _prepositional(words: list[str], position: int) -> tuple[Part, int] | None:
    preposition = words[position]
    bare = position + 1 < len(words) and words[position + 1] not in lexicon.ARTICLES | lexicon.POSSESSIVES
    for noun, end in phrases.read(words, position + 1, role="object", before=preposition):
        if not noun.sure and not noun.determined:
            continue
        if preposition == "to" and bare and not reached(noun):
            continue  # rather a verb than a noun: "hard to picture"
        role = _role(preposition, noun)
        text = f"{preposition} {noun.text}"
        again = text if role == "time" else f"{preposition} {noun.again}"
        return Part(role=role, text=text, again=again, noun=noun, preposition=preposition), end
    after = words[position + 1] if position + 1 < len(words) else ""
    if after in lexicon.NUMBERS or after.isdigit():
        end = position + 2 + (words[position + 2 : position + 3] in (["o'clock"], ["thirty"], ["pm"], ["am"]))
        return Part(role="time", text=" ".join(words[position:end])), end
    if lexicon.adverb(after) == "place" and preposition in ("from", "in", "to", "at"):
        return Part(role="place", text=f"{preposition} {after}", preposition=preposition), position + 2
    return None


def reached(noun: NounPhrase) -> bool:
    """Whether a bare word after "to" can be a goal; else it is rather a verb: "hard to picture", "to stick"."""
    return noun.kind != "noun" or noun.category in _REACHED or not noun.slips


def _role(preposition: str, noun: NounPhrase) -> str:
    if noun.category == "time" and preposition in TIME_PREPOSITIONS:
        return "time"
    if preposition in _WITH_THING:
        return "with"
    if noun.category in ("place", "nature") or noun.kind == "place_name":
        return "place" if preposition in phrases.THE_AFTER or preposition in ("on", "from") else "other"
    return "time" if noun.category == "meal" and preposition in ("after", "before") else "other"


def _particle(words: list[str], position: int) -> tuple[Part, int] | None:
    if words[position] in lexicon.PARTICLES:
        return Part(role="particle", text=words[position]), position + 1
    return None


def _adverb(words: list[str], position: int) -> tuple[Part, int] | None:
    word = words[position]
    pair = " ".join(words[position : position + 2])
    if pair in (
        "very much",
        "a lot",
        "too much",
        "so much",
        "very well",
        "very hard",
        "very fast",
        "right now",
        "at all",
    ):
        return Part(role="manner", text=pair), position + 2
    if word in ("every", "last", "next", "this") and position + 1 < len(words):
        return None
    if word == "before" and position + 1 == len(words):
        return Part(role="time", text=word), position + 1
    kind = lexicon.adverb(word)
    if not kind or word in ("very", "so", "too", "quite", "even", "just", "only", "almost"):
        return (Part(role="manner", text=pair), position + 2) if _degree(words, position) else None
    return Part(role=kind, text=word), position + 1


def _degree(words: list[str], position: int) -> bool:
    after = words[position + 1] if position + 1 < len(words) else ""
    return words[position] in ("very", "so", "too", "quite") and lexicon.adverb(after) == "manner"
