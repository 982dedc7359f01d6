"""From the log to cases: which logged inputs a run asks again. Appends nothing.

The log is read once for who is who and which sessions are meant, then those sessions one by one: what is kept in
between is bounded by the sessions and by ``limit``, not by the log.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from events.envelope import Recorded
from events.lesson import SessionStarted
from events.log import EventLog
from policies.learner import LearnerHistory, history_of
from projections import progress
from projections.progress_view import ProgressView
from replay.counterfactual.cases import Lesson, cases_of
from replay.counterfactual.people import People, Person
from replay.counterfactual.query import Query
from replay.counterfactual.values import UNKNOWN, Case, Traits

PAGE = 1_000


class Chosen(Struct, frozen=True, kw_only=True):
    """The cases of a run in their order, how many there were to choose from, and how many were left out, and why."""

    cases: tuple[Case, ...]
    found: int
    left_out: tuple[tuple[str, int], ...]


class Session(Struct, frozen=True, kw_only=True):
    """A session that is meant, and what was known of its learner when it began."""

    stream: str
    started: SessionStarted
    history: LearnerHistory


def choose(log: EventLog, kind: str, query: Query, *, position: int, limit: int, seed: int) -> Chosen:
    """The cases for a kind of engine in the log up to ``position``; all of them with ``limit`` 0.

    A limited choice is random by ``seed``; a larger limit takes the same cases and more.
    """
    sessions, people = _sessions(log, query, position, histories=kind == "tutor")
    left_out: Counter[str] = Counter()
    found = Counter[str]()

    def every() -> Iterator[tuple[bytes, Case]]:
        for session in sessions:
            for case in _cases(log, kind, session, people.of(session.started.learner), position, left_out):
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


def _sessions(log: EventLog, query: Query, position: int, *, histories: bool) -> tuple[list[Session], People]:
    """The sessions that the query takes, and everybody's description. Reads the whole log."""
    found: list[Session] = []
    people = People()
    views: dict[str, ProgressView] = {}
    for recorded in _up_to(log, position):
        people.take(recorded)
        if isinstance(recorded.event, SessionStarted) and query.takes(recorded.event, recorded.time):
            history = _history(views.get(recorded.learner), recorded)
            found.append(Session(stream=recorded.stream, started=recorded.event, history=history))
        if histories:
            view = views.get(recorded.learner, progress.initial())
            views[recorded.learner] = progress.evolve(view, recorded)
    return found, people


def _history(view: ProgressView | None, recorded: Recorded) -> LearnerHistory:
    """What the lesson's tutor was told at its start; see `actors.earlier`."""
    return history_of(view, recorded.time.date()) if view is not None and view.sessions else LearnerHistory()


def _up_to(log: EventLog, position: int) -> Iterator[Recorded]:
    after = 0
    while after < position and (page := log.tail(after, limit=PAGE)):
        for recorded in page:
            after = recorded.position or position
            if after > position:
                return
            yield recorded


def _cases(
    log: EventLog, kind: str, session: Session, person: Person, position: int, left_out: Counter[str]
) -> Iterator[Case]:
    recorded = tuple(each for each in log.read(session.stream) if (each.position or 0) <= position)
    if any(each.forgotten for each in recorded):
        left_out["the learner has been forgotten"] += 1
        return
    started = session.started
    traits = Traits(
        level=started.level or UNKNOWN,
        age_group=person.age_group or UNKNOWN,
        first_language=person.first_language or UNKNOWN,
        client=started.client or UNKNOWN,
    )
    yield from cases_of(kind, Lesson(recorded=recorded, traits=traits, history=session.history), left_out)
