"""What a learner's utterance is: its clause, the things it names, its topic, the kind of move. Answers nothing."""

import re
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from events.values import Note
from policies import recast
from policies.tutor import conditional, lexicon, moves, parser, phrases, remarks, tokens, topics
from policies.tutor.choice import normal
from policies.tutor.clause import Clause
from policies.tutor.complements import reached
from policies.tutor.context import TutorContext
from policies.tutor.phrases import NounPhrase, Slip, category_of
from policies.tutor.topics import Question, Topic

_MENDED = frozenset("agreement article tense preposition plural word_order word_choice".split())


_DARK = frozenset(
    "kill killed killing murder dead death die died dying blood gun guns shoot shot shooting war hell suicide "
    "victim victims bomb attack attacked weapon knife rape drug drugs corpse funeral".split()
)


_LOSS = re.compile(
    r"\b(died|is dead|passed away|funeral|divorced|lost my (job|mother|father|dog|cat|friend)|in hospital)\b"
)


_THIRD = frozenset("he she they him her them his their it its".split())
_MOST_CHARACTERS = 2000  # of an utterance; more is no answer to a question
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|,\s+(?=(?:it|he|she|they|I|we)\b)")
_JOINING = re.compile(r" (and|or) ")


_CONTENT = frozenset("statement fragment command suggestion ask numbers reason introduced change like".split())
_SURE = 0.75  # mean word probability from which on odd words are taken as said
_FAR = 35.0  # pronunciation score below which sounds and words hardly belong together


_RANK = {
    category: rank
    for rank, names in enumerate(
        (
            "animal food sport clothes vehicle drink",
            "hobby place_name job place school",
            "family name thing body nature meal",
            "person",
            "time idea",
        )
    )
    for category in names.split()
}


class Utterance(Struct, frozen=True, kw_only=True):
    """An utterance understood. ``move`` is one of: empty, unclear, bye, greeting, repeat, slower, confused, help,
    change, asked_before, echo_question ("and you?"), meaning, ask, thanks, yes, no, unsure, numbers, care, rude,
    command, suggestion, statement, fragment. ``source`` is the stretch of the text that the clause was read from."""

    move: str
    text: str
    words: tuple[str, ...]
    clause: Clause | None = None
    source: str = ""
    things: tuple[NounPhrase, ...] = ()
    topic: Topic | None = None
    slips: tuple[Slip, ...] = ()
    asked: str = ""
    question: Question | None = None
    object: str = ""
    told_before: int = 0
    earlier: tuple[NounPhrase, ...] = ()
    dark: bool = False
    sad: bool = False
    follows: bool = False
    condition: str = ""
    mourned: bool = False


def understand(context: TutorContext) -> Utterance:
    """Read what was said against what the tutor asked before."""
    said = context.said.strip()
    asked = last_question(context)
    words = tokens.words_of(said[:_MOST_CHARACTERS])
    if not words:
        return Utterance(move="empty", text="", words=(), asked=asked, question=_bank_question(asked))
    spoken = " ".join(words)
    found, slips, source = _clause(said, context.notes)
    things = _things(words, found)
    categories = tuple(thing.category for thing in things if thing.category not in ("time",))
    topic = topics.about([lexicon_form for word in words for lexicon_form in (word, _singular(word))], categories)
    question = _bank_question(asked)
    utterance = Utterance(
        move="",
        text=said,
        words=tuple(words),
        clause=found,
        source=source,
        things=things,
        topic=topic,
        slips=slips,
        asked=asked,
        question=question,
        earlier=_earlier(context),
        told_before=sum(normal(turn.said) == normal(said) for turn in context.turns),
        dark=bool(_DARK & set(words)),
        sad=bool(_LOSS.search(spoken)),
        mourned=bool(_THIRD & set(words)) and any(_LOSS.search(turn.said.lower()) for turn in context.turns[-3:]),
    )
    unreal = conditional.condition(said[:_MOST_CHARACTERS])
    if unreal is not None:
        utterance = replace(utterance, condition=unreal[0], slips=(unreal[1], *slips))
    move, thing = moves.move_of(
        moves.Said(
            words=utterance.words,
            spoken=spoken,
            clause=found,
            asks=said.endswith("?"),
            confidence=context.confidence,
            typed=context.typed,
        )
    )
    name = moves.own_name(said) if move in ("statement", "fragment") else ""
    if name:
        move, thing = "introduced", name
    if move in _CONTENT and _misheard(context, words):
        return replace(utterance, move="unclear", clause=None, things=(), slips=(), topic=None)
    return replace(utterance, move=move, object=thing, follows=_follows(utterance, categories))


def _misheard(context: TutorContext, words: list[str]) -> bool:
    """Whether the transcript is rather what the recogniser made up: it is not sure, and the words do not fit.

    They do not fit when the sounds are far from them, or when most of them are not English.
    """
    if context.typed or context.mode == "sentence" or context.confidence >= _SURE:
        return False
    far = context.pronunciation is not None and context.pronunciation.score < _FAR
    strange = sum(not lexicon.is_familiar(word.lower()) for word in words)
    return far or (len(words) > 2 and 2 * strange > len(words))


def _bank_question(asked: str) -> Question | None:
    """The topic question behind the tutor's last question; of a way on from one, that one without its ways on."""
    parent = topics.parent_of(asked)
    return topics.question_in(asked) or (replace(parent, expects="free", yes="", no="", then="") if parent else None)


def _earlier(context: TutorContext) -> tuple[NounPhrase, ...]:
    """What the learner named in the last exchanges, the latest first; what the tutor may still ask about."""
    found: list[NounPhrase] = []
    for turn in reversed(context.turns[-3:]):
        if _LOSS.search(turn.said.lower()):
            continue  # whoever died is not asked about as if nothing had been said
        if turn.said.strip() and "name is" not in turn.said.lower():
            spoken = tokens.words_of(turn.said)
            found += _things(spoken, parser.parse(spoken))
    return tuple(found)


def last_question(context: TutorContext) -> str:
    """The tutor's latest question: as heard in the last turn, else the last that it said at all.

    A question that only fills a gap ("Why do you ask?", "Can you say it again?") leaves the one before it open.
    """
    texts = ([context.turns[-1].replied] if context.turns else []) + list(reversed(context.used))
    for text in texts:
        parts = re.split(r"(?<=[.!?])\s+", text)
        asked = [part for part in parts if part.endswith("?") and part not in _fillers()]
        if asked:
            bare = asked[-1].split(": ", 1)[-1]  # without an earlier "Of course, I asked:"
            return bare[:1].upper() + bare[1:]
    return ""


@cache
def _fillers() -> frozenset[str]:
    asked, listening = remarks.lines("ask"), remarks.lines("listen")
    return frozenset((*asked["question_A1"], *asked["question_A2"], *listening["again"]))


def _clause(said: str, notes: tuple[Note, ...]) -> tuple[Clause | None, tuple[Slip, ...], str]:
    """The best clause of the utterance after its notes are carried out, all slips found by them and by us, and the
    words that the clause was read from."""
    kept = tuple(note for note in notes if note.kind in _MENDED and note.better)
    mended = recast.corrected(said, kept) if kept else said
    best: Clause | None = None
    source = ""
    for sentence in _SENTENCE_END.split(mended):
        found = parser.parse(tokens.words_of(sentence))
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best, source = found, _stretch(sentence, found)
    slips = tuple(Slip(kind=note.kind, said=note.said, better=note.better) for note in kept if note.said.strip())
    return best, slips + (best.slips if best is not None else ()), source


def _stretch(sentence: str, found: Clause) -> str:
    """The sentence up to the conjunction after which the clause's tail comes."""
    for joint in re.finditer(rf"\W+{re.escape(found.joint)}\b", sentence, re.IGNORECASE) if found.tail else ():
        after = [word.lower() for word in tokens.words_of(sentence[joint.end() :])]
        if after == [word.lower() for word in found.tail]:
            return sentence[: joint.start()].strip()
    return sentence.strip(" .!?")


def _worth(found: Clause) -> int:
    return len(found.parts) + 2 * (found.subject.text == "you") + (found.mood in ("yesno", "wh"))


def _singular(word: str) -> str:
    nouns = lexicon.nouns(word)
    return nouns[0].lemma if nouns else word


def _things(words: list[str], found: Clause | None) -> tuple[NounPhrase, ...]:
    """The things that are named, the best to talk about first; things of the clause in their corrected form."""
    seen: dict[str, NounPhrase] = {}
    for noun in _clause_nouns(found):
        seen.setdefault(noun.head, noun)
    position = 0
    while position < len(words):
        step = position + 1
        before = words[position - 1] if position else ""
        for noun, end in phrases.read(words, position, role="object", before=before):
            if noun.kind in ("noun", "name", "place_name", "title") and noun.sure and not _JOINING.search(noun.text):
                if end == position + 1 and (
                    _rather_verb(words, position) or words[position - 1 : end] == ["of", "course"]
                ):
                    continue
                after = words[end] if end < len(words) else ""
                if lexicon.adjective(words[end - 1]) and lexicon.nouns(after) and not lexicon.verbs(after):
                    continue  # "Chinese" of "Chinese cabbage"
                if noun.text.startswith("no ") or (before == "to" and end == position + 1 and not reached(noun)):
                    continue
                if noun.head not in seen and (noun.category or noun.kind != "noun"):
                    seen[noun.head] = noun
                step = end
                break
        position = step
    return tuple(sorted(seen.values(), key=lambda noun: _RANK.get(category_of(noun), 9)))


def _rather_verb(words: list[str], position: int) -> bool:
    """Whether a bare word that could be a noun is more likely a verb here ("Bob lives", "is drawing")."""
    word, before = words[position], words[position - 1] if position else ""
    if not lexicon.verbs(word):
        return False
    subject = before in lexicon.PERSONAL or bool(lexicon.name(before)) or bool(lexicon.nouns(before))
    return subject or before in lexicon.BE_FORMS or before in lexicon.MODALS or before in ("to", "not")


def _clause_nouns(found: Clause | None) -> list[NounPhrase]:
    if found is None:
        return []
    nouns = [found.subject] if found.subject.kind in ("noun", "name") else []
    for part in found.parts:
        if part.noun is not None and part.noun.kind in ("noun", "name", "place_name", "title"):
            nouns.append(part.noun)
        if part.inner is not None:
            nouns += _clause_nouns(part.inner)
    return [noun for noun in nouns if noun.sure and not _JOINING.search(noun.text) and " of " not in noun.text]


def _follows(utterance: Utterance, categories: tuple[str, ...]) -> bool:
    """Whether the words answer the question that was asked, rather than open something else."""
    question = utterance.question
    if question is None:
        return False
    expected = {"food": ("food", "drink", "meal"), "animal": ("animal",), "person": ("family", "person", "job"),
                "place": ("place", "nature")}  # fmt: skip
    if question.topic == "family":
        expected["person"] = ("family",)
    if set(expected.get(question.expects, ())) & set(categories):
        return True
    if question.expects == "person" and any(thing.kind == "name" for thing in utterance.things):
        return True
    if question.expects == "place" and any(thing.kind == "place_name" for thing in utterance.things):
        return True
    if question.expects in expected:
        return False
    return utterance.topic is not None and utterance.topic.name == question.topic


def own_slips(said: str) -> tuple[Slip, ...]:
    """The slips that our own grammar finds in an earlier utterance."""
    return _clause(said, ())[1]
