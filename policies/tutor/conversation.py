"""A reply in free conversation: a reaction, sometimes a remark on how it was said, and exactly one question."""

import re

from events.values import Evidence
from policies.tutor import answers, lexicon, questions, reactions, recasts, remarks, topics, utterance
from policies.tutor.answered import answered
from policies.tutor.choice import Choice
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.inflection import capitalised
from policies.tutor.phrases import Slip
from policies.tutor.reactions import Reaction
from policies.tutor.remarks import lines
from policies.tutor.thing_questions import Asking, about_thing
from policies.tutor.topics import Topic
from policies.tutor.utterance import Utterance

_GOES_ON = frozenset("statement fragment greeting yes no maybe reason unsure fine".split())
_STAYS_TRUE = 8  # turns in which it is remembered what the learner dislikes, and where they live and work
_NO_TOPIC_CHANGE_AFTER = 3  # turns on one topic of the bank before a gentle change may come


def reply(context: TutorContext, choice: Choice) -> list[Sentence]:
    """The tutor's turn after an utterance."""
    heard = utterance.understand(context)
    if answers.came_back(context) and heard.move in _GOES_ON and not heard.sad:
        return _resumed(heard, context, choice)
    special = answers.special(heard, context, choice)
    if special is not None:
        said, wants_question = special
        return said if not wants_question else [*said, *_next_question(heard, context, choice)]
    if heard.told_before and heard.move not in ("yes", "no"):
        return [*_told_before(heard, choice), *_bank(heard, context, choice)]
    sentences = _reaction(heard, context, choice)
    remark = _remark(context, choice) if not heard.sad else None
    if remark is not None:
        sentences.append(remark)
    return [*sentences, *_next_question(heard, context, choice)]


def _resumed(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    """After the goodbye the learner speaks on: a welcome, what was said taken up if it says something, a question."""
    said = answers.still_here(choice)
    if heard.move in ("statement", "fragment"):
        plain = lines("react")["plain"]
        said += [sentence for sentence in _reaction(heard, context, choice)[:1] if sentence.text not in plain]
    return [*said, *_next_question(heard, context, choice)]


def _reaction(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    slip = recurring(heard, context)
    reacted = reactions.reaction(heard, context.level, choice)
    if heard.move in ("yes", "no"):
        line = choice.pick(lines("react")[heard.move], heard.move)
        reacted = None if line is None else Reaction(line, heard.text)
    said: list[Sentence] = []
    if reacted is not None:
        mended = recasts.mended_in(reacted.text, heard.slips)
        acts = ("react", "recast") if mended and not slip else ("react",)
        evidence = (_note(mended[0]),) if mended else (Evidence(kind="content", text=reacted.rests_on),)
        said.append(Sentence(text=reacted.text, emotion=reactions.mood(heard), acts=acts, evidence=evidence))
    if slip is not None:
        better = slip[1]
        line = choice.pick([line.replace("{better}", better) for line in lines("remark")["slip"]], "slip")
        if line is not None:
            said.append(Sentence(text=line, emotion="encouraging", acts=("correct",), evidence=(slip[0],)))
    return said


def recurring(heard: Utterance, context: TutorContext) -> tuple[Evidence, str] | None:
    """A slip of a kind that this learner makes again and again, with its evidence; else None: a recast is enough."""
    before = {kind for turn in context.turns for kind in turn.slips}
    before |= {kind for kind, count in context.history.slips if count >= 3}
    for earlier in context.turns[-6:]:
        before |= {slip.kind for slip in utterance.own_slips(earlier.said)}
    for slip in heard.slips:
        ours = slip.kind == "agreement" and slip.said.split(" ")[0] not in lexicon.PERSONAL
        if ours and not any(note.said == slip.said for note in context.notes):
            continue  # our own parse may have taken a noun for a verb; a recast does no harm, a correction would
        if slip.kind in before and slip.better and slip.said != slip.better and 1 < len(slip.better.split()) < 6:
            return Evidence(kind="note", text=f"{slip.said} → {slip.better}"), slip.better
    return None


def _note(slip: Slip) -> Evidence:
    return Evidence(kind="note", text=f"{slip.said} → {slip.better}")


def _remark(context: TutorContext, choice: Choice) -> Sentence | None:
    """Praise and tips take turns, a serious fault goes first; with the goal of speaking clearly every turn has one."""
    tips, praises = remarks.tips(context), remarks.praises(context)
    keen = any(word in context.goal.lower() for word in ("pronun", "accent", "clear", "fluen"))
    urgent = bool(tips) and tips[0].weight >= 0.6
    if context.turn % 2 == 0 and not keen and not urgent:
        return None
    wants_tip = urgent or (context.turn % 4 != 3 and tips)
    for finding in (tips[:3] if wants_tip else praises[:3]) or praises[:2] or tips[:2]:
        praise = finding.kind.startswith("praise")
        said = remarks.spoken_as(
            finding, choice, "happy" if praise else "encouraging", "praise" if praise else "correct"
        )
        if said is not None:
            return said
    return None


def _told_before(heard: Utterance, choice: Choice) -> list[Sentence]:
    line = choice.pick(lines("react")["again"], "again") if heard.told_before > 1 else None
    line = line or choice.pick(lines("react")["plain"], "plain")
    return [Sentence(text=line, acts=("react",), evidence=(Evidence(kind="content", text=heard.text),))] if line else []


def _next_question(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    """One question: on from the answer, about what was said, or the next one of the topic."""
    ranked = [
        (2.0 + asking.fit + 1.2 * choice.noise("ask", asking.text), asking.text) for asking in _grown(heard, context)
    ]
    follow = _follow(heard)
    if follow:
        ranked.append((7.6 if heard.move in ("yes", "no") or heard.follows else 5.2, follow))
    again = questions.general(heard.asked) and not heard.mourned
    earlier = _told_lately(context)
    for _, text in sorted(ranked, reverse=True):
        if again and questions.general(text) and not heard.dark:
            continue  # one such question in a row is enough, then the lesson goes on with its topic
        if questions.echoes_clause(text) and any(questions.echoes_clause(line) for line in context.used):
            continue  # one in a lesson is enough: they sound like a drill
        if answered(text, heard, earlier):
            continue
        if choice.fresh(text):
            choice.take(text)
            return [Sentence(text=text, emotion="neutral", acts=("ask",), topic=_topic_name(heard, context))]
    return _bank(heard, context, choice)


def _told_lately(context: TutorContext) -> tuple[str, ...]:
    return tuple(turn.said for turn in context.turns[-_STAYS_TRUE:])


def _grown(heard: Utterance, context: TutorContext) -> list[Asking]:
    if heard.move in ("numbers", "care", "rude", "greeting", "meaning", "say_word", "asked_before", "introduced"):
        return []
    if heard.move == "change":
        a_topic = any(heard.object in (topic.name, *topic.title.lower().split()) for topic in topics.topics())
        wanted = answers.liked(heard.object) if not a_topic else None
        if wanted is None:
            return []
        open_question = f"What would you like to tell me about {wanted[0]}?"
        found = [ask for thing in heard.things[:1] for ask in about_thing(thing, context.level, fit=4)]
        return [*found, Asking(text=open_question, fit=2.0, level="A1")]
    return questions.asking(heard, context.level)


def _follow(heard: Utterance) -> str:
    question = heard.question
    if question is None or heard.sad or heard.move not in ("yes", "no", "statement", "fragment"):
        return ""
    positive = heard.move == "yes" or (heard.clause is not None and not heard.clause.group.negative)
    if question.expects == "yesno" or (question.yes and heard.move in ("yes", "no")):
        if heard.move == "fragment" or (heard.move == "statement" and not heard.follows):
            return ""
        return question.yes if heard.move != "no" and positive else question.no
    if heard.move in ("yes", "no"):
        return ""
    clause = heard.clause
    on_topic = heard.topic is None or heard.topic.name == question.topic
    own = clause is not None and clause.subject.text == "you" and question.expects not in _NAMED and on_topic
    if (
        question.expects in ("activity", "free", "reason")
        and clause is not None
        and clause.group.lemma in ("be", "have")
    ):
        return ""
    told = clause is not None and clause.group.past and not re.search(r"\b(did|was|were|last)\b", question.ask)
    if told:
        return ""  # of one day in the past; the way on asks about every day
    return question.then if heard.follows or own or len(heard.words) <= 3 else ""


_NAMED = ("person", "place", "food", "animal")  # answers that name one, or are to something else


def _topic_name(heard: Utterance, context: TutorContext) -> str:
    topic = heard.topic or (topics.named(heard.question.topic) if heard.question else None) or current(context)
    return topic.name if topic is not None else ""


def current(context: TutorContext) -> Topic | None:
    """The topic of the lesson now: of the tutor's latest topic question, else the one that was chosen."""
    for text in reversed(context.used):
        question = topics.question_in(text)
        if question is not None:
            return topics.named(question.topic)
    return topics.named(context.topic) if context.topic else None


def opening_topic(context: TutorContext) -> Topic:
    """The topic to begin with: the chosen one, one that fits the goal, else one by the seed."""
    chosen = topics.named(context.topic) if context.topic else None
    chosen = chosen or (topics.named(context.goal) if context.goal else None)
    return chosen or topics.topics()[context.seed % len(topics.topics())]


def _bank(heard: Utterance, context: TutorContext, choice: Choice) -> list[Sentence]:
    """The next question of the bank: of the utterance's topic, then of the current one, then of the others."""
    wanted = [heard.topic] if heard.topic is not None and not heard.told_before else []
    now = current(context) or opening_topic(context)
    earlier = _told_lately(context)
    run = _run_on(context, now)
    start = context.seed + context.turn
    others = [topics.topics()[(start + step) % len(topics.topics())] for step in range(len(topics.topics()))]
    order = (
        [*wanted, *others, now] if run >= _NO_TOPIC_CHANGE_AFTER or heard.move == "change" else [*wanted, now, *others]
    )
    for level in (*topics.reachable(context.level), *topics.LEVELS):
        for topic in order:
            asked = [question.ask for question in topic.questions if question.level == level]
            text = choice.pick([line for line in asked if not answered(line, heard, earlier)], "bank")
            if text is not None:
                named = heard.move == "change" and heard.object
                bridge = [] if named else _bridge(topic, now, context, choice)
                return [*bridge, _asked(text, topic)]
    return [_asked(_endless(context, choice), now)]


def _run_on(context: TutorContext, topic: Topic) -> int:
    """How many of the latest topic questions were of this topic."""
    run = 0
    for text in reversed(context.used):
        question = topics.question_in(text)
        if question is None:
            continue
        if question.topic != topic.name:
            break
        run += 1
    return run


def _bridge(topic: Topic, now: Topic, context: TutorContext, choice: Choice) -> list[Sentence]:
    if topic.name == now.name or not context.turns:
        return []
    line = choice.pick([line.replace("{about}", topic.about) for line in lines("transition")["lines"]], "bridge")
    return [Sentence(text=line, acts=("react",), topic=topic.name)] if line is not None else []


def _asked(text: str, topic: Topic) -> Sentence:
    return Sentence(text=text, acts=("ask",), topic=topic.name)


def _endless(context: TutorContext, choice: Choice) -> str:
    """When all questions of all topics are used up: any word of any topic will do."""
    for topic in topics.topics():
        for word in sorted(topic.words, key=lambda word: choice.noise("endless", word)):
            for line in (f"What comes to your mind when you hear the word {word}?",
                         f"Can you make a sentence with the word {word}?",
                         f"When did you last use the word {word}?"):  # fmt: skip
                if choice.fresh(line):
                    return choice.take(line)
    return f"What is your sentence number {context.turn}?"


def greeting(context: TutorContext, choice: Choice) -> list[Sentence]:
    """The first turn of a conversation."""
    topic = opening_topic(context)
    opening = [Sentence(text=hello(context, choice), emotion="happy", acts=("greet",), topic=topic.name)]
    remembered = remember(context, choice)
    if remembered is not None:
        opening.append(remembered)
    else:
        line = choice.pick([line.replace("{about}", topic.about) for line in lines("greet")["topic"]], "topic")
        if line is not None:
            opening.append(Sentence(text=line, acts=("greet",), topic=topic.name))
    levels = topics.reachable(context.level)
    asked = [question.ask for level in levels for question in topic.questions if question.level == level][:6]
    text = choice.pick(asked, "opening") or asked[0]
    return [*opening, _asked(text, topic)]


def hello(context: TutorContext, choice: Choice) -> str:
    """The tutor's hello, for a new learner or one who comes again."""
    key = "again" if context.history.sessions else "first"
    name = capitalised(context.tutor)
    return choice.pick([line.replace("{tutor}", name) for line in lines("greet")[key]], key) or f"I'm {name}."


def remember(context: TutorContext, choice: Choice) -> Sentence | None:
    """What was hard for this learner in earlier lessons; None without a record."""
    phone = next((phone for phone in context.history.hard_phones if phone in remarks.sounds()), "")
    if context.history.sessions and phone:
        sound = f"the sound {remarks.sounds()[phone]['name']} in {remarks.sounds()[phone]['like']}"
        text = choice.pick([line.replace("{sound}", sound) for line in lines("greet")["remember"]], "remember")
        evidence = Evidence(kind="history", text=phone)
    elif context.history.sessions and context.history.hard_words:
        word = context.history.hard_words[0]
        text = choice.pick([line.replace("{word}", word) for line in lines("greet")["remember_word"]], "remember")
        evidence = Evidence(kind="history", text=word)
    else:
        return None
    return Sentence(text=text, emotion="encouraging", acts=("instruct",), evidence=(evidence,)) if text else None
