"""Moves that are not an answer to the tutor's question: requests, the learner's own questions, goodbyes, silence."""

from collections import Counter

from events.values import Evidence
from policies.tutor import beginnings, indirect, lexicon, moves, phrases, thing_questions, tokens, topics
from policies.tutor.choice import Choice
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.inflection import capitalised
from policies.tutor.remarks import lines
from policies.tutor.topics import Topic
from policies.tutor.utterance import Utterance

_DISCUSSED = 2  # turns on a topic from which on it was talked about

Answer = tuple[list[Sentence], bool]  # the sentences, and whether a question shall follow them

_PERSONA = {"your_name": "name", "how": "how", "age": "age", "live": "live", "real": "real", "job": "job", "can": "can",
            "have": "have", "clock": "time"}  # fmt: skip


def special(heard: Utterance, context: TutorContext, choice: Choice) -> Answer | None:
    """The answer to a move that needs one of its own; None for an ordinary statement, fragment, yes or no."""
    match heard.move:
        case "empty" | "unclear":
            return _not_heard(heard, context, choice), False
        case "bye":
            return _goodbye(context, choice), False
        case "repeat":
            return _again(heard, choice)
        case "yes" | "no" if _wants_more(heard, context):
            return _model(heard, context, choice)
        case "slower" | "confused" | "help" | "example" | "unsure" | "thinking" | "word_gap":
            return _support(heard, context, choice)
        case "asked_before":
            return _said(choice, lines("request")["asked_before"], "asked before", "react", emotion="encouraging"), True
        case "change":
            named = liked(heard.object) if heard.object else None
            if named is not None:
                options = [capitalised(line.replace("{thing}", named[0])) for line in lines("request")["change_to"]]
                return _said(choice, options, "change", "react", emotion="happy"), True
            return _said(choice, lines("request")["change"], "change", "react"), True
        case "meaning":
            again, needs = _again(heard, choice)
            return [*_asked_right(heard, choice), *explained(heard, choice), *again], needs
        case "say_word":
            again, needs = _again(heard, choice)
            return [*said_for(heard, choice), *again], needs
        case "favourite":
            return _favourite(heard, choice), True
        case "advice" | "opinion":
            return _said(choice, lines("answer")[heard.move], heard.move, "react", emotion="thoughtful"), True
        case (
            "echo_question"
            | "like"
            | "ask"
            | "your_name"
            | "how"
            | "age"
            | "live"
            | "real"
            | "job"
            | "can"
            | "have"
            | "clock"
        ):
            return _answered(heard, context, choice), True
        case "care":
            return _said(choice, lines("react")["care"], "care", "react", emotion="thoughtful"), True
        case "rude":
            return _said(choice, lines("react")["rude"], "rude", "instruct", emotion="thoughtful"), True
        case "numbers":
            return _numbers(heard, choice)
        case "greeting" | "thanks" | "introduced" | "fine":
            return _polite(heard, context, choice), True
        case _:
            return None


def _said(choice: Choice, options: list[str], slot: str, act: str, *, emotion: str = "neutral") -> list[Sentence]:
    text = choice.pick(options, slot)
    return [Sentence(text=text, emotion=emotion, acts=(act,))] if text is not None else []


def _silent_turns(context: TutorContext) -> int:
    """How many turns in a row before this one brought no words or hardly any."""
    count = 0
    learner_turns = context.turns[1:] if len(context.turns) == context.turn else context.turns
    for turn in reversed(learner_turns):
        if turn.said.strip():
            break
        count += 1
    return count


def _not_heard(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    """First the plain request, then a beginning to help, then something easier."""
    said = _said(choice, lines("listen")["empty" if heard.move == "empty" else "unclear"], heard.move, "react",
                 emotion="encouraging")  # fmt: skip
    silent = _silent_turns(context)
    if silent < 2:
        if silent == 1 or not said:
            said += _frame(heard, context, choice)
        asked = choice.pick(lines("listen")["again"], "again")
        if asked is not None:
            return [*said, Sentence(text=asked, emotion="encouraging", acts=("ask",))]
    easier = _said(choice, lines("listen")["easier"], "easier", "instruct", emotion="encouraging")
    return [*(said or easier), easy_question(context, choice)]


def easy_question(context: TutorContext, choice: Choice) -> Sentence:
    """An A1 question of any topic, yes-or-no ones first; when all are used, one made from a noun."""
    for only in (True, False):
        for topic in topics.topics():
            asked = [q.ask for q in topic.questions if q.level == "A1" and (q.expects == "yesno") is only]
            text = choice.pick(asked, "easy")
            if text is not None:
                return Sentence(text=text, emotion="encouraging", acts=("ask",), topic=topic.name)
    for thing in choice.shuffled(_EASY_THINGS, "easy thing"):
        for line in ("Do you like {}?", "Do you often think about {}?", "Can you say one sentence about {}?",
                     "What do you think about {}?"):  # fmt: skip
            text = line.format(thing.replace("_", " "))
            if choice.fresh(text):
                return Sentence(text=choice.take(text), emotion="encouraging", acts=("ask",))
    return Sentence(text=f"Can you count to {context.turn}?", emotion="encouraging", acts=("ask",))


_EASY_THINGS = (
    "cats dogs birds fish horses apples bananas rice bread soup tea milk cake pizza football music films "
    "books games stories trains buses planes bikes shoes hats flowers trees snow rain the_sun the_sea "
    "the_moon mountains parks cities villages holidays weekends mornings evenings birthdays parties songs "
    "pictures phones computers lessons tests numbers colours jokes dreams friends babies teachers doctors "
    "farmers cooks singers"
).split()


def _frame(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    start = beginnings.beginning(heard, context.used)
    frames = [line.replace("{frame}", start) for line in lines("listen")["help"]]
    return _said(choice, frames, "frame", "model", emotion="encouraging")


def came_back(context: TutorContext) -> bool:
    """Whether the learner took leave in the turn before this one, and the tutor closed."""
    return bool(context.turns) and moves.is_goodbye(" ".join(tokens.words_of(context.turns[-1].said)))


def still_here(choice: Choice) -> list[Sentence]:
    """A word of welcome for a learner who speaks again after the goodbye."""
    return _said(choice, lines("close")["still"], "still", "greet", emotion="happy")


def _goodbye(context: TutorContext, choice: Choice) -> list[Sentence]:
    said = _said(choice, lines("close")["bye"], "bye", "close", emotion="happy")
    talked = _talked_about(context)
    if talked is not None:
        line = choice.pick([line.replace("{about}", talked.about) for line in lines("close")["topics"]], "close topic")
        if line is not None:
            said.insert(0, Sentence(text=line, emotion="happy", acts=("close",)))
    return said or [Sentence(text=f"Bye number {context.turn}, and take care.", emotion="happy", acts=("close",))]


def _talked_about(context: TutorContext) -> Topic | None:
    """The topic that most of the learner's turns were about, of at least two; None when there is none."""
    counts: Counter[str] = Counter()
    for turn in context.turns:
        found = topics.about(tokens.words_of(turn.said), ())
        if found is not None:
            counts[found.name] += 1
    name, turns = next(iter(counts.most_common(1)), ("", 0))
    return topics.named(name) if turns >= _DISCUSSED else None


def _again(heard: Utterance, choice: Choice) -> Answer:
    if not heard.asked:
        return [], True
    plain = heard.asked[:1].lower() + heard.asked[1:] if not heard.asked.startswith(("I ", "I'")) else heard.asked
    for line in choice.shuffled(lines("request")["repeat"], "repeat"):
        text = line.replace("{question}", _after_colon(heard.asked, plain))
        if heard.asked not in line and choice.fresh(text):
            return [Sentence(text=choice.take(text), emotion="encouraging", acts=("ask",))], False
    return [], True


def _after_colon(asked: str, plain: str) -> str:
    """The bare question, without an earlier "Of course, I asked:" before it."""
    return asked.split(": ", 1)[1] if ": " in asked else plain


def _wants_more(heard: Utterance, context: TutorContext) -> bool:
    """Whether a bare yes or no came to a question that cannot be answered so, for the first time."""
    asks_more = heard.asked.split(" ")[0] in ("What", "Who", "Where", "When", "Why", "How", "Which")
    before = context.turns[-1].said if context.turns else ""
    return asks_more and len(heard.words) < 3 and (context.turn == 1 or len(tokens.words_of(before)) > 2)


def _model(heard: Utterance, context: TutorContext, choice: Choice) -> Answer:
    """Help with a whole answer: how it can begin, and the question again."""
    model = _frame(heard, context, choice)
    again, needs = _again(heard, choice)
    return [*model, *again], needs


def _favourite(heard: Utterance, choice: Choice) -> list[Sentence]:
    own = lines("favourite").get(heard.object.split(" ")[-1])
    options: list[str] = [own] if isinstance(own, str) else []
    return _said(choice, options, "favourite", "react", emotion="happy") or _said(
        choice, lines("favourite")["other"], "favourite", "react", emotion="happy"
    )


def _support(heard: Utterance, context: TutorContext, choice: Choice) -> Answer:
    key = heard.move if heard.move in ("slower", "help", "thinking", "word_gap") else "confused"
    said = _said(choice, lines("request")[key], key, "react", emotion="encouraging")
    if heard.move == "word_gap":
        asked = choice.first(
            ["Can you explain it in other words?", "What does it look like?", "What do people use it for?"]
        )
        if asked is not None:
            return [*said, Sentence(text=asked, emotion="encouraging", acts=("ask",))], False
    if heard.move == "slower" and heard.asked:
        again, needs = _again(heard, choice)
        return [*said, *again], needs
    if heard.asked and not any(turn.said == context.said for turn in context.turns[-2:]):
        start = beginnings.beginning(heard, context.used)
        frames = [line.replace("{frame}", start) for line in lines("request")["example"]]
        model = _said(choice, frames, "example", "model", emotion="encouraging")
        again, needs = _again(heard, choice)
        if model and again:
            return [*said, *model, *again], needs
    return [*said, easy_question(context, choice)], False


def said_for(heard: Utterance, choice: Choice) -> list[Sentence]:
    """The word that the learner wants to hear, and to say it after the tutor."""
    word = tokens.written(heard.object)
    if not word or heard.object in _NO_WORD:
        return which_word(choice)
    said: list[Sentence] = []
    for key, acts in (("say_word", ("model",)), ("after_me", ("instruct", "model"))):
        text = choice.pick([line.replace("{word}", word) for line in lines("answer")[key]], key)
        if text is not None:
            said.append(Sentence(text=text, emotion="encouraging", acts=acts))
    return said


def which_word(choice: Choice) -> list[Sentence]:
    """An offer to help with a word that was not named."""
    return _said(choice, lines("answer")["which_word"], "which word", "react", emotion="encouraging")


_NO_WORD = frozenset("it this that word them these those".split())


def _asked_right(heard: Utterance, choice: Choice) -> list[Sentence]:
    """The question as it should be asked, for one who asks "what means cheap?"; not where no word is named."""
    said = indirect.misformed_meaning(" ".join(heard.words))
    if not said or heard.object in _NO_WORD:
        return []
    better = f"what does {heard.object} mean"
    text = choice.pick([line.replace("{better}", better) for line in lines("answer")["meaning_asked"]], "asked right")
    if text is None:
        return []
    evidence = Evidence(kind="note", text=f"{said} → {better}")
    return [Sentence(text=text, emotion="encouraging", acts=("recast",), evidence=(evidence,))]


def explained(heard: Utterance, choice: Choice) -> list[Sentence]:
    """What a word means, if the glossary has it; else that the tutor cannot say."""
    word = heard.object.split(" ")[-1] if heard.object else ""
    if not word or word in _NO_WORD:
        return which_word(choice)
    if heard.object in ("this sentence", "the sentence", "that sentence"):
        return _said(choice, lines("answer")["meaning_sentence"], "meaning", "react", emotion="thoughtful")
    glossary = topics.data("glossary.toml")["words"]
    stems = [form.lemma for form in lexicon.verbs(word)] + [noun.lemma for noun in lexicon.nouns(word)]
    meaning = next((glossary[form] for form in (word, *stems, word.removesuffix("s")) if form in glossary), None)
    key = "meaning" if meaning else "meaning_unknown"
    options = [
        capitalised(line.replace("{word}", word).replace("{meaning}", meaning or "")) for line in lines("answer")[key]
    ]
    return _said(choice, options, "meaning", "react", emotion="thoughtful")


def _answered(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    """The tutor's own answer to a question of the learner."""
    answer = lines("answer")
    name = capitalised(context.tutor)
    if heard.move == "echo_question":
        own = [heard.question.mine] if heard.question is not None else []
        about = [capitalised(line.replace("{many}", thing_questions.many_of(thing)))
                 for thing in heard.earlier[:1] if thing.kind == "noun" and (thing.person.plural or not thing.mass)
                 for line in answer["mine_thing"]]  # fmt: skip
        for options in (own, about, answer["mine"]):
            said = _said(choice, options, "mine", "react", emotion="happy")
            if said:
                return said
        return []
    if heard.move == "like":
        found = liked(heard.object)
        if found is not None:
            key = "like_many" if found[1] else "like"
            options = [capitalised(line.replace("{thing}", found[0])) for line in answer[key]]
            return _said(choice, options, "like", "react", emotion="happy") or _unknown(choice)
    if heard.move in _PERSONA:
        machine = heard.move == "real" and heard.object not in ("real", "human", "person")
        key = "machine" if machine else _PERSONA[heard.move]
        options = [line.replace("{tutor}", name) for line in answer[key]]
        return _said(choice, options, heard.move, "react", emotion="happy") or _unknown(choice)
    clause = heard.clause
    if clause is not None and clause.subject.text not in ("you", "I", "that", "it"):
        return _said(choice, answer["other_person"], "other", "react", emotion="thoughtful") or _unknown(choice)
    return _unknown(choice)


def _unknown(choice: Choice) -> list[Sentence]:
    return _said(choice, lines("answer")["unknown"], "unknown", "react", emotion="thoughtful")


def liked(thing: str) -> tuple[str, bool] | None:
    """What the tutor is asked to like, from its side, and whether it is plural; None when it is not a clear thing."""
    words = tokens.words_of(thing)
    for noun, end in phrases.read(words, 0, role="object", before="like"):
        if end == len(words) and noun.kind in ("noun", "name", "place_name") and noun.sure:
            return tokens.written(noun.again), noun.person.plural
    if len(words) == 1 and lexicon.nouns(words[0]):
        return words[0], lexicon.nouns(words[0])[0].plural
    return None


def _numbers(heard: Utterance, choice: Choice) -> Answer:
    spoken = ", ".join(heard.words)
    options = [
        f"I heard these numbers: {spoken}.",
        f"{capitalised(spoken)}, I wrote that down.",
        f"So that is {spoken}.",
    ]
    said = _said(choice, options, "numbers", "react")
    asked = choice.pick(
        ["Is that a phone number?", "What is your lucky number?", "Do you like numbers?", "What are these numbers for?",
         "Which of these numbers do you like best?",
         "Can you say the numbers backwards?", "Is one of them your house number?"],
        "numbers question",
    )  # fmt: skip
    if asked is None:
        return said, True
    return [*said, Sentence(text=asked, acts=("ask",), topic="")], False


def _polite(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    name = " ".join(capitalised(part) for part in heard.object.split(" "))
    options = {
        "introduced": [
            f"Nice to meet you, {name}.",
            f"Hello {name}, nice to meet you.",
            f"Hi {name}, it's nice to meet you.",
            f"It's good to meet you, {name}.",
        ],
        "thanks": ["You're welcome.", "It's my pleasure.", "I'm happy to help.", "Any time."],
        "fine": ["I'm glad to hear that.", "That's good to hear.", "Good, then let's go on."],
        "greeting": ["Hello, it's good to hear you.", "Hi there, I'm glad you're here.", "Hello, let's talk a little."],
    }[heard.move]
    return _said(choice, options, heard.move, "react", emotion="happy")
