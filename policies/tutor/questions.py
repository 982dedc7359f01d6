"""Questions that grow out of what was said: from its clause, the things it names, its kind. Asks none."""

import re

from policies.tutor import lexicon, phrases, remarks, tokens, topics
from policies.tutor.clause_questions import about_clause
from policies.tutor.phrases import NounPhrase
from policies.tutor.thing_questions import Asking, about_thing
from policies.tutor.utterance import Utterance


def asking(utterance: Utterance, level: str) -> list[Asking]:
    """All questions that fit the utterance and the level, in no order."""
    found: list[Asking] = []
    if utterance.move not in ("statement", "fragment", "ask", "command", "suggestion"):
        found = _about_earlier(utterance, level, fit=3.4)
        return [asking for asking in found if asking.level in topics.reachable(level)]
    if utterance.sad:
        return _gentle(utterance)
    if utterance.mourned:
        return [Asking(text=line, fit=5.0, level="A1") for line in remarks.lines("ask")["mourned_A1"]]
    if utterance.words == ("it", "depends"):
        found.append(Asking(text="What does it depend on?", fit=6.0, level="A1"))
    referent = _referent(utterance)
    if referent is not None:
        found += about_thing(referent, level, fit=4.4)
    if utterance.clause is not None and utterance.clause.mood == "statement" and not utterance.dark:
        found += about_clause(utterance.clause, level)
    for place, thing in enumerate(utterance.things[:3] if not utterance.dark else ()):
        found += about_thing(thing, level, fit=3.6 - 0.5 * place)
    if utterance.move == "fragment" and len(utterance.words) == 1 and not utterance.things:
        word = utterance.text.strip(" .!,").split(" ")[-1]
        counted = word.lower() in lexicon.NUMBERS or word.isdigit()
        if not (
            counted
            or lexicon.is_closed(word.lower())
            or lexicon.nouns(word.lower())
            or lexicon.adjective(word.lower())
            or lexicon.adverb(word.lower())
        ):
            found.append(Asking(text=f"Can you tell me more about {word}?", fit=4.6, level="A1"))
    about_it = utterance.clause is not None and utterance.clause.subject.text in ("it", "that")
    if not utterance.things and (len(utterance.words) < 4 or about_it):
        found += _about_earlier(utterance, level, fit=3.3)
    found += _in_general(utterance)
    if "friend" in utterance.words:
        found = [asking for asking in found if "your friend?" not in asking.text]
    if referent is not None:
        found = [asking for asking in found if not _ABOUT_UNKNOWN.match(asking.text)]
    allowed = topics.reachable(level)
    return [asking for asking in found if asking.level in allowed]


def _gentle(utterance: Utterance) -> list[Asking]:
    """After a loss: an offer to talk about who was lost, or to talk about something else."""
    found = _in_general(utterance)
    clause = utterance.clause
    lost = clause.subject if clause is not None and clause.group.lemma in ("die", "be", "pass") else None
    if lost is not None and lost.again.startswith("your "):
        found.append(Asking(text=f"Would you like to tell me about {tokens.written(lost.again)}?", fit=5.0, level="A1"))
    return found


_ECHO = re.compile(r"^(Why (do|does|did|are|is|was|were|will|would|can|can't|don't|didn't) .*|Who .* with\?)$")


def echoes_clause(text: str) -> bool:
    """Whether a question says the learner's whole clause back: "Why did you go to the park?"."""
    return bool(_ECHO.match(text)) and len(text.split()) > 4 and topics.question_in(text) is None


_ABOUT_UNKNOWN = re.compile(
    r"(Who is (he|she|it)|Who are they|Is (he|she) someone|Are they friends|Who do you mean|Who is this story)"
)


def _about_earlier(utterance: Utterance, level: str, *, fit: float) -> list[Asking]:
    return [asking for thing in utterance.earlier[:2] for asking in about_thing(thing, level, fit=fit)]


def _referent(utterance: Utterance) -> NounPhrase | None:
    """Whom "he", "she" or "they" means: somebody, or an animal, named in the last exchanges."""
    pronoun = next((word for word in utterance.words if word in _PRONOUN_OF), "")
    if not pronoun:
        return None
    if any(_meant_by(thing, pronoun) for thing in utterance.things):
        return None  # "I like cats, they are clean"
    for thing in utterance.earlier:
        if _meant_by(thing, pronoun):
            return thing
    return None


def _meant_by(thing: NounPhrase, pronoun: str) -> bool:
    one = _PRONOUN_OF[pronoun]
    alike = thing.person.plural == (one == "they") and thing.pronoun in ("", one, "they")
    return alike and phrases.category_of(thing) in _PERSONS


_PERSONS = ("family", "person", "name", "job", "animal")
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


def _is_past(word: str) -> bool:
    forms = {reading.form for reading in lexicon.verbs(word)}
    return "past" in forms and "base" not in forms


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
        past = clause.group.past if clause is not None and stated else any(_is_past(word) for word in words)
        if past:
            return ["me_past"]
        return ["me_now"] if stated or len(words) > 5 else ["fragment"]
    if utterance.words[0] == "you" or ({"me", "us"} & words and "you" in words):
        return ["you"]
    if pronoun and any(phrases.category_of(thing) in _PERSONS for thing in utterance.things):
        return []  # who it is has just been said
    if pronoun:
        return ["pronoun", "story"]
    if clause is not None and clause.subject.text in ("it", "that", "those"):
        return ["it"] if not utterance.earlier else []
    if clause is not None:
        return ["story"] if clause.group.past else ["idea"]
    return ["fragment"] if len(words) < 6 else ["idea"]
