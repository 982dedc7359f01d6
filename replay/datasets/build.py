"""A dataset from a spec and the log: plan, shards, formats, manifest. What is finished stays; a killed build goes on.

Everything hangs on the spec and the log up to a position; neither the clock nor the number of workers nor the place
comes into any file. The manifest is written last: a folder with one is whole.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from events.recorder_log import RecorderEventLog
from replay.datasets.card import card
from replay.datasets.code import code_version
from replay.datasets.duplicates import exact_duplicates, near_duplicates
from replay.datasets.errors import BuildRunning, ConsentChanged, FolderOccupied, PositionUnknown
from replay.datasets.folders import DatasetFolder, storage, whole_file
from replay.datasets.formats.catalogue import FORMATS
from replay.datasets.formats.writer import Part
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.manifest import (
    VERSION_LENGTH,
    Manifest,
    digest_of,
    encoded,
    file_of,
    files_in,
    left_out,
    parts_of,
    read_manifest,
    split_counts,
    summed,
)
from replay.datasets.plan import SHARDS, changed_minds, make_plan, read_learners
from replay.datasets.report import report
from replay.datasets.rows import SPLITS
from replay.datasets.shard import Made
from replay.datasets.spec import Spec
from replay.datasets.work import Replayer, about, made_before

ROWS_A_PART = 10_000
AUDIO_ROWS_A_PART = 1_000
OWN_EVENTS = frozenset({"dataset.built.v1", "learner.placed.v1"})
"""What builds themselves append: it is no change of what datasets are made from."""

Piece = tuple[str, Part]
"""A format and one of its parts."""


Thin = tuple[int, dict[int, str]]
"""A shard, and of each row that is to go its number and why."""
Watch = Callable[[str, int, int], None]
"""Told the step, how many of its pieces are finished, and how many there are."""


class Begun(Struct, frozen=True, kw_only=True):
    """What a build was begun with; only the same is gone on with.

    ``position`` is where the log is read to, ``head`` where it ended then: who agreed to what was looked up there.
    """

    spec: Spec
    position: int
    head: int
    created: datetime
    code: str


class Workers(Protocol):
    """Who does the pieces of a build."""

    def make(self, shards: Iterable[int]) -> Iterator[tuple[int, Made]]:
        """Make shards; each is told when it is finished, in any order."""
        ...

    def thin(self, shards: Iterable[Thin]) -> Iterator[tuple[int, Made]]:
        """Take rows out of shards; each is told when it is finished, in any order."""
        ...

    def write(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Write parts; each is told when it is finished, in any order."""
        ...


class InProcess:
    """This process does them, one after the other; for several processes see `replay.datasets.remote`."""

    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer

    def make(self, shards: Iterable[int]) -> Iterator[tuple[int, Made]]:
        """See `Workers.make`."""
        for shard in shards:
            yield shard, self._replayer.make(shard)

    def thin(self, shards: Iterable[Thin]) -> Iterator[tuple[int, Made]]:
        """See `Workers.thin`."""
        for shard, gone in shards:
            yield shard, self._replayer.thin(shard, gone)

    def write(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """See `Workers.write`."""
        for form, part in pieces:
            self._replayer.write(form, part)
            yield form, part


class Builder:
    """Builds one dataset into one folder."""

    def __init__(
        self, spec: Spec, log: RecorderEventLog, out: Path, watch: Watch = lambda step, done, of: None
    ) -> None:
        self._spec = spec
        self._log = log
        self._folder = DatasetFolder(out)
        self._watch = watch

    def finished(self, position: int) -> Manifest | None:
        """The dataset, if it is there already with the same spec, position and code. Raises `FolderOccupied`."""
        if not self._folder.manifest.exists():
            return None
        there = read_manifest(self._folder.root)
        if (there.spec, there.position, there.code) == (self._spec, position, code_version()):
            return there
        raise FolderOccupied(self._folder.root, f"dataset {there.name} {there.version}, made up to {there.position}")

    def begin(self, at: int | None, *, replace: bool) -> Begun:
        """Begin, or go on with what was begun. Raises `FolderOccupied` and `PositionUnknown`."""
        head = self._log.head()
        begun = self._begun_before()
        if begun is not None and at in (None, begun.position) and (begun.spec, begun.code) == self._wanted():
            if not self._changed_minds(begun):
                return begun
            replace = True
        if begun is not None and begun.spec != self._spec and not replace:
            raise FolderOccupied(self._folder.root, "an unfinished dataset of another spec")
        if begun is None and not replace and self._folder.has_files():
            raise FolderOccupied(self._folder.root, "other files")
        self._folder.clear()
        position, created = last_position(self._log, at)
        begun = Begun(spec=self._spec, position=position, head=head, created=created, code=code_version())
        self._watch("plan", 0, 1)
        make_plan(self._log, self._spec, position, self._folder)
        with whole_file(self._folder.begun) as file:
            file.write(encoded(begun))
        self._watch("plan", 1, 1)
        return begun

    def _wanted(self) -> tuple[Spec, str]:
        return self._spec, code_version()

    def _begun_before(self) -> Begun | None:
        try:
            return msgspec.json.decode(self._folder.begun.read_bytes(), type=Begun)
        except FileNotFoundError:
            return None

    def _changed_minds(self, begun: Begun) -> list[str]:
        agreed = {known.learner for known in read_learners(self._folder).values() if known.consent}
        return sorted(agreed.intersection(changed_minds(self._log, begun.head)))

    def run(self, begun: Begun, workers: Workers) -> Manifest:
        """Make what is not finished yet, and publish. Raises `ConsentChanged`, and what the pieces raise."""
        made = made_before(self._folder, range(SHARDS))
        self._watch("shards", len(made), SHARDS)
        for shard, each in workers.make([shard for shard in range(SHARDS) if shard not in made]):
            made[shard] = each
            self._watch("shards", len(made), SHARDS)
        made |= self._without_duplicates(made, workers)
        whole = summed(made[shard] for shard in sorted(made))
        self._write(whole, workers)
        if changed := self._changed_minds(begun):
            self._folder.clear()
            raise ConsentChanged(changed)
        return self._publish(begun, whole)

    def _without_duplicates(self, made: dict[int, Made], workers: Workers) -> dict[int, Made]:
        """The shards out of which rows were taken that are there twice."""
        if self._spec.dedup == "none":
            return {}
        self._watch("duplicates", 0, 1)
        gone = dict.fromkeys(exact_duplicates(self._folder, range(SHARDS)), "duplicate")
        if self._spec.dedup == "near":
            near = near_duplicates(self._folder, range(SHARDS), set(gone))
            gone |= dict.fromkeys(near, "near_duplicate")
        shards: dict[int, dict[int, str]] = {}
        for (shard, row), reason in gone.items():
            shards.setdefault(shard, {})[row] = reason
        waiting = [(shard, rows) for shard, rows in sorted(shards.items()) if not made[shard].thinned]
        thinned = dict(workers.thin(waiting))
        self._watch("duplicates", 1, 1)
        return thinned

    def _write(self, whole: Made, workers: Workers) -> None:
        size = AUDIO_ROWS_A_PART if KINDS[self._spec.kind].audio else ROWS_A_PART
        parts = [
            part
            for split in SPLITS
            if whole.tally.rows.get(split)
            for part in parts_of(split, whole.tally.rows[split], size, SHARDS)
        ]
        for form in self._spec.formats:
            writer = FORMATS[form]()
            own = parts if writer.parted else parts_of_whole(parts)
            missing = [(form, part) for part in own if not self._folder.written(form, part.stem).exists()]
            done = len(own) - len(missing)
            self._watch(form, done, len(own))
            for _ in workers.write(missing):
                done += 1
                self._watch(form, done, len(own))
            with storage(self._folder.files(form)):
                self._folder.files(form).mkdir(parents=True, exist_ok=True)
                writer.finish(own, self._folder.files(form), about(self._spec))

    def _publish(self, begun: Begun, whole: Made) -> Manifest:
        files = files_in(self._folder.root)
        digest = digest_of(files)
        manifest = Manifest(
            name=self._spec.title,
            version=digest[:VERSION_LENGTH],
            sha256=digest,
            spec=self._spec,
            position=begun.position,
            created=begun.created,
            code=begun.code,
            rows=sum(whole.tally.rows.values()),
            splits=split_counts(whole.tally, SPLITS),
            sessions=whole.sessions,
            unended=whole.unended,
            scrubbed=whole.scrubbed,
            sessions_dropped=left_out(whole.sessions_dropped),
            rows_dropped=left_out(whole.rows_dropped),
            learners=tuple(sorted(whole.tally.learners)),
            forgotten=tuple(sorted(whole.forgotten)),
            files=files,
        )
        for path, data in (
            (self._folder.card, card(manifest)),
            (self._folder.report, report(manifest, whole.tally)),
        ):
            with whole_file(path) as file:
                file.write(data)
        about_it = (file_of(self._folder.root, path) for path in (self._folder.card, self._folder.report))
        manifest = msgspec.structs.replace(manifest, files=(*files, *about_it))
        with whole_file(self._folder.manifest) as file:
            file.write(encoded(manifest))
        return manifest


def parts_of_whole(parts: Iterable[Part]) -> list[Part]:
    """One part a split, for formats that cannot have several."""
    return [Part(split=split, number=0, count=1) for split in dict.fromkeys(part.split for part in parts)]


def last_position(log: RecorderEventLog, at: int | None) -> tuple[int, datetime]:
    """Position and time of the last event up to ``at`` (the end of the log) that is not from a build itself.

    Raises `PositionUnknown`.
    """
    head = log.head()
    upto = head if at is None else at
    if not 0 < upto <= head:
        raise PositionUnknown(upto, head)
    for position in range(upto, 0, -1):
        (recorded,) = log.tail(position - 1, limit=1)
        if recorded.type not in OWN_EVENTS:
            return position, recorded.time
    raise PositionUnknown(1, 0)


@contextmanager
def alone_in(folder: DatasetFolder) -> Iterator[None]:
    """Be the only one who writes into a folder. Raises `BuildRunning`."""
    with storage(folder.root):
        folder.building.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BuildRunning(folder.root) from None
    try:
        yield
    finally:
        lock.release()
