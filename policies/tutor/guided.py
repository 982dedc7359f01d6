"""Guided sentences: which sentence to say next, and what to say about an attempt at it, always from evidence."""

import difflib
import re
from functools import cache

from msgspec import Struct

from events.values import Evidence
from policies.tutor import answers, conversation, remarks, tokens, topics, utterance
from policies.tutor.choice import Choice
from policies.tutor.context import Sentence, TurnSummary, TutorContext
from policies.tutor.remarks import Finding, lines
from policies.tutor.utterance import Utterance

MOST_ATTEMPTS = 3
PASSED = 80.0  # total score at which a sentence is done
GOOD_ENOUGH = 65.0  # ... from the second attempt on
_MOST_SENTENCES = 4  # of a reply
_WHAT_TO_DO = re.compile(
    r"\b(what (should|do|must|can|shall) i (have to |need to )?(do|say|read)|what (to do|now|next)$|"
    r"how (do|does|can|should) (i|it|this) (do|start|work|begin|say))\b"
)
_TOO_HARD = re.compile(
    r"\btoo (hard|difficult|long|complicated)\b|\b(easier|shorter|simpler)\b|"
    r"^(no |sorry |oh |but )*(this|that|it|this one|(this|the|that) sentence) is (very |so |really )*"
    r"(hard|difficult|long)\b|"
    r"^(no |sorry )*i can not (say|do|read|pronounce) (it|this|that)( sentence| one)?$"
)
SAME = 0.5  # share of the sentence's words that must be there to call it an attempt


class Exercise(Struct, frozen=True, kw_only=True):
    """A sentence to say: its level and the phones that it practises."""

    text: str
    level: str
    phones: tuple[str, ...]


@cache
def bank() -> tuple[Exercise, ...]:
    """All sentences, easiest level first."""
    return tuple(
        Exercise(text=text, level=level, phones=tuple(phones.split()))
        for level, sentences in topics.data("sentences.toml").items()
        for text, phones in sentences
    )


def greeting(context: TutorContext, choice: Choice) -> list[Sentence]:
    """The first turn: hello, what we will do, the first sentence."""
    said = [Sentence(text=conversation.hello(context, choice), emotion="happy", acts=("greet",))]
    remembered = conversation.remember(context, choice)
    if remembered is not None:
        said.append(remembered)
    else:
        welcome = choice.pick(lines("sentence")["welcome"], "welcome")
        if welcome is not None:
            said.append(Sentence(text=welcome, acts=("greet",)))
    return [*said, _set(context.exercise or next_exercise(context), "first", choice)]


def reply(context: TutorContext, choice: Choice) -> list[Sentence]:
    """After an attempt: what was good, the one thing to work on, and the same sentence again or the next one."""
    exercise = current_exercise(context)
    heard = utterance.understand(context)
    if heard.move != "bye" and answers.came_back(context):
        rest = _reply(exercise, heard, context, choice)
        return [*answers.still_here(choice), *rest] if len(rest) < _MOST_SENTENCES else rest
    return _reply(exercise, heard, context, choice)


def _reply(exercise: str, heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    if heard.move != "empty" and attempted(context.said, exercise):
        return _written(context, exercise, choice) if context.typed else _after_attempt(context, exercise, choice)
    if heard.move == "bye":
        special = answers.special(heard, context, choice)
        return special[0] if special is not None else []
    if heard.move == "empty":
        return [*_line("nothing", choice, "encouraging"), _set(exercise, "again", choice)]
    if heard.move == "change":
        return [*_line("moving", choice, "neutral", act="react"), _set(next_exercise(context), "next", choice)]
    if _TOO_HARD.search(" ".join(heard.words)):
        return _easier(context, exercise, choice)
    if heard.move == "greeting" or _WHAT_TO_DO.search(" ".join(heard.words)):
        return [*_line("how", choice, "encouraging", act="instruct"), _set(exercise, "again", choice)]
    return _no_attempt(heard, context, exercise, choice)


def _easier(context: TutorContext, exercise: str, choice: Choice) -> list[Sentence]:
    """The sentence is too hard for the learner: an easier one, or another one if none is easier."""
    easier = easier_exercise(context, exercise)
    key = "easier" if easier else "moving"
    return [*_line(key, choice, "encouraging"), _set(easier or next_exercise(context), "next", choice)]


def _written(context: TutorContext, exercise: str, choice: Choice) -> list[Sentence]:
    """The sentence was typed: it is to be said aloud; whoever goes on typing gets the next one."""
    typed = sum(turn.total is None and attempted(turn.said, exercise) for turn in context.turns[-MOST_ATTEMPTS:])
    if typed + 1 >= MOST_ATTEMPTS:
        return [_set(next_exercise(context), "next", choice)]
    return [_set(exercise, "aloud", choice)]


def _no_attempt(heard: Utterance, context: TutorContext, exercise: str, choice: Choice) -> list[Sentence]:
    """Other words than the sentence's: a request, or something else."""
    if heard.move == "repeat" or (heard.move == "say_word" and heard.object in ("it", "this", "that", "this sentence")):
        return [_set(exercise, "listen", choice)]
    if heard.move == "say_word":
        return [*answers.said_for(heard, choice), _set(exercise, "again", choice)]
    if heard.move == "meaning":
        return [*answers.explained(heard, choice), _set(exercise, "again", choice)]
    if heard.move == "word_gap":
        return [*answers.which_word(choice), _set(exercise, "again", choice)]
    if heard.move in ("slower", "confused", "help"):
        key = {"slower": "slower", "help": "help"}.get(heard.move, "confused")
        text = choice.pick(lines("request")[key], key)
        said = [Sentence(text=text, emotion="encouraging", acts=("react",))] if text is not None else []
        return [*said, _set(exercise, "again", choice)]
    if context.attempts >= MOST_ATTEMPTS:
        return [*_line("moving", choice, "neutral", act="instruct"), _set(next_exercise(context), "next", choice)]
    key = "other_typed" if context.typed else "other"
    return [*_line(key, choice, "encouraging"), _set(exercise, "again", choice)]


def current_exercise(context: TutorContext) -> str:
    """The sentence that the learner was to say: the context's, else the last attempt's reference, else the first."""
    if context.exercise:
        return context.exercise
    if context.pronunciation is not None and context.pronunciation.reference:
        return context.pronunciation.reference
    references = [turn.reference for turn in context.turns if turn.reference]
    return references[-1] if references else next_exercise(context)


def attempted(heard: str, exercise: str) -> bool:
    """Whether the words that were heard are an attempt at the sentence."""
    wanted, said = tokens.words_of(exercise), tokens.words_of(heard)
    alike = difflib.SequenceMatcher(None, wanted, said).ratio()
    near = difflib.SequenceMatcher(None, " ".join(wanted), " ".join(said)).ratio()
    return alike >= SAME or near >= 0.6


def _earlier_attempts(context: TutorContext, exercise: str) -> list[TurnSummary]:
    """The turns before this one that tried this very sentence, the latest first: other words are no attempt at it."""
    since = context.turns[-(context.attempts - 1) :] if context.attempts > 1 else ()
    return [turn for turn in reversed(since) if attempted(turn.said, exercise)]


def _after_attempt(context: TutorContext, exercise: str, choice: Choice) -> list[Sentence]:
    total = context.scores.total
    earlier = _earlier_attempts(context, exercise)
    attempts = 1 + len(earlier)
    done = total is None or total >= PASSED or (attempts > 1 and total >= GOOD_ENOUGH)
    missing = _missing(context, exercise)
    praise = _praise(context, earlier, choice)
    tip = _tip(context, missing, choice)
    said = [praise] if praise is not None else []
    if done and not missing:
        if tip is not None and (total or 0) < 92 and attempts == 1:
            said.append(tip)
        return [*said, _set(next_exercise(context), "next", choice)]
    if tip is not None:
        said.append(tip)
    weak = total is not None and total < GOOD_ENOUGH and attempts == 1
    enough = context.attempts >= MOST_ATTEMPTS and attempts > 1
    if enough or (tip is None and not weak):
        moving = _line("moving", choice, "encouraging", act="instruct") if enough else []
        return [*said, *moving, _set(next_exercise(context), "next", choice)]
    return [*said, _set(exercise, "again", choice)]


def _praise(context: TutorContext, earlier: list[TurnSummary], choice: Choice) -> Sentence | None:
    """Praise for progress since the last attempt at this sentence, else for the best word or the flow.

    None if nothing deserves it.
    """
    last = earlier[0].total if earlier else None
    total = context.scores.total
    if last is not None and total is not None and total >= last + 5:
        text = choice.pick(lines("remark")["better"], "better")
        if text is not None:
            evidence = Evidence(kind="history", text=f"{last:.0f} → {total:.0f}", value=round(total, 1))
            return Sentence(text=text, emotion="happy", acts=("praise",), evidence=(evidence,))
    for finding in remarks.praises(context)[:4]:
        said = remarks.spoken_as(finding, choice, "happy", "praise")
        if said is not None:
            return said
    return None


def _missing(context: TutorContext, exercise: str) -> list[Finding]:
    """Words of the sentence that were not said, by the alignment; without one, by the transcript."""
    if context.pronunciation is not None:
        left_out = [word for word in context.pronunciation.words if not word.spoken]
        return [
            Finding(
                kind="missing",
                slots={"word": word.text.lower()},
                evidence=Evidence(
                    kind="word", text=word.text.lower(), start_ms=word.start_ms, end_ms=word.end_ms, value=0.0
                ),
                weight=1.0,
            )
            for word in left_out
        ]
    said = set(tokens.words_of(context.said))
    return [
        Finding(kind="missing", slots={"word": word}, evidence=Evidence(kind="content", text=word), weight=1.0)
        for word in tokens.words_of(exercise)
        if word not in said and len(word) > 3
    ]


def _tip(context: TutorContext, missing: list[Finding], choice: Choice) -> Sentence | None:
    low = (context.scores.total or 100.0) < PASSED
    found = [*missing[:1], *remarks.tips(context)[:3]] or (remarks.weakest(context) if low else [])
    for finding in found:
        said = remarks.spoken_as(finding, choice, "encouraging", "correct")
        if said is not None:
            return said
    return None


def _line(key: str, choice: Choice, emotion: str, act: str = "react") -> list[Sentence]:
    text = choice.pick(lines("sentence")[key], key)
    return [Sentence(text=text, emotion=emotion, acts=(act,))] if text is not None else []


def _set(exercise: str, key: str, choice: Choice) -> Sentence:
    """The sentence that sets the exercise."""
    options = [line.replace("{exercise}", exercise) for line in lines("sentence")[key]]
    text = choice.pick(options, key) or choice.pick(
        [
            line.replace("{exercise}", exercise)
            for section in ("again", "next", "first")
            for line in lines("sentence")[section]
        ],
        "any",
    )
    for round_ in range(2, 100):
        if text is not None:
            break
        text = choice.first([f"Round {round_}, say it again: {exercise}", f"Try number {round_}: {exercise}"])
    return Sentence(text=text or exercise, emotion="neutral", acts=("instruct", "model"), exercise=exercise)


def next_exercise(context: TutorContext) -> str:
    """The sentence that waits, else one of the learner's level, not set before, that practises most of what is weak.

    Sounds that were aligned with words of another sentence say nothing about the learner.
    """
    if context.pending:
        return context.pending
    weak = list(context.history.weak_phones)
    if context.pronunciation is not None and attempted(context.said, context.pronunciation.reference):
        phones = [phone for word in context.pronunciation.words for phone in word.phones]
        weak = [phone.phone for phone in sorted(phones, key=lambda phone: phone.score)[:3] if phone.score < 60] + weak
    level = context.level if context.level in ("A1", "A2", "B1", "B2") else "B2"
    used = " ".join(context.used).lower()
    order = _LEVELS
    levels = [level, *order[order.index(level) + 1 :], *reversed(order[: order.index(level)])]
    choice = Choice(context)
    for its_level in levels:
        left = [item for item in bank() if item.level == its_level and item.text.lower() not in used]
        if left:
            return max(left, key=lambda item: _use(item, weak) + 0.5 * choice.noise("exercise", item.text)).text
    return max(bank(), key=lambda item: choice.noise("exercise", item.text)).text


def easier_exercise(context: TutorContext, exercise: str) -> str:
    """A sentence below the level of ``exercise``, else a shorter one of its level, not set before; "" if none is left.

    The sentence that waits goes before: the one that is too hard was said again out of turn.
    """
    if context.pending:
        return ""
    own = next((item.level for item in bank() if item.text == exercise), context.level)
    place = _LEVELS.index(own) if own in _LEVELS else len(_LEVELS) - 1
    used = " ".join(context.used).lower()
    choice = Choice(context)
    for level in reversed(_LEVELS[:place]):
        left = [item.text for item in bank() if item.level == level and item.text.lower() not in used]
        if left:
            return max(left, key=lambda text: choice.noise("exercise", text))
    length = len(exercise.split())
    shorter = [
        item.text
        for item in bank()
        if item.level == own and len(item.text.split()) < length and item.text.lower() not in used
    ]
    return min(shorter, key=lambda text: (len(text.split()), choice.noise("exercise", text)), default="")


_LEVELS = ("A1", "A2", "B1", "B2")


def _use(exercise: Exercise, weak: list[str]) -> float:
    return sum(1.0 / (1 + weak.index(phone)) for phone in exercise.phones if phone in weak)
