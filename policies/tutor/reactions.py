"""The first sentence of a reply: it shows that the learner was understood, and says a slip back in the right way.

Asks nothing. Where the structure of what was said is not sure it names a thing that was said, or stays plain.
"""

from msgspec import Struct

from policies.tutor import clause as clauses
from policies.tutor import lexicon, tokens
from policies.tutor.choice import Choice
from policies.tutor.clause import Clause
from policies.tutor.inflection import capitalised
from policies.tutor.phrases import NounPhrase, category_of, is_vague
from policies.tutor.remarks import lines
from policies.tutor.thing_questions import TALKED_ABOUT, many_of
from policies.tutor.utterance import Utterance

_LIMIT = {"A1": 10, "A2": 12, "B1": 15}
_OPENINGS = ("Oh, {}!", "Ah, {}.", "So {}.", "I see, {}.", "{}, I see.", "All right, {}.", "Okay, so {}.", "Ah, so {}.")
_SHORTENED = (
    ("you are ", "you're "), ("it is ", "it's "), ("he is ", "he's "), ("she is ", "she's "), ("that is ", "that's "),
    ("they are ", "they're "), ("you will ", "you'll "), ("there is ", "there's "), ("you have been ", "you've been "),
)  # fmt: skip
_ODD_SUBJECTS = frozenset("those that".split())


class Reaction(Struct, frozen=True):
    """A sentence, and the learner's words that it rests on: the clause that it says back, the thing that it names."""

    text: str
    rests_on: str


def reaction(utterance: Utterance, level: str, choice: Choice) -> Reaction | None:
    """A sentence that reacts to the content, None when every fitting one has been said."""
    for candidates, slot in _candidates(utterance, level):
        found = choice.pick(candidates, slot)
        if found is not None:
            return Reaction(found, _rests_on(utterance, found, slot))
    return None


def _rests_on(utterance: Utterance, text: str, slot: str) -> str:
    """The first thing that the sentence names; else the clause that it says back, or all that was said."""
    if slot == "thing":
        return next((thing.head for thing in utterance.things[:2] if text in _named(thing)), utterance.text)
    if slot != "echo":
        return utterance.text
    said = set(tokens.words_of(text.lower()))
    for thing in utterance.things:
        head = thing.head.lower()
        if any(set(form.split()) <= said for form in (head, lexicon.plural_of(head))):
            return thing.head
    return utterance.source or utterance.text


def _candidates(utterance: Utterance, level: str) -> list[tuple[list[str], str]]:
    react = lines("react")
    if utterance.move in ("reason", "maybe"):
        return [(react[utterance.move], utterance.move)]
    if utterance.sad:
        return [(react["loss"], "loss"), (react["sad"], "sad")]
    if utterance.dark:
        return [(react["sad"] if utterance.sad else react["dark"], "dark"), (react["plain"], "plain")]
    found: list[tuple[list[str], str]] = []
    if utterance.condition:
        found.append(([line.replace("{condition}", utterance.condition) for line in react["condition"]], "condition"))
    if utterance.move == "suggestion":
        found.append((react["suggestion"], "suggestion"))
    if utterance.clause is not None and utterance.clause.mood == "statement":
        found.append((echoes(utterance.clause, level), "echo"))
        if _told(utterance.clause):
            found.append((react["story"], "story"))
    if utterance.move == "command" and not utterance.things:
        found.append((react["command"], "command"))
    if utterance.things:
        found += [(_named(thing), "thing") for thing in utterance.things[:2] if _named(thing)]
    if {"he", "she", "they", "him", "her", "them", "his"} & set(utterance.words) and len(utterance.words) > 4:
        found.append((react["story"], "story"))
    only_time = all(thing.category == "time" for thing in utterance.things)
    if utterance.move == "fragment" and only_time and len(utterance.words) < 4:
        found.append((_brief(utterance), "brief"))
    if utterance.clause is not None and utterance.clause.subject.text == "you":
        found.append((react["told"], "told"))
    found.append((react["plain"], "plain"))
    return found


def _brief(utterance: Utterance) -> list[str]:
    """Ways to take up an answer of one or two words: an adjective, an adverb, a title."""
    words = [word for word in utterance.words if word not in ("very", "a", "the", "is", "it", "so", "really")]
    if utterance.things and all(thing.category == "time" for thing in utterance.things):
        text = tokens.written(" ".join(utterance.words))
        return [f"{capitalised(text)}, I see.", f"{capitalised(text)}, okay."]
    if len(words) != 1 or lexicon.is_closed(words[0]):
        return []
    if words[0] in lexicon.NUMBERS or words[0].isdigit():
        return [f"{capitalised(words[0])}, I see.", f"{capitalised(words[0])}, okay.", f"So {words[0]}."]
    word = utterance.text.strip(" .!,").split(" ")[-1] if len(utterance.words) == 1 else tokens.written(words[0])
    word = word if lexicon.name(word.lower()) or not lexicon.is_word(word.lower()) else tokens.written(word.lower())
    return [f"{capitalised(word)}, I see.", f"{capitalised(word)}, okay.", f"Ah, {word}.", f"So {word}."]


def _told(clause: Clause) -> bool:
    return clause.group.past and clause.subject.text in ("he", "she", "they")


def echoes(clause: Clause, level: str) -> list[str]:
    """Ways to say the clause back from the tutor's side, short enough for the level; empty when it should not be."""
    text = echo(clause, level)
    if not text:
        return []
    return [capitalised(opening.format(text)) for opening in _OPENINGS]


def echo(clause: Clause, level: str) -> str:
    """The clause itself, said back: "you're going to the park with your mother". "" when it is better not said."""
    subject = clause.subject
    mine = {"me", "my", "mine", "myself", "yourself", "yourselves"}
    to_me = any(mine & set(text.split()) for text in (subject.text, *(part.text for part in clause.parts)))
    nobody = any(part.text in ("no one", "nobody", "nothing") for part in clause.parts)
    you = subject.text == "you" and any("you" in part.text.split() for part in clause.parts)
    vague = subject.text == "it" and clause.group.lemma != "be"
    if (
        to_me
        or you
        or nobody
        or vague
        or "I" in subject.text.split()
        or not clause.group.sure
        or not subject.sure
        or subject.text in _ODD_SUBJECTS
    ):
        return ""
    if any(part.noun is not None and not part.noun.sure and not part.noun.determined for part in clause.parts):
        return ""
    limit = _LIMIT.get(level, 15) - 2
    for count in range(len(clause.parts), 0, -1):
        if count < len(clause.parts) and clause.parts[count].role not in ("time", "place", "with", "manner", "other"):
            return ""
        text = clauses.sentence_of(clause, parts=count)
        if len(text.split()) <= limit:
            return _natural(text)
    text = clauses.sentence_of(clause)
    return _natural(text) if not clause.parts and len(text.split()) <= limit else ""


def _natural(text: str) -> str:
    padded = text + " "
    for full, short in _SHORTENED:
        if padded.startswith(full):
            padded = short + padded[len(full) :]
            break
    return tokens.written(padded.strip())


def _named(thing: NounPhrase) -> list[str]:
    category = category_of(thing)
    if (
        category in ("time", "")
        or (category == "idea" and thing.head not in TALKED_ABOUT)
        or thing.text.startswith("my ")
    ):
        return []
    if thing.head in ("people", "person", "thing") and not thing.determined:
        return []
    text = tokens.written(thing.again if is_vague(thing.text) else thing.text)
    if thing.kind == "name":
        return [f"So this is about {text}.", f"Ah, {text}.", f"I'd like to know more about {text}.", f"{text}, I see."]
    many = tokens.written(many_of(thing))
    again = tokens.written(thing.again)
    if text.startswith(("a ", "an ")) and category in ("food", "animal") and not thing.determined:
        text = again = many  # a bare "noodle" is a kind, not one of them
    found = [f"Ah, {text}.", f"You said something about {again}.", f"So it's about {again}.", f"{text}, I see."]
    if category in ("animal", "food", "sport", "hobby", "place", "drink", "vehicle", "clothes", "nature"):
        found += [f"I like to talk about {many}.", f"We can talk about {many}."]
    return [capitalised(line) for line in found]


def mood(utterance: Utterance) -> str:
    """The face that goes with the reaction: happy, thoughtful, encouraging or neutral."""
    if utterance.dark or utterance.sad or utterance.move == "care":
        return "thoughtful"
    kinds = [lexicon.adjective(word) for word in utterance.words]
    if utterance.clause is not None and utterance.clause.group.negative:
        return "neutral"
    if "bad" in kinds:
        return "thoughtful"
    if "good" in kinds or {"like", "love", "enjoy", "fun", "laugh"} & set(utterance.words):
        return "happy"
    return "neutral"
