"""Checks a whole log: order, codec, blobs. Repairs nothing."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from events.blobs import BlobStore, blobs_of
from events.codec import CODEC, Codec
from events.envelope import Recorded, Unknown
from events.errors import BlobCorrupt, BlobMissing, CorruptPayload
from events.log import EventLog
from events.sealing.errors import BlobExpired

PAGE = 500


class Problem(Struct, frozen=True, kw_only=True):
    """One fault. ``kind`` is position, version, payload, blob_missing, blob_corrupt, blob_size, forgetting where one
    was cut short, or lost for an empty log beside learners' keys; against Kafka not_relayed, relayed_otherwise,
    not_in_log, disordered or foreign, which is
    no event of ours and has no position.
    """

    kind: str
    position: int
    stream: str
    version: int
    detail: str


def all_events(log: EventLog, *, after: int = 0) -> Iterator[Recorded]:
    """Every event after a position, read page by page."""
    while page := log.tail(after, limit=PAGE):
        yield from page
        after = page[-1].position or after


def verify(
    log: EventLog, blobs: BlobStore, *, codec: Codec = CODEC, step: Callable[[], None] = lambda: None
) -> Iterator[Problem]:
    """The faults of a log, found in one pass; ``step`` is called after each event.

    Positions and versions must follow each other without a gap, payloads must survive decoding and encoding, blobs
    must be there with the bytes that their names and sizes say. Each blob is read once.
    """
    position = 0
    versions: dict[str, int] = {}
    sizes: dict[str, int | Problem] = {}
    for recorded in all_events(log):
        found = recorded.position or 0
        if found != position + 1:
            yield _problem(recorded, "position", f"follows position {position}")
        position = found
        expected = versions.get(recorded.stream, 0) + 1
        if recorded.version != expected:
            yield _problem(recorded, "version", f"version {expected} should stand here")
        versions[recorded.stream] = recorded.version
        yield from _codec_problems(recorded, codec)
        yield from _blob_problems(recorded, blobs, sizes)
        step()


def _codec_problems(recorded: Recorded, codec: Codec) -> Iterator[Problem]:
    if isinstance(recorded.event, Unknown):
        if recorded.event.fault:
            yield _problem(recorded, "payload", recorded.event.fault)
        return
    try:
        again = codec.decode(codec.encode(recorded), position=recorded.position)
    except CorruptPayload as error:
        yield _problem(recorded, "payload", str(error))
    else:
        if again != recorded:
            yield _problem(recorded, "payload", "decodes to something else after encoding")


def _blob_problems(recorded: Recorded, blobs: BlobStore, sizes: dict[str, int | Problem]) -> Iterator[Problem]:
    for blob in blobs_of(recorded.event):
        if blob.sha256 not in sizes:
            try:
                sizes[blob.sha256] = len(blobs.get(blob.sha256))
            except BlobExpired:
                sizes[blob.sha256] = blob.stored_bytes or blob.size_bytes
            except BlobMissing as error:
                sizes[blob.sha256] = _problem(recorded, "blob_missing", str(error))
            except BlobCorrupt as error:
                sizes[blob.sha256] = _problem(recorded, "blob_corrupt", str(error))
            if isinstance(problem := sizes[blob.sha256], Problem):
                yield problem
        size = sizes[blob.sha256]
        wanted = blob.stored_bytes or blob.size_bytes
        if isinstance(size, int) and size != wanted:
            yield _problem(recorded, "blob_size", f"blob {blob.sha256} has {size} bytes, not {wanted}")


def _problem(recorded: Recorded, kind: str, detail: str) -> Problem:
    return Problem(
        kind=kind, position=recorded.position or 0, stream=recorded.stream, version=recorded.version, detail=detail
    )
