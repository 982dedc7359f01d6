"""From the log to cases: which logged inputs a run asks again. Appends nothing.

Of a session that is not meant only the start is read, of one that is only what its kind needs; what is kept is bounded
by the sessions and by ``limit``, not by the log. A tutor is told what was known from earlier lessons, so for it the
events of all lessons are folded once.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Protocol

from msgspec import Struct

from events.codec import LESSON_TYPES, Place
from events.envelope import Recorded
from events.learner import stream_of
from events.lesson import (
    SessionStarted,
    SpeechAssessed,
    SpeechRated,
    SpeechTranscribed,
    SpeechUttered,
    TutorRendered,
    TutorReplied,
    TutorSpoken,
)
from events.unread import Unread
from policies.learner import LearnerHistory, history_of
from projections.progress import PROGRESS
from projections.progress_view import ProgressView
from replay.counterfactual.cases import Lesson, cases_of
from replay.counterfactual.people import FORGOTTEN, Person, person_of
from replay.counterfactual.query import Query
from replay.counterfactual.values import UNKNOWN, Case, Traits

PAGE = 1_000


def _tags(*types: type[Struct]) -> frozenset[str]:
    return frozenset(str(each.__struct_config__.tag) for each in types)


STARTED = _tags(SessionStarted)
READ = {
    "asr": STARTED | _tags(SpeechUttered, SpeechTranscribed),
    "pronunciation": STARTED | _tags(SpeechUttered, SpeechTranscribed, SpeechAssessed, SpeechRated),
    "tutor": _tags(*LESSON_TYPES) - _tags(TutorRendered),
    "voice": STARTED | _tags(TutorReplied, TutorSpoken),
}
"""The types of events that the cases of a kind are made from."""


class Log(Protocol):
    """A log that reads some types of a stream without decoding the rest; see `events.recorder_log`."""

    def head(self) -> int: ...
    def read(self, stream: str, *, after: int = 0) -> tuple[Recorded, ...]: ...
    def read_of(
        self, stream: str, types: Collection[str], *, upto: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]: ...
    def tail_of(
        self, types: Collection[str] | None, after: int, *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]: ...
    def streams(
        self, types: Collection[str], after: str = "", *, limit: int, unread: Unread = ()
    ) -> tuple[Recorded | Place, ...]: ...


class Chosen(Struct, frozen=True, kw_only=True):
    """The cases of a run in their order, how many there were to choose from, and how many were left out, and why."""

    cases: tuple[Case, ...]
    found: int
    left_out: tuple[tuple[str, int], ...]


def choose(log: Log, kind: str, query: Query, *, position: int, limit: int, seed: int) -> Chosen:
    """The cases for a kind of engine in the log up to ``position``; all of them with ``limit`` 0.

    A limited choice is random by ``seed``; a larger limit takes the same cases and more.
    """
    starts = [start for start in _starts(log, position) if query.takes(_started(start), start.time)]
    histories = _histories(log, starts, position) if kind == "tutor" else {}
    people = {
        learner: person_of(log.read(stream_of(learner)), position) for learner in {each.learner for each in starts}
    }
    left_out: Counter[str] = Counter()
    found = Counter[str]()

    def every() -> Iterator[tuple[bytes, Case]]:
        for start in starts:
            person = people[start.learner]
            away = FORGOTTEN if start.forgotten else person.away
            if away:
                left_out[f"session: {away}"] += 1
                continue
            read = log.read_of(start.stream, READ[kind], upto=position)
            lesson = Lesson(
                recorded=tuple(each for each in read if isinstance(each, Recorded)),
                traits=_traits(_started(start), person),
                history=histories.get(start.stream, LearnerHistory()),
            )
            for case in cases_of(kind, lesson, left_out):
                found["cases"] += 1
                yield _rank(case, seed), case

    ranked = heapq.nsmallest(limit, every(), key=_by_rank) if limit else sorted(every(), key=_by_rank)
    return Chosen(
        cases=tuple(case for _, case in ranked),
        found=found["cases"],
        left_out=tuple(sorted(left_out.items())),
    )


def _by_rank(ranked: tuple[bytes, Case]) -> bytes:
    return ranked[0]


def _rank(case: Case, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}/{case.session}/{case.version}".encode()).digest()


def _started(start: Recorded) -> SessionStarted:
    assert isinstance(start.event, SessionStarted)
    return start.event


def _starts(log: Log, position: int) -> Iterator[Recorded]:
    """The start of every session up to a position, by the names of the streams."""
    name = ""
    while page := log.streams(STARTED, name, limit=PAGE):
        for each in page:
            if (
                isinstance(each, Recorded)
                and isinstance(each.event, SessionStarted)
                and (each.position or 0) <= position
            ):
                yield each
        name = page[-1].stream


def _histories(log: Log, starts: list[Recorded], position: int) -> dict[str, LearnerHistory]:
    """What the tutor of each session was told of earlier lessons at its start; see `actors.earlier`."""
    wanted = {start.stream for start in starts}
    found: dict[str, LearnerHistory] = {}
    views: dict[str, ProgressView] = {}
    after = 0
    while after < position and (page := log.tail_of(PROGRESS.types, after, limit=PAGE)):
        for each in page:
            after = each.position or position
            if after > position:
                break
            if isinstance(each, Recorded):
                view = views.get(each.learner, PROGRESS.initial())
                if isinstance(each.event, SessionStarted) and each.stream in wanted and view.sessions:
                    found[each.stream] = history_of(view, each.time.date())
                views[each.learner] = PROGRESS.evolve(view, each)
    return found


def _traits(started: SessionStarted, person: Person) -> Traits:
    return Traits(
        level=started.level or UNKNOWN,
        age_group=person.age_group or UNKNOWN,
        first_language=person.first_language or UNKNOWN,
        client=started.client or UNKNOWN,
    )
