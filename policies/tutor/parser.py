"""From the words of an utterance to its first clause, or to nothing when its structure is not sure.

The parser is strict: every word of the clause must find its place in a known pattern, else there is no clause. A wrong
parse would make the tutor say something broken, which is worse than saying something plain.
"""

from msgspec.structs import replace

from policies.tutor import lexicon, phrases, verbs
from policies.tutor.clause import Clause, Part, sentence_of
from policies.tutor.complements import TIME_PREPOSITIONS, Rest, complete, nested, parts_after, slips_of
from policies.tutor.phrases import NounPhrase, Slip
from policies.tutor.verbs import Person, VerbGroup

_TAKES_CLAUSE = frozenset("think know hope believe say guess feel remember understand forget mean wish wonder".split())


MOST_WORDS = 40  # nobody says a longer sentence that can be said back
_PAST_TIMES = frozenset("yesterday ago last".split())
_SOMEBODY = frozenset("you I he she they".split())


def parse(words: list[str]) -> Clause | None:
    """The first clause of an utterance, None when its structure is not sure."""
    position = _skip_lead(words)
    rest = words[position:]
    if not rest or len(rest) > MOST_WORDS:
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
        start = int(words[0] in TIME_PREPOSITIONS)
        for noun, after in phrases.read(words, start, role="object", before=words[0] if start else ""):
            if (noun.category == "time" or noun.head == "time") and (
                start or words[0] in ("every", "last", "next", "this", "one")
            ):
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
    inner = nested(words[:finite], 1, form.lemma, "ing", words[0])
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
        if words[position] == "no" and not _stands_alone(words[position + 1]):
            break  # "no teeth were there"
        position += 1
    if words[position : position + 2] in (["i", "think"], ["i", "guess"]) and len(words) > position + 3:
        inner = position + 2 + (words[position + 2] == "that")
        if words[inner] in lexicon.PERSONAL:
            return inner
    for opening in (["of", "course"], ["you", "know"], ["excuse", "me"]):
        if words[position : position + 2] == opening and len(words) > position + 3:
            return position + 2
    return position


def _stands_alone(word: str) -> bool:
    pronoun = word in lexicon.PERSONAL | lexicon.ARTICLES | lexicon.POSSESSIVES | {"not", "let", "i"}
    return pronoun or bool(lexicon.name(word))


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
        group, after = _without_be(subject, found, words)
        clause = _with_parts(subject, group, words, after)
        if clause is not None:
            if time is not None:
                clause = replace(clause, parts=(*clause.parts, time))
            return _checked(clause, words, spoken)
    return None


def _without_be(subject: NounPhrase, found: tuple[VerbGroup, int], words: list[str]) -> tuple[VerbGroup, int]:
    """ "I am work in a hospital": be before a bare verb is too much, so the verb is taken for the group's."""
    group, after = found
    somebody = subject.text in _SOMEBODY or subject.kind == "name" or subject.category in ("family", "person", "job")
    verb = verbs.bare_after_be(words[after]) if after < len(words) else ""
    if group.lemma != "be" or _compound(group) or not somebody or not verb:
        return found
    said = next(word for word in reversed(words[:after]) if word in lexicon.BE_FORMS)
    return replace(group, lemma=verb, agrees=True, with_be=said), after + 1


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
        rest = parts_after(words, end, "there")
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


def _with_parts(
    subject: NounPhrase, group: VerbGroup, words: list[str], position: int, *, loose: bool = False
) -> Clause | None:
    rest = _content(words, position, group.lemma) or parts_after(words, position, group.lemma)
    if rest is None or not (loose or complete(group, rest.parts)):
        return None
    slips = slips_of(rest.parts)
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


def _content(words: list[str], position: int, lemma: str) -> Rest | None:
    """The clause after "know", "hope", "say": "I hope (that) you are well"."""
    start = position + (words[position : position + 1] == ["that"])
    if lemma not in _TAKES_CLAUSE or start >= len(words):
        return None
    inner = _statement(words[start:])
    if inner is None:
        return None
    text = sentence_of(inner)
    return Rest((Part(role="clause", text=text, again=text, inner=inner),), inner.joint, inner.tail)


def _checked(clause: Clause, words: list[str], spoken: Person) -> Clause | None:
    """The clause with its verb put right: agreement, and the past where the time is past."""
    group, slips = clause.group, list(clause.slips)
    if not group.agrees:
        said = verbs.statement(replace(group, adverb=""), Person(plural=not spoken.plural))
        better = verbs.statement(replace(group, adverb=""), spoken)
        doer = clause.subject.text if clause.subject.text != "you" else words[0]
        slips.append(Slip(kind="agreement", said=f"{doer} {said}", better=f"{doer} {better}"))
    if group.with_be:
        better = verbs.statement(replace(group, adverb=""), spoken)
        slips.append(Slip(kind="tense", said=f"{group.with_be} {group.lemma}", better=better))
    times = " ".join(part.text for part in clause.parts if part.role == "time").split()
    if _PAST_TIMES & set(times) and not group.past and not _compound(group):
        past = replace(group, past=True)
        slips.append(Slip(kind="tense", said=group.lemma, better=verbs.statement(past, spoken)))
        group = past
    return replace(clause, group=group, slips=tuple(slips))


def _compound(group: VerbGroup) -> bool:
    return bool(group.modal or group.going or group.perfect or group.progressive)
