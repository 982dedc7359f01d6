"""What the log and the data folder remember of a finished dataset: an event, and a line of the register."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from filelock import FileLock

from events.dataset import DatasetBuilt, stream_of
from events.envelope import Origin, Recorded
from events.errors import VersionConflict
from events.learner import LearnerPlaced
from events.learner import stream_of as learner_stream
from events.learner_stream import append_for
from events.location import DataFolder
from events.log import Batch
from events.recorder_log import RecorderEventLog
from events.sealing.forgetting import DATASET, Dataset, registered
from replay.datasets.folders import DatasetFolder, whole_file
from replay.datasets.logged import Known
from replay.datasets.manifest import Manifest
from replay.datasets.plan import read_learners
from replay.datasets.spec import Spec

BY = "replay"
GROUP = 500
"""Learners whose places are kept in one transaction."""


def remember(manifest: Manifest, place: Path, log: RecorderEventLog, data: DataFolder) -> None:
    """Append the event, unless the same dataset was made before, and write the line.

    Raises `LogUnavailable` and `StorageRefused`; may be done again.
    """
    register(data, manifest, place)
    keep_places(read_learners(DatasetFolder(place)).values(), log)
    built = DatasetBuilt(
        name=manifest.name,
        version=manifest.version,
        kind=manifest.spec.kind,
        position=manifest.position,
        spec_sha256=spec_digest(manifest.spec),
        sha256=manifest.sha256,
        code=manifest.code,
        rows=manifest.rows,
        learners=len(manifest.learners),
    )
    stream = stream_of(manifest.name)
    origin = Origin(learner="", causation="", correlation=stream, producer=BY)
    while True:
        before = log.read(stream)
        if any(each.event == built for each in before):
            return
        try:
            log.append(stream, [built], expected_version=len(before), origin=origin)
        except VersionConflict:
            continue
        return


def keep_places(learners: Iterable[Known], log: RecorderEventLog) -> None:
    """Append to each learner's stream which place in their stratum they were dealt, where it does not tell it yet."""
    batches = [
        Batch(
            stream=learner_stream(known.learner),
            events=(LearnerPlaced(place=known.place),),
            expected_version=known.unplaced,
            origin=Origin(learner=known.learner, causation="", correlation=learner_stream(known.learner), producer=BY),
        )
        for known in learners
        if known.unplaced is not None
    ]
    for start in range(0, len(batches), GROUP):
        group = batches[start : start + GROUP]
        for batch, appended in zip(group, log.append_many(group), strict=True):
            if isinstance(appended, VersionConflict):  # something else was told of the learner meanwhile
                (event,) = batch.events
                assert isinstance(event, LearnerPlaced)
                append_for(log, batch.origin.learner, event, unless=_tells_place)


def _tells_place(recorded: Recorded) -> bool:
    return isinstance(recorded.event, LearnerPlaced)


def register(data: DataFolder, manifest: Manifest, place: Path) -> None:
    """Write the dataset's line, in the place of what was in its folder before."""
    line = Dataset(
        name=manifest.name,
        version=manifest.version,
        learners=manifest.learners,
        place=str(place.absolute()),
        made=DATASET,
    )
    write_line(data, line)


def write_line(data: DataFolder, line: Dataset) -> None:
    """Write a line of the register, in the place of those of the same folder."""
    path = data.datasets
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        lines = [each for each in registered(data) if not each.place or each.place != line.place]
        with whole_file(path) as file:
            file.write(msgspec.json.encode([*lines, line]))


def spec_digest(spec: Spec) -> str:
    """The hash of a spec, whatever its file looks like."""
    return hashlib.sha256(msgspec.json.encode(spec, order="deterministic")).hexdigest()
