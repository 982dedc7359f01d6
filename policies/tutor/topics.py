"""The eight topics: which one an utterance is about, and their questions. Chooses nothing to say."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct, convert

LEVELS = ("A1", "A2", "B1", "B2", "C1")


class Question(Struct, frozen=True, kw_only=True):
    """One question of a topic with its ways on; see topics.toml."""

    level: str
    expects: str
    ask: str
    mine: str
    frame: str
    yes: str = ""
    no: str = ""
    then: str = ""
    topic: str = ""


class Topic(Struct, frozen=True, kw_only=True):
    """A topic: ``about`` completes "Let's talk about ..."; ``words`` and noun ``categories`` reveal it."""

    name: str
    title: str
    about: str
    categories: tuple[str, ...]
    words: frozenset[str]
    questions: tuple[Question, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """The CEFR levels that it has questions for."""
        return tuple(level for level in LEVELS if any(question.level == level for question in self.questions))


def data(name: str) -> dict[str, Any]:
    """A data file of this folder."""
    return tomllib.loads(resources.files("policies.tutor").joinpath(name).read_text(encoding="utf-8"))


@cache
def topics() -> tuple[Topic, ...]:
    """All topics in the order of the file."""
    return tuple(_topic(raw) for raw in data("topics.toml")["topic"])


def _topic(raw: dict[str, Any]) -> Topic:
    questions = tuple(convert({**question, "topic": raw["name"]}, Question) for question in raw["question"])
    return Topic(
        name=raw["name"],
        title=raw["title"],
        about=raw["about"],
        categories=tuple(raw["categories"]),
        words=frozenset(raw["words"].split()),
        questions=questions,
    )


def named(name: str) -> Topic | None:
    """The topic of that name, or the one that a free text such as "my holiday" is about."""
    wanted = name.strip().lower()
    for topic in topics():
        if wanted in (topic.name, topic.title.lower()):
            return topic
    return about(wanted.split(), ())


def about(words: list[str], categories: tuple[str, ...]) -> Topic | None:
    """The topic that words and noun categories point to, None when nothing does. Categories weigh less than words."""
    scores = {
        topic.name: 2 * len(topic.words & set(words)) + sum(category in topic.categories for category in categories)
        for topic in topics()
    }
    best = max(topics(), key=lambda topic: scores[topic.name])
    return best if scores[best.name] else None


@cache
def _asked() -> dict[str, Question]:
    return {_key(question.ask): question for topic in topics() for question in topic.questions}


def question_in(sentence: str) -> Question | None:
    """The topic question that this sentence asks, if it is one of ours."""
    return _asked().get(_key(sentence))


@cache
def _followed() -> dict[str, Question]:
    return {
        _key(follow): question
        for topic in topics()
        for question in topic.questions
        for follow in (question.yes, question.no, question.then)
        if follow
    }


def parent_of(sentence: str) -> Question | None:
    """The topic question that this sentence is a way on from, if it is one of ours."""
    return _followed().get(_key(sentence))


def _key(sentence: str) -> str:
    return "".join(letter for letter in sentence.lower() if letter.isalnum())


def reachable(level: str) -> tuple[str, ...]:
    """Levels whose questions suit a learner of ``level``, the best first: B1 asks B1, A2, then A1."""
    place = min(LEVELS.index(level) if level in LEVELS else 0, 2)
    return tuple(reversed(LEVELS[: place + 1]))
