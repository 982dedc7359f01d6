"""The plan of a build: which sessions, in which shard, of which learners. Reads one event a session and no more.

Sessions go to shards by a hash of their stream, whatever the number of workers. What is kept in the memory grows with
the learners (some 500 bytes each), not with what they said.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import IO

import msgspec
from msgspec import Struct

from events.envelope import Recorded
from events.learner import ConsentGiven, ConsentWithdrawn, LearnerDescribed, LearnerForgotten, LearnerPlaced, stream_of
from events.lesson import SessionStarted
from events.recorder_log import RecorderEventLog
from events.unread import unread
from replay.datasets.folders import DatasetFolder, whole_file
from replay.datasets.logged import Known
from replay.datasets.spec import Query, Spec
from replay.datasets.splits import Arrival, dealt

SHARDS = 64
"""More than any number of workers here, few enough that small datasets have no thousand files. Never changes."""
PAGE = 1_000
STARTED = "session.started.v1"
MINDS = frozenset({"learner.forgotten.v1", "consent.withdrawn.v1"})
UNREAD = (unread(SessionStarted, "goal", "topic", "exercise", "client"),)


class Planned(Struct, frozen=True, kw_only=True):
    """A session to make rows of."""

    position: int
    stream: str
    learner: str
    tutor: str
    mode: str


def shard_of(stream: str) -> int:
    """The shard of a stream."""
    return int.from_bytes(hashlib.sha256(stream.encode()).digest()[:4], "big") % SHARDS


def make_plan(log: RecorderEventLog, spec: Spec, upto: int, folder: DatasetFolder) -> None:
    """Write the plan of what the log holds up to a position, the learners last: with them the plan is whole."""
    arrivals: dict[str, Arrival] = {}
    with ExitStack() as stack:
        files = [stack.enter_context(whole_file(folder.plan(shard))) for shard in range(SHARDS)]
        for recorded, event in _sessions(log, upto):
            _arrive(arrivals, recorded, event)
            if matches(event, recorded.time, spec):
                _plan(files, recorded, event)
    known: dict[str, Known] = {}
    for learner, arrival in arrivals.items():
        own = log.read(stream_of(learner))
        unplaced = None if any(isinstance(each.event, LearnerPlaced) for each in own) else len(own)
        known[learner] = msgspec.structs.replace(known_of(own, learner, upto), unplaced=unplaced)
        language = described_in(own, arrival.position).first_language
        placed = next((each.event.place for each in own if isinstance(each.event, LearnerPlaced)), None)
        arrivals[learner] = msgspec.structs.replace(arrival, first_language=language, place=placed)
    for learner, place, split in dealt(arrivals.values(), spec.splits):
        known[learner] = msgspec.structs.replace(known[learner], place=place, split=split)
    learners = [known[learner] for learner in sorted(known)]
    with whole_file(folder.learners) as file:
        file.write(msgspec.msgpack.encode(learners))


def read_plan(folder: DatasetFolder, shard: int) -> list[Planned]:
    """A shard's sessions, in the order of the log."""
    decode = msgspec.json.Decoder(Planned).decode
    with open(folder.plan(shard), "rb") as file:
        return sorted(map(decode, file), key=lambda planned: planned.position)


def read_learners(folder: DatasetFolder) -> dict[str, Known]:
    """All learners of the log."""
    learners = msgspec.msgpack.decode(folder.learners.read_bytes(), type=list[Known])
    return {known.learner: known for known in learners}


def known_of(recorded: tuple[Recorded, ...], learner: str, upto: int) -> Known:
    """What a learner's own stream tells, up to a position; that they have been forgotten counts whenever it was."""
    consent, forgotten = "", 0
    for each in recorded:
        match each.event:
            case LearnerForgotten():
                consent, forgotten = "", each.position or 0
            case ConsentGiven(purpose="training") if (each.position or 0) <= upto:
                consent = each.id
            case ConsentWithdrawn(purpose="training"):
                consent = ""
    told = described_in(recorded, upto)
    return Known(
        learner=learner,
        consent=consent,
        age_group=told.age_group,
        gender=told.gender,
        first_language=told.first_language,
        corpus=told.corpus,
        licence=told.licence,
        forgotten=forgotten,
    )


def described_in(recorded: tuple[Recorded, ...], upto: int) -> LearnerDescribed:
    """The last description up to a position. A stratum hangs on the one from before the first session, so it stays."""
    told = LearnerDescribed()
    for each in recorded:
        if isinstance(each.event, LearnerDescribed) and (each.position or 0) <= upto:
            told = each.event
    return told


def matches(event: SessionStarted, time: datetime, spec: Spec) -> bool:
    """Whether a session is one of those that the spec asks for; which corpus it is of, its learner tells."""
    query: Query = spec.sessions
    return (
        (not spec.language or _same_language(event.language, spec.language))
        and (query.after is None or time >= query.after)
        and (query.before is None or time < query.before)
        and (not query.learners or event.learner in query.learners)
        and (not query.tutors or event.tutor in query.tutors)
        and (not query.levels or event.level in query.levels)
        and (not query.modes or event.mode in query.modes)
    )


def changed_minds(log: RecorderEventLog, after: int) -> Iterator[str]:
    """Learners who withdrew, or were forgotten, after a position."""
    while page := log.tail_of(MINDS, after, limit=PAGE):
        for each in page:
            if isinstance(each, Recorded):
                match each.event:
                    case LearnerForgotten() | ConsentWithdrawn(purpose="training"):
                        yield each.learner
        after = page[-1].position or after


def _same_language(language: str, wanted: str) -> bool:
    """Whether a tag is the wanted one or a narrower one (RFC 4647, section 3.3.1)."""
    return language.lower() == wanted.lower() or language.lower().startswith(f"{wanted.lower()}-")


def _sessions(log: RecorderEventLog, upto: int) -> Iterator[tuple[Recorded, SessionStarted]]:
    name = ""
    while page := log.streams({STARTED}, name, limit=PAGE, unread=UNREAD):
        for each in page:
            if isinstance(each, Recorded) and isinstance(each.event, SessionStarted) and (each.position or 0) <= upto:
                yield each, each.event
        name = page[-1].stream


def _arrive(arrivals: dict[str, Arrival], recorded: Recorded, event: SessionStarted) -> None:
    learner, position = recorded.learner, recorded.position or 0
    known = arrivals.get(learner)
    if known is None or position < known.position:
        arrivals[learner] = Arrival(learner=learner, position=position, level=event.level, first_language="")


def _plan(files: list[IO[bytes]], recorded: Recorded, event: SessionStarted) -> None:
    planned = Planned(
        position=recorded.position or 0,
        stream=recorded.stream,
        learner=recorded.learner,
        tutor=event.tutor,
        mode=event.mode,
    )
    files[shard_of(recorded.stream)].write(msgspec.json.encode(planned) + b"\n")
