"""One shard of a build: its sessions read from the log, made into rows, and kept with their lineage. Knows no Ray."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

import msgspec
from msgspec import Struct

from events.codec import Place
from events.envelope import Recorded, Unknown
from events.recorder_log import RecorderEventLog
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

STARTED_UNREAD = ("goal", "topic", "exercise", "client")


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
        self._families = {tag.rpartition(".v")[0] for tag in self._types}
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
        for planned in read_plan(self._folder, shard):
            known = learners[planned.learner]
            if self._spec.sessions.corpora and known.corpus not in self._spec.sessions.corpora:
                continue
            session = self._session(planned, known)
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

    def _session(self, planned: Planned, known: Known) -> LoggedSession | Dropped:
        """The session with the events that the kind needs, or why it is left out."""
        if known.forgotten > planned.position:
            return Dropped("forgotten")
        if not known.consent:
            return Dropped("no_consent")
        found: list[Recorded] = []
        ended = False
        for each in self._read(planned.stream):
            if isinstance(each, Place):
                if each.type.rpartition(".v")[0] in self._families:
                    return Dropped("newer_event")
                ended = ended or each.type.startswith("session.ended.")
            elif each.forgotten:
                return Dropped("forgotten")
            elif isinstance(each.event, Unknown):
                return Dropped("damaged" if each.event.fault else "newer_event")
            else:
                found.append(each)
        return logged(known, found, ended=ended) or Dropped("damaged")

    def _read(self, session: str) -> Iterator[Recorded | Place]:
        for stream in streams_of(session, self._types):
            yield from self._log.read_of(stream, self._types, upto=self._upto, unread=self._unread)
