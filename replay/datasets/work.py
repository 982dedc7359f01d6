"""The pieces of a build that may be done apart from each other, on any worker: shards, then parts of formats."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from actors.chains import model_store
from actors.settings import read_settings
from events.blobs import BlobsByLearner
from events.location import DataFolder
from events.opening import open_blobs, open_log
from events.recorder_log import RecorderEventLog
from replay.datasets.folders import DatasetFolder, storage, whole_file
from replay.datasets.formats.catalogue import FORMATS
from replay.datasets.formats.writer import About, Part
from replay.datasets.gate import Gate
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.logged import Known
from replay.datasets.plan import SHARDS, read_learners
from replay.datasets.row_files import rows_of
from replay.datasets.rows import Clip
from replay.datasets.shard import Made, ShardMaker
from replay.datasets.spec import Spec
from replay.datasets.thinning import thinned


class Job(Struct, frozen=True, kw_only=True):
    """What is built, from which log, up to which position, into which folder."""

    spec: Spec
    data: DataFolder
    upto: int
    out: Path


class StoredSounds:
    """`Sounds` from the blobs of a data folder."""

    def __init__(self, blobs: BlobsByLearner) -> None:
        self._blobs = blobs

    def read(self, clip: Clip) -> bytes:
        """See `Sounds.read`."""
        return self._blobs.of(clip.learner).get(clip.blob.sha256)


class Replayer:
    """Does pieces of one build. A plain class; `replay.datasets.remote` makes it an actor."""

    def __init__(self, job: Job, log: RecorderEventLog | None = None) -> None:
        self._job = job
        self._folder = DatasetFolder(job.out)
        self._log = log if log is not None else open_log(job.data)
        self._blobs = open_blobs(job.data)
        kind = KINDS[job.spec.kind]
        gate = Gate(job.spec, kind, self._blobs, model_store(read_settings(os.environ)))
        self._maker = ShardMaker(self._log, gate, job.spec, kind, self._folder, job.upto)
        self._about = about(job.spec)
        self._learners: dict[str, Known] = {}

    def make(self, shard: int) -> Made:
        """Make a shard. Raises `StorageRefused`, `LogUnavailable` and what opens sealed events and blobs may raise."""
        if not self._learners:
            self._learners = read_learners(self._folder)
        return self._maker.make(shard, self._learners)

    def thin(self, shard: int, gone: dict[int, str]) -> Made:
        """Take rows out of a shard that are there already; ``gone`` tells why, by their numbers."""
        return thinned(self._folder, shard, gone)

    def write(self, form: str, part: Part) -> None:
        """Write a part of a format from finished shards. Raises `StorageRefused` and what its writer raises."""
        writer, files = FORMATS[form](), self._folder.files(form)
        with storage(files):
            files.mkdir(parents=True, exist_ok=True)
            rows = rows_of(self._folder, part.split, shards_of(part))
            writer.write(part, rows, StoredSounds(self._blobs), files, self._about)
        with whole_file(self._folder.written(form, part.stem)):
            pass


def shards_of(part: Part) -> range:
    """The shards that a part is made of; a part may come out without rows."""
    return range(SHARDS * part.number // part.count, SHARDS * (part.number + 1) // part.count)


def about(spec: Spec) -> About:
    """What the writers are told."""
    kind = KINDS[spec.kind]
    return About(
        name=spec.title,
        kind=kind.name,
        language=spec.language,
        columns=kind.columns,
        audio=kind.audio,
        measures=tuple(sorted(kind.measures | {"degraded"} | spec.filters.keys())),
    )


def made_before(folder: DatasetFolder, shards: Sequence[int]) -> dict[int, Made]:
    """The shards that are finished."""
    decode = msgspec.json.Decoder(Made).decode
    return {shard: decode(folder.made(shard).read_bytes()) for shard in shards if folder.made(shard).exists()}
