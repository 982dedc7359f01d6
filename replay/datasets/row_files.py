"""Rows in files between two steps of a build: MessagePack, each behind its length (4 bytes, big endian)."""

from collections.abc import Iterable, Iterator
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


def rows_of(folder: DatasetFolder, split: str, shards: Iterable[int]) -> Iterator[Row]:
    """The rows of a split in some shards, in the order of the dataset; a shard without any has no file."""
    for shard in shards:
        path = folder.rows(shard, split)
        if path.exists():
            yield from rows_in(path)
