"""Rows are taken out of a finished shard. May be cut short anywhere and done again."""

from collections import Counter

import msgspec

from replay.datasets.folders import DatasetFolder, whole_file
from replay.datasets.row_files import put_row, rows_in
from replay.datasets.rows import SPLITS
from replay.datasets.shard import Made, Traced
from replay.datasets.tally import Tally


def thinned(folder: DatasetFolder, shard: int, gone: dict[int, str]) -> Made:
    """The shard without the rows that are ``gone``, by their numbers and why; its files are written anew."""
    made = msgspec.json.decode(folder.made(shard).read_bytes(), type=Made)
    traced = msgspec.json.Decoder(Traced).decode
    lines = folder.lineage_of(shard).read_bytes().splitlines(keepends=True)
    if not folder.thinned(shard).exists():  # numbers count rows as they were: they are no good a second time
        reasons = {traced(lines[row]).id: reason for row, reason in gone.items()}
        with whole_file(folder.thinned(shard)) as file:
            file.write(msgspec.json.encode(reasons, order="deterministic"))
    reasons = msgspec.json.decode(folder.thinned(shard).read_bytes(), type=dict[str, str])
    made.tally = Tally()
    for split in SPLITS:
        _thin_rows(folder, shard, split, reasons, made)
    with whole_file(folder.lineage_of(shard)) as file:
        file.writelines(line for line in lines if traced(line).id not in reasons)
    made.rows_dropped = dict(Counter(made.rows_dropped) + Counter(reasons.values()))
    made.thinned = True
    with whole_file(folder.made(shard)) as file:
        file.write(msgspec.json.encode(made))
    return made


def _thin_rows(folder: DatasetFolder, shard: int, split: str, reasons: dict[str, str], made: Made) -> None:
    path = folder.rows(shard, split)
    if not path.exists():
        return
    with whole_file(path) as file:
        for row in rows_in(path):
            if row.id not in reasons:
                put_row(file, row)
                made.tally.add(row)
