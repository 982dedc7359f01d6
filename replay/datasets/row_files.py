"""Rows in files between two steps of a build: MessagePack, each behind its length (4 bytes, big endian)."""

import gc
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec

from replay.datasets.folders import DatasetFolder
from replay.datasets.rows import Row

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Row)


def put_row(file: IO[bytes], row: Row) -> None:
    """Write one row at the end."""
    data = _ENCODER.encode(row)
    file.write(len(data).to_bytes(4, "big") + data)


def rows_in(path: Path) -> Iterator[Row]:
    """The rows of a file; tuples in their columns are lists now."""
    decode = _DECODER.decode
    with open(path, "rb", buffering=1 << 20) as file:
        while length := file.read(4):
            yield decode(file.read(int.from_bytes(length, "big")))


def next_rows(rows: Iterator[Row], count: int) -> list[Row]:
    """Up to ``count`` of the rows that come, for whoever needs many at once.

    They hold no cycles, and to look for some in ever more of them takes longer than to read them.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return list(islice(rows, count))
    finally:
        if collecting:
            gc.enable()


def rows_of(folder: DatasetFolder, split: str, shards: Iterable[int]) -> Iterator[Row]:
    """The rows of a split in some shards, in the order of the dataset; a shard without any has no file."""
    for shard in shards:
        path = folder.rows(shard, split)
        if path.exists():
            yield from rows_in(path)
