"""Clauses: from the words of an utterance to subject, verb group and the phrases after it, or to nothing when unsure.

The parser is strict: every word of the clause must find its place in a known pattern, else there is no clause. A wrong
parse would make the tutor say something broken, which is worse than saying something plain.
"""

from msgspec import Struct
from msgspec.structs import replace

from policies.tutor import inflection, lexicon, phrases, verbs
from policies.tutor.phrases import NounPhrase, Slip
from policies.tutor.verbs import Person, VerbGroup

_BOUNDARIES = frozenset("and but because so when if while although though since until".split())
_AS_A = frozenset("work act serve use start begin".split())
_CLINGING = frozenset("that which who whose what than as or where how why".split())
_COPULAS = frozenset("be feel look seem get become smell taste sound stay keep turn grow".split())
_TRANSITIVE = frozenset(
    "like love hate enjoy want need buy make bring catch visit wear use take have lose choose find collect own hold hit "
    "invite prefer kick push pull carry send throw give break build put call meet hug kiss see".split()
)
_INTRANSITIVE = frozenset(
    "go walk sleep come arrive live stay happen laugh smile cry sit stand swim wait look listen fall lie appear seem "
    "die occur rise belong rest relax agree".split()
)
_TWO_OBJECTS = frozenset("give tell show call send buy teach make ask bring name cook write lend pay offer".split())
_TAKES_INFINITIVE = frozenset(
    "want like love hate need have hope plan try learn decide begin start forget remember wish prefer go come prepare "
    "promise agree help choose expect use".split()
)
_TAKES_ING = frozenset(
    "like love hate enjoy go start stop finish begin prefer practise practice keep mind spend miss try".split()
)
_TAKES_CLAUSE = frozenset("think know hope believe say guess feel remember understand forget mean wish wonder".split())
_PAST_TIMES = frozenset("yesterday ago last".split())
_TIME_PREPOSITIONS = frozenset("in on at after before during for since until about".split())
_WITH_THING = frozenset("with without".split())


class Part(Struct, frozen=True, kw_only=True):
    """One phrase after the verb. ``role``: object, complement, place, time, with, manner, infinitive, ing, clause,
    particle, other. ``inner`` is the clause inside an infinitive or -ing phrase (its subject is the outer one)."""

    role: str
    text: str
    again: str = ""
    noun: NounPhrase | None = None
    preposition: str = ""
    inner: "Clause | None" = None
    slip: Slip | None = None


class Clause(Struct, frozen=True, kw_only=True):
    """A clause from the tutor's side: "I like my dog" has the subject "you" and the object "your dog".

    ``mood``: statement, yesno, wh, command, suggestion ("let's"). ``tail`` is what follows a conjunction, as said.
    """

    subject: NounPhrase
    group: VerbGroup
    parts: tuple[Part, ...] = ()
    mood: str = "statement"
    wh: str = ""
    lead: str = ""
    joint: str = ""
    tail: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()

    def part(self, *roles: str) -> Part | None:
        """The first phrase in one of these roles."""
        return next((part for part in self.parts if part.role in roles), None)


def parse(words: list[str]) -> Clause | None:
    """The first clause of an utterance, None when its structure is not sure."""
    position = _skip_lead(words)
    rest = words[position:]
    if not rest:
        return None
    for reader in (_suggestion, _timed, _statement, _opinion, _gerund, _question, _command):
        found = reader(rest)
        if found is not None:
            return replace(found, lead=" ".join(words[:position]))
    return None


def _timed(words: list[str]) -> Clause | None:
    """A statement that begins with its time: "last week I went ...", "at night I dream"."""
    end = 0
    time = Part(role="time", text="")
    if lexicon.adverb(words[0]) == "time" and words[0] not in ("never", "ever", "later", "then", "again"):
        time, end = Part(role="time", text=words[0]), 1
    else:
        start = int(words[0] in _TIME_PREPOSITIONS)
        for noun, after in phrases.read(words, start, role="object", before=words[0] if start else ""):
            if noun.category == "time" and (start or words[0] in ("every", "last", "next", "this", "one")):
                time, end = Part(role="time", text=" ".join(words[:after])), after
                break
    if not end or end >= len(words):
        return None
    found = _statement(words[end:], time)
    return found if found is not None and found.subject.kind != "there" else None


def _opinion(words: list[str]) -> Clause | None:
    """What follows "I think (that)" when it is a statement of its own."""
    if words[:2] not in (["i", "think"], ["i", "believe"]) or len(words) < 5:
        return None
    start = 2 + (words[2] == "that")
    return _statement(words[start:]) or _gerund(words[start:])


def _gerund(words: list[str]) -> Clause | None:
    """A statement about doing something: "learning English is important"."""
    form = next((form for form in lexicon.verbs(words[0]) if form.form == "ing"), None)
    finite = next((index for index, word in enumerate(words) if word in ("is", "was") and 0 < index < 6), 0)
    if form is None or not finite:
        return None
    inner = _nested(words[:finite], 1, form.lemma, "ing", words[0])
    if inner is None or inner[1] != finite:
        return None
    text = inner[0].text
    subject = NounPhrase(text=text, again=text, kind="gerund", head=text, person=Person())
    group = verbs.read(words, finite, Person())
    if group is None:
        return None
    clause = _with_parts(subject, group[0], words, group[1])
    return clause


def _skip_lead(words: list[str]) -> int:
    position = 0
    while position < len(words) - 1 and words[position] in lexicon.INTERJECTIONS | {"finally"}:
        position += 1
    if words[position : position + 2] in (["i", "think"], ["i", "guess"]) and len(words) > position + 3:
        inner = position + 2 + (words[position + 2] == "that")
        if words[inner] in lexicon.PERSONAL:
            return inner
    for opening in (["of", "course"], ["you", "know"], ["excuse", "me"]):
        if words[position : position + 2] == opening and len(words) > position + 3:
            return position + 2
    return position


def _suggestion(words: list[str]) -> Clause | None:
    if words[:2] != ["let", "us"]:
        return None
    return _command(words[2:], mood="suggestion")


def _command(words: list[str], mood: str = "command") -> Clause | None:
    negative = words[:2] == ["do", "not"]
    position = 2 if negative else 0
    if position >= len(words):
        return None
    base = next((form for form in lexicon.verbs(words[position]) if form.form == "base"), None)
    if base is None:
        return None
    group = VerbGroup(lemma=base.lemma, negative=negative)
    subject = NounPhrase(text="you", again="you", kind="pronoun", head="you", person=Person(person=2))
    clause = _with_parts(subject, group, words, position + 1)
    return replace(clause, mood=mood) if clause is not None else None


def _statement(words: list[str], time: Part | None = None) -> Clause | None:
    if words[0] == "there" and len(words) > 2:
        return _there(words)
    for subject, end in phrases.read(words, 0, role="subject"):
        spoken = _spoken_person(subject, words)
        found = verbs.read(words, end, spoken)
        if found is None or (not subject.sure and not found[0].sure):
            continue
        group, after = found
        clause = _with_parts(subject, group, words, after)
        if clause is not None:
            if time is not None:
                clause = replace(clause, parts=(*clause.parts, time))
            return _checked(clause, words, spoken)
    return None


def _spoken_person(subject: NounPhrase, words: list[str]) -> Person:
    """Person of the subject as the learner said it, for agreement: "I" where the tutor will say "you"."""
    if subject.kind != "pronoun":
        return Person(plural=True) if subject.person.person == 2 else subject.person
    word = words[0]
    if word == "i":
        return Person(person=1)
    if word == "you":
        return Person(person=2, plural=True)
    return Person(plural=word in ("we", "they", "these", "those"), person=1 if word == "we" else 3)


def _there(words: list[str]) -> Clause | None:
    if words[1] not in ("is", "are", "was", "were"):
        return None
    for noun, end in phrases.read(words, 2, role="object", before="there"):
        subject = NounPhrase(text="there", again="there", kind="there", head=noun.head, person=noun.person)
        group = VerbGroup(lemma="be", past=words[1] in ("was", "were"), agrees=words[1] == verbs.be(noun.person))
        rest = _parts(words, end, "there")
        if rest is not None:
            part = Part(role="object", text=noun.text, again=noun.again, noun=noun)
            return Clause(subject=subject, group=group, parts=(part, *rest.parts), joint=rest.joint, tail=rest.tail)
    return None


def _question(words: list[str]) -> Clause | None:
    wh = ""
    position = 0
    if words[0] in lexicon.WH_WORDS:
        wh, position = words[0], 1
        if words[1:2] and words[0] == "how" and words[1] in ("many", "much", "old", "often", "long", "far"):
            return None
    if position >= len(words):
        return None
    first = words[position]
    if first not in lexicon.BE_FORMS | lexicon.DO_FORMS | lexicon.MODALS | {"have", "has"}:
        return None
    for subject, end in phrases.read(words, position + 1, role="subject"):
        found = verbs.read([first, *words[end:]], 0, subject.person)
        if first in lexicon.DO_FORMS:
            bare = verbs.read(["can", *words[end:]], 0, subject.person)
            found = None if bare is None else (replace(bare[0], modal="", past=first == "did"), bare[1])
        if found is None:
            continue
        group, after = found
        clause = _with_parts(subject, group, [first, *words[end:]], after, loose=bool(wh))
        if clause is not None:
            return replace(clause, mood="wh" if wh else "yesno", wh=wh)
    return None


class _Rest(Struct, frozen=True):
    parts: tuple[Part, ...]
    joint: str = ""
    tail: tuple[str, ...] = ()


def _with_parts(
    subject: NounPhrase, group: VerbGroup, words: list[str], position: int, *, loose: bool = False
) -> Clause | None:
    rest = _parts(words, position, group.lemma)
    if rest is None or not (loose or _complete(group, rest.parts)):
        return None
    slips = _slips_of(rest.parts)
    parts = rest.parts
    if group.lemma in ("have", "own", "get", "buy") and subject.text == "you":
        parts = tuple(_owned(part) for part in parts)
    return Clause(
        subject=subject,
        group=group,
        parts=parts,
        joint=rest.joint,
        tail=rest.tail,
        slips=subject.slips + slips,
    )


def _owned(part: Part) -> Part:
    """What the learner has is spoken of as theirs from then on: "a dog", then "your dog"."""
    noun = part.noun
    if (
        part.role != "object"
        or noun is None
        or noun.kind != "noun"
        or not noun.again.startswith("the ")
        or noun.text.startswith("the ")
    ):
        return part
    again = "your " + noun.again.removeprefix("the ")
    return replace(part, again=again, noun=replace(noun, again=again, owned=True, determined=True))


def _slips_of(parts: tuple[Part, ...]) -> tuple[Slip, ...]:
    found: list[Slip] = []
    for part in parts:
        if part.noun is not None:
            found += part.noun.slips
        if part.slip is not None:
            found.append(part.slip)
        if part.inner is not None:
            found += part.inner.slips or _slips_of(part.inner.parts)
    return tuple(found)


def _complete(group: VerbGroup, parts: tuple[Part, ...]) -> bool:
    """Whether the verb has the objects that it needs, and none that it cannot have."""
    objects = [part for part in parts if part.role == "object"]
    complements = [part for part in parts if part.role in ("complement", "infinitive", "ing", "clause")]
    if group.passive:
        return not objects
    if group.lemma == "be":
        places = [part for part in parts if part.role in ("place", "time", "other", "with")]
        return len(objects) + min(len(complements), 1) <= 1 and bool(objects or complements or places)
    if group.lemma in _INTRANSITIVE and objects:
        return False
    if group.lemma in _TRANSITIVE and not objects and not complements:
        return False
    return len(objects) <= (2 if group.lemma in _TWO_OBJECTS else 1)


def _parts(words: list[str], position: int, lemma: str) -> _Rest | None:
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
        if word in _CLINGING and position + 1 < len(words) and not (lemma in _TAKES_CLAUSE and not found):
            return None  # a relative clause or a comparison: without it the rest would say something else
        degree = word == "so" and position + 1 < len(words) and _describes(words[position + 1])
        if word in _BOUNDARIES and not degree and position + 1 < len(words) and (found or lemma not in _TAKES_CLAUSE):
            return _Rest(tuple(found), word, tuple(words[position + 1 :]))
        step = _part(words, position, lemma, bool(found))
        if step is None:
            return None
        part, position = step
        found.append(part)
    return _Rest(tuple(found))


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
    if lemma in _TAKES_CLAUSE and not inside:
        clause = _content(words, position)
        if clause is not None:
            return clause
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
        return _prepositional(words, position) or _particle(words, position)
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
    return _nested(words, position + 2, base.lemma, "infinitive", f"to {base.lemma}")


def _bare_infinitive(words: list[str], position: int, lemma: str) -> tuple[Part, int] | None:
    """ "I like play football": the learner left out "to"."""
    word = words[position]
    if lemma not in ("like", "want", "love", "hope", "need", "decide", "learn") or lexicon.nouns(word):
        return None
    form = next((form for form in lexicon.verbs(word) if form.form == "base"), None)
    if form is None or lexicon.adjective(word):
        return None
    found = _nested(words, position + 1, form.lemma, "infinitive", f"to {form.lemma}")
    if found is None:
        return None
    return replace(found[0], slip=Slip(kind="other", said=f"{lemma} {word}", better=f"{lemma} to {word}")), found[1]


def _ing(words: list[str], position: int) -> tuple[Part, int] | None:
    form = next((form for form in lexicon.verbs(words[position]) if form.form == "ing"), None)
    if form is None:
        return None
    return _nested(words, position + 1, form.lemma, "ing", words[position])


def _nested(words: list[str], position: int, lemma: str, role: str, opening: str) -> tuple[Part, int] | None:
    rest = _parts(words, position, lemma)
    group = VerbGroup(lemma=lemma)
    if rest is None or not _complete(group, rest.parts):
        return None
    subject = NounPhrase(text="", again="", kind="none", head="", person=Person())
    inner = Clause(subject=subject, group=group, parts=rest.parts)
    text = " ".join([opening, *(part.text for part in rest.parts)])
    kept = lemma in ("be", "become")
    again = " ".join([opening, *(part.text if kept else part.again or part.text for part in rest.parts)])
    consumed = len(words) - (len(rest.tail) + 1 if rest.joint else 0)
    return Part(role=role, text=text, again=again, inner=inner), consumed


def _content(words: list[str], position: int) -> tuple[Part, int] | None:
    start = position + (words[position] == "that")
    if start >= len(words):
        return None
    inner = _statement(words[start:])
    if inner is None:
        return None
    consumed = len(words) - (len(inner.tail) + 1 if inner.joint else 0)
    text = sentence_of(inner)
    return Part(role="clause", text=text, again=text, inner=inner), consumed


def _prepositional(words: list[str], position: int) -> tuple[Part, int] | None:
    preposition = words[position]
    for noun, end in phrases.read(words, position + 1, role="object", before=preposition):
        if not noun.sure and not noun.determined:
            continue
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


def _role(preposition: str, noun: NounPhrase) -> str:
    if noun.category == "time" and preposition in _TIME_PREPOSITIONS:
        return "time"
    if preposition in _WITH_THING:
        return "with"
    if noun.category in ("place", "nature") or noun.kind == "place_name":
        return "place" if preposition in phrases._THE_AFTER or preposition in ("on", "from") else "other"
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
    kind = lexicon.adverb(word)
    if not kind or word in ("very", "so", "too", "quite", "even", "just", "only", "almost"):
        return (Part(role="manner", text=pair), position + 2) if _degree(words, position) else None
    return Part(role=kind, text=word), position + 1


def _degree(words: list[str], position: int) -> bool:
    after = words[position + 1] if position + 1 < len(words) else ""
    return words[position] in ("very", "so", "too", "quite") and lexicon.adverb(after) == "manner"


def _checked(clause: Clause, words: list[str], spoken: Person) -> Clause | None:
    """The clause with its verb put right: agreement, and the past where the time is past."""
    group, slips = clause.group, list(clause.slips)
    if not group.agrees:
        said = verbs.statement(replace(group, adverb=""), Person(plural=not spoken.plural))
        better = verbs.statement(replace(group, adverb=""), spoken)
        if clause.subject.kind == "pronoun" and words[0] in ("i", "we", "you") and group.lemma == "be":
            said = "be"
        slips.append(Slip(kind="agreement", said=said, better=better))
    times = " ".join(part.text for part in clause.parts if part.role == "time").split()
    if _PAST_TIMES & set(times) and not group.past and not _compound(group):
        past = replace(group, past=True)
        slips.append(Slip(kind="tense", said=group.lemma, better=verbs.statement(past, spoken)))
        group = past
    return replace(clause, group=group, slips=tuple(slips))


def _compound(group: VerbGroup) -> bool:
    return bool(group.modal or group.going or group.perfect or group.progressive)


def sentence_of(clause: Clause, *, parts: int | None = None, again: bool = False) -> str:
    """The clause as a statement from the tutor's side, without capital and stop; ``parts`` cuts it after so many."""
    kept = clause.parts if parts is None else clause.parts[:parts]
    words = [clause.subject.again if again else clause.subject.text, verbs.statement(clause.group, person_of(clause))]
    words += [(part.again or part.text) if again else part.text for part in kept]
    return " ".join(word for word in words if word)


def person_of(clause: Clause) -> Person:
    """Person and number of the subject from the tutor's side; "there" takes them from what there is."""
    return clause.subject.person


def gerund_of(clause: Clause) -> str:
    """The clause without its subject as an -ing phrase: "going to the park"."""
    words = [inflection.ing(clause.group.lemma), *(part.again or part.text for part in clause.parts)]
    return " ".join(words)
