"""One shard of a build: its sessions read from the log, made into rows, and kept with their lineage. Knows no Ray."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from typing import IO

import msgspec
from msgspec import Struct

from events.codec import LESSON_TYPES, Place
from events.envelope import Recorded, Unknown
from events.recorder_log import RecorderEventLog
from events.upcasters import UPCASTERS, family_of
from replay.datasets.duplicates import Marks
from replay.datasets.folders import DatasetFolder, whole_file
from replay.datasets.gate import Gate
from replay.datasets.kinds.kind import Dropped, Kind
from replay.datasets.logged import Known, LoggedSession, logged, streams_of
from replay.datasets.plan import STARTED, Planned, read_plan
from replay.datasets.row_files import put_row
from replay.datasets.rows import Lineage, Row
from replay.datasets.spec import Spec
from replay.datasets.tally import Tally

READ_AT_ONCE = 16
"""Sessions that are in the memory at once: to begin a transaction for each costs as much as to read it."""
STARTED_UNREAD = ("goal", "topic", "exercise", "client")
ENDED = "session.ended"


class Made(Struct, kw_only=True):
    """What became of a shard: what its rows are like, what was left out and why, sessions without an end.

    ``scrubbed`` counts rows from which something personal was taken out, ``forgotten`` tells who would have had some.
    ``thinned``: rows were taken out that are there already.
    """

    sessions: int = 0
    unended: int = 0
    scrubbed: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)
    sessions_dropped: dict[str, int] = {}
    rows_dropped: dict[str, int] = {}
    forgotten: set[str] = set()
    thinned: bool = False


class Traced(Struct, frozen=True, kw_only=True):
    """A line of the lineage: from a row to what it was made from."""

    id: str
    split: str
    learner: str
    lineage: Lineage


class ShardMaker:
    """Makes shards of one dataset from the log."""

    def __init__(
        self,
        log: RecorderEventLog,
        gate: Gate,
        spec: Spec,
        kind: Kind,
        folder: DatasetFolder,
        upto: int,
    ) -> None:
        self._log = log
        self._gate = gate
        self._spec = spec
        self._kind = kind
        self._folder = folder
        self._upto = upto
        self._types = kind.types | {STARTED}
        self._families = set(map(family_of, self._types))
        known = {str(each.__struct_config__.tag) for each in LESSON_TYPES} | UPCASTERS.keys()
        self._passed = {tag for tag in known if family_of(tag) not in self._families | {ENDED}}
        self._unread = (*kind.unread, (STARTED, STARTED_UNREAD))

    def make(self, shard: int, learners: dict[str, Known]) -> Made:
        """Make a shard and its lineage; when this ends, both are in their files."""
        made, marks = Made(), Marks()
        with ExitStack() as stack:
            files: dict[str, IO[bytes]] = {}
            encode = msgspec.json.Encoder().encode
            lineage: IO[bytes] | None = None
            for row in self._rows(shard, learners, made, marks):
                if row.split not in files:
                    files[row.split] = stack.enter_context(whole_file(self._folder.rows(shard, row.split)))
                if lineage is None:
                    lineage = stack.enter_context(whole_file(self._folder.lineage_of(shard)))
                put_row(files[row.split], row)
                traced = Traced(id=row.id, split=row.split, learner=row.learner, lineage=row.lineage)
                lineage.write(encode(traced) + b"\n")
        marks.write(self._folder, shard)
        with whole_file(self._folder.made(shard)) as file:
            file.write(msgspec.json.encode(made))
        return made

    def _rows(self, shard: int, learners: dict[str, Known], made: Made, marks: Marks) -> Iterator[Row]:
        number, tally = 0, made.tally
        sessions_dropped, rows_dropped = Counter[str](), Counter[str]()
        for planned, session in self._sessions(shard, learners):
            if isinstance(session, Dropped):
                sessions_dropped[session.reason] += 1
                if session.reason == "forgotten":
                    made.forgotten.add(planned.learner)
                continue
            made.sessions += 1
            made.unended += not session.ended
            for found in self._kind.rows(session):
                passed = self._gate.passed(found, session.started.event) if isinstance(found, Row) else found
                if isinstance(passed, Dropped):
                    rows_dropped[passed.reason] += 1
                    continue
                row = passed.row
                if passed.mark is not None:
                    marks.add(number, passed.mark)
                made.scrubbed += passed.scrubbed
                number += 1
                tally.add(row)
                yield row
        made.sessions_dropped, made.rows_dropped = dict(sessions_dropped), dict(rows_dropped)

    def _sessions(self, shard: int, learners: dict[str, Known]) -> Iterator[tuple[Planned, LoggedSession | Dropped]]:
        """The shard's sessions in the order of the log; those that may be read are read a few at a time."""
        corpora = self._spec.sessions.corpora
        plan = read_plan(self._folder, shard)
        coming = (each for each in plan if not corpora or learners[each.learner].corpus in corpora)
        while group := list(islice(coming, READ_AT_ONCE)):
            reasons = [_closed(each, learners[each.learner]) for each in group]
            told = self._read([each.stream for each, reason in zip(group, reasons, strict=True) if not reason])
            for planned, reason in zip(group, reasons, strict=True):
                known = learners[planned.learner]
                yield planned, Dropped(reason) if reason else self._session(known, told[planned.stream])

    def _session(self, known: Known, told: Iterable[Recorded | Place]) -> LoggedSession | Dropped:
        """The session with the events that the kind needs, or why it is left out."""
        found: list[Recorded] = []
        ended = False
        for each in told:
            if isinstance(each, Place):
                if (family := family_of(each.type)) in self._families:
                    return Dropped("newer_event")
                ended = ended or family == ENDED
            elif each.forgotten:
                return Dropped("forgotten")
            elif isinstance(each.event, Unknown):
                return Dropped("damaged" if each.event.fault else "newer_event")
            else:
                found.append(each)
        return logged(known, found, ended=ended) or Dropped("damaged")

    def _read(self, sessions: Sequence[str]) -> dict[str, list[Recorded | Place]]:
        own = {session: streams_of(session, self._types) for session in sessions}
        streams = tuple(chain.from_iterable(own.values()))
        told = self._log.read_each_of(streams, self._types, upto=self._upto, unread=self._unread, passed=self._passed)
        return {session: [each for stream in of_it for each in told[stream]] for session, of_it in own.items()}


def _closed(planned: Planned, known: Known) -> str:
    """Why a session may not be read, "" when it may."""
    if known.forgotten > planned.position:
        return "forgotten"
    return "" if known.consent else "no_consent"
