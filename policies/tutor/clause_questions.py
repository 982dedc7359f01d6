"""Questions that a clause leaves open: who, where, when, with whom, why. Ranks nothing."""

from policies.tutor import lexicon, tokens, verbs
from policies.tutor.clause import Clause, Part
from policies.tutor.phrases import NounPhrase
from policies.tutor.thing_questions import Asking, follow_ups, where

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


_PLACED = frozenset(
    "see watch eat drink cook read sing dance swim study learn work draw paint practise practice play buy "
    "find meet live sleep sit wait run walk go travel catch lose build grow sell hide write park shop wear "
    "visit shout fight".split()
)


_TIMED = _PLACED - {"live", "lose", "grow", "sit", "wear"} | frozenset(
    "start begin finish leave come call visit send clean".split()
)


_REASONED = (
    _PLACED
    | _TIMED
    | frozenset(
        "laugh cry smile shout ask want help need wait open close draw choose stop stay leave call buy bring give "
        "take tell learn look run walk jump hit kiss fight hide keep try throw steal smell go".split()
    )
)


_ALONE_REASONED = frozenset("laugh cry smile shout run wait stop stay leave jump fight hide".split())


def about_clause(clause: Clause, level: str) -> list[Asking]:
    subject, group = clause.subject, clause.group
    found = _who(clause)
    if subject.kind == "there" or subject.text in ("that", "it", "those", "there") or group.passive or not group.sure:
        return found
    if not _is_person(subject):
        return found
    spoken_to = any(set(part.text.split()) & {"me", "my", "mine", "myself"} for part in clause.parts)
    if spoken_to or {"I", "my"} & set(subject.text.split()):
        return found  # the learner speaks to somebody; asking on would be about the tutor
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
    for level, lines in follow_ups()["is_a"].items():
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
        lines = follow_ups()["mood"].get(part.again, [])
        return [Asking(text=line, fit=5.4, level="A1") for line in lines] or found
    return found


def _tastes(clause: Clause) -> list[Asking]:
    lemma = clause.group.lemma
    thing = clause.part("object", "infinitive", "ing")
    if thing is None or thing.text in ("you", "me", "it", "him", "her", "them"):
        return []
    if clause.group.negative:
        again = thing.again or thing.text
        return [Asking(text=f"Why don't you {lemma} {again}?", fit=4.8, level="A1")] if lemma in _TASTES else []
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
        if lemma in ("go", "travel", "come") and "place" in known and not group.progressive:
            found.append(_built("How", clause, 3.9))
        together = any(part.text == "together" for part in clause.parts)
        if (
            not together
            and "with" not in known
            and lemma in (_MOTION | _ACTIVITY) - {"get"}
            and subject.person.person == 2
        ):
            found.append(_built("Who", clause, 4.2, ending=" with"))
    skilled = subject.text == "you" and group.modal == "can" and lemma in _SKILL and not group.negative
    if skilled:
        base = " ".join([lemma, *(part.again or part.text for part in clause.parts)])
        found.append(Asking(text=f"Who taught you to {base}?", fit=5.0, level="A1"))
        found.append(Asking(text=f"When did you learn to {base}?", fit=5.0, level="A1"))
    elif group.modal not in ("may", "might", "shall") and _has_reason(clause):
        found.append(_built("Why", clause, 4.1 if not group.progressive else 3.4))
    return [asking for asking in found if asking.text]


def _has_reason(clause: Clause) -> bool:
    lemma = clause.group.lemma
    if clause.group.modal in ("can", "could") and not clause.group.negative:
        return False
    if lemma in _MOTION and clause.part("infinitive") is not None:
        return False  # the purpose has been said
    return lemma in _REASONED and (bool(clause.parts) or lemma in _ALONE_REASONED) and not clause.group.perfect


_LEFT_OUT = ("time", "manner", "with")  # of a question that says the clause back
_NEEDED = ("object", "complement", "infinitive", "ing", "particle")  # ... these stay in any place


def _built(wh: str, clause: Clause, fit: float, ending: str = "") -> Asking:
    operator, rest = verbs.question(clause.group, clause.subject.person)
    if any(part.role == "clause" for part in clause.parts):
        return Asking(text="", fit=0, level="A1")
    clear = [part for part in clause.parts if not (part.role == "time" and lexicon.adverb(part.text))]
    if wh in ("Why", "Who", "How"):
        clear = [
            part
            for at, part in enumerate(clear)
            if part.role not in _LEFT_OUT and (not at or part.role in _NEEDED or wh == "How")
        ]
    parts = [part.again or part.text for part in clear]
    words = [wh, operator, clause.subject.again, rest, *parts]
    text = tokens.written(" ".join(word for word in words if word)) + ending
    too_long = len(text.split()) > 12
    level = "A1" if len(text.split()) <= 9 else "A2"
    return Asking(text="" if too_long else text + "?", fit=fit, level=level)
