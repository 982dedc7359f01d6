"""Events in a file: one stored form a line, in the order of the log. For golden logs, exports and hand-overs.

The layout of ``tests/golden/``: ``logs/NAME.jsonl`` is an archive; the blobs that it refers to need not be there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import structs

from events.blobs import BlobStore, blobs_of
from events.codec import decode, encode
from events.envelope import Recorded
from events.errors import CorruptPayload


def write_archive(path: Path, events: Iterable[Recorded]) -> int:
    """Write the events to ``path``; how many they were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as file:
        for recorded in events:
            file.write(encode(recorded) + b"\n")
            count += 1
    return count


def read_archive(path: Path) -> Iterator[Recorded]:
    """The events of an archive; positions count its lines from 1. Raises `CorruptPayload` naming the line."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                recorded = decode(line)
            except CorruptPayload as error:
                reason = f"line {number} of {path}: {error.reason}"
                raise CorruptPayload(error.stream, error.version, error.path, reason) from error
            yield structs.replace(recorded, position=number)


def copy_blobs(events: Iterable[Recorded], source: BlobStore, target: BlobStore) -> int:
    """Put every blob that the events refer to into ``target``; how many there are. Raises `BlobMissing`."""
    blobs = {blob.sha256: blob for recorded in events for blob in blobs_of(recorded.event)}
    for blob in blobs.values():
        if not target.has(blob.sha256):
            target.put(source.get(blob.sha256), blob.media_type)
    return len(blobs)
