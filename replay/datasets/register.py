"""What the log and the data folder remember of a finished dataset: an event, and a line of the register."""

import hashlib
from pathlib import Path

import msgspec
from filelock import FileLock

from events.dataset import DatasetBuilt, stream_of
from events.envelope import Origin
from events.errors import VersionConflict
from events.location import DataFolder
from events.recorder_log import RecorderEventLog
from events.sealing.forgetting import Dataset, registered
from replay.datasets.folders import whole_file
from replay.datasets.manifest import Manifest
from replay.datasets.spec import Spec


def remember(manifest: Manifest, place: Path, log: RecorderEventLog, data: DataFolder) -> None:
    """Append the event, unless the same dataset was made before, and write the line.

    Raises `LogUnavailable` and `StorageRefused`; may be done again.
    """
    register(data, manifest, place)
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
    origin = Origin(learner="", causation="", correlation=stream, producer="replay")
    while True:
        before = log.read(stream)
        if any(each.event == built for each in before):
            return
        try:
            log.append(stream, [built], expected_version=len(before), origin=origin)
        except VersionConflict:
            continue
        return


def register(data: DataFolder, manifest: Manifest, place: Path) -> None:
    """Write the dataset's line, in the place of what was in its folder before."""
    path = data.datasets
    path.parent.mkdir(parents=True, exist_ok=True)
    line = Dataset(
        name=manifest.name, version=manifest.version, learners=manifest.learners, place=str(place.absolute())
    )
    with FileLock(path.with_suffix(".lock")):
        lines = [each for each in registered(data) if not each.place or each.place != line.place]
        with whole_file(path) as file:
            file.write(msgspec.json.encode([*lines, line]))


def spec_digest(spec: Spec) -> str:
    """The hash of a spec, whatever its file looks like."""
    return hashlib.sha256(msgspec.json.encode(spec, order="deterministic")).hexdigest()
