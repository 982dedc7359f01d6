"""Rows that are there twice, found over all shards by what each shard wrote down of its rows.

Exact ones are found in `BUCKETS` passes over sorted digests, so that the memory holds a small part of them at a time;
near ones by the indexes of `replay.quality`, which keep some 4 kB for each different row. The first row in the order of
the dataset stays.
"""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from actors.ports import Audio
from replay.datasets.folders import DatasetFolder, whole_file
from replay.quality.exact import text_hash
from replay.quality.near_audio import NearAudio, fingerprint
from replay.quality.near_texts import NearTexts, signature

BUCKETS = 16
DIGEST = np.dtype([("high", ">u8"), ("low", ">u8"), ("row", ">u4")])
"""The first 128 bits of a SHA-256, and the number of the row in its shard."""


class Mark(Struct, frozen=True, kw_only=True):
    """What a row is known again by: a SHA-256, and what tells near ones ("text" or "audio" as ``kind``)."""

    digest: bytes
    kind: str = ""
    near: bytes = b""


class Near(Struct, frozen=True, array_like=True):
    """A line of a shard's file of near marks."""

    row: int
    kind: str
    near: bytes


def mark_of_text(text: str, *, near: bool) -> Mark | None:
    """The mark of a text; None of no words."""
    digest = text_hash(text)
    if not digest:
        return None
    hashes = signature(text) if near else None
    return Mark(
        digest=bytes.fromhex(digest), kind="text", near=b"" if hashes is None else hashes.astype(np.uint64).tobytes()
    )


def mark_of_audio(digest: bytes, samples: Audio | None) -> Mark:
    """The mark of a recording by the hash of its file, and near ones by its samples, if they are given."""
    return Mark(digest=digest, kind="audio", near=b"" if samples is None else fingerprint(samples).tobytes())


class Marks:
    """Takes the marks of a shard's rows down."""

    def __init__(self) -> None:
        self._digests: list[tuple[int, int, int]] = []
        self._near: list[Near] = []

    def add(self, row: int, mark: Mark) -> None:
        """The mark of a row, by its number."""
        high, low = int.from_bytes(mark.digest[:8], "big"), int.from_bytes(mark.digest[8:16], "big")
        self._digests.append((high, low, row))
        if mark.near:
            self._near.append(Near(row, mark.kind, mark.near))

    def write(self, folder: DatasetFolder, shard: int) -> None:
        """Write them, sorted, into the shard's files."""
        if self._digests:
            with whole_file(folder.marks(shard)) as file:
                file.write(np.array(sorted(self._digests), DIGEST).tobytes())
        if self._near:
            with whole_file(folder.near_marks(shard)) as file:
                file.write(msgspec.msgpack.encode(self._near))


def exact_duplicates(folder: DatasetFolder, shards: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Shard and number of every row whose like is there before it."""
    marks = [(shard, np.memmap(folder.marks(shard), DIGEST, "r")) for shard in shards if folder.marks(shard).exists()]
    edges = [bucket << 60 for bucket in range(BUCKETS)]
    for bucket in range(BUCKETS):
        taken: list[NDArray[np.uint64]] = []
        for shard, all_of in marks:
            high = all_of["high"]
            start = np.searchsorted(high, np.uint64(edges[bucket]))
            end = len(high) if bucket + 1 == BUCKETS else np.searchsorted(high, np.uint64(edges[bucket + 1]))
            own = all_of[start:end]
            place = np.full(len(own), shard, np.uint64) << np.uint64(32) | own["row"].astype(np.uint64)
            taken.append(np.stack([own["high"].astype(np.uint64), own["low"].astype(np.uint64), place]))
        if not taken:
            return
        high, low, place = np.concatenate(taken, axis=1)
        order = np.lexsort((place, low, high))
        high, low, place = high[order], low[order], place[order]
        again = (high[1:] == high[:-1]) & (low[1:] == low[:-1])
        for each in place[1:][again].tolist():
            yield each >> 32, each & 0xFFFFFFFF


def near_duplicates(
    folder: DatasetFolder, shards: Iterable[int], gone: set[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """As `exact_duplicates`, for rows that are nearly the same as one before; those that are ``gone`` do not count."""
    audio = NearAudio()
    texts: NearTexts | None = None
    for shard in shards:
        path = folder.near_marks(shard)
        if not path.exists():
            continue
        for mark in msgspec.msgpack.decode(path.read_bytes(), type=list[Near]):
            if (shard, mark.row) in gone:
                continue
            key = f"{shard}/{mark.row}"
            if mark.kind == "audio":
                like = audio.add(key, np.frombuffer(mark.near, np.uint32))
            else:
                texts = texts or NearTexts()
                like = texts.add(key, np.frombuffer(mark.near, np.uint64))
            if like is not None:
                yield shard, mark.row
