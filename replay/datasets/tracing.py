"""From a row back to its events, and from a learner to the rows that hold them. Reads lineage and log."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from events.envelope import Recorded
from events.learner import stream_of
from events.log import EventLog
from events.sealing.forgetting import DATASET, Dataset
from events.sealing.holders import holders
from replay.datasets.errors import DatasetUnreadable, RowAmbiguous, RowUnknown
from replay.datasets.folders import DatasetFolder
from replay.datasets.logged import streams_of
from replay.datasets.manifest import read_manifest
from replay.datasets.plan import SHARDS, shard_of
from replay.datasets.shard import Traced

_DECODER = msgspec.json.Decoder(Traced)


class Origins(Struct, frozen=True, kw_only=True):
    """A row, the events it was made from, the learner's consent; ``missing`` are ids that this log does not hold."""

    row: Traced
    events: tuple[Recorded, ...]
    consent: Recorded | None
    missing: tuple[str, ...]


class Affected(Struct, frozen=True, kw_only=True):
    """A registered dataset that holds a learner; ``fault`` says why its rows cannot be told.

    ``what`` is dataset, run or exported pairs (`events.sealing.forgetting`); only a dataset has rows.
    """

    name: str
    version: str
    place: str
    what: str
    rows: tuple[str, ...] = ()
    fault: str = ""


def traced(folder: Path, row: str) -> Traced:
    """The line of a row, named by its id or by a beginning that no other row's has, with or without the kind.

    Raises `DatasetUnreadable`, `RowAmbiguous` and `RowUnknown`.
    """
    kind = read_manifest(folder).spec.kind
    stream = row.partition("/")[2].rpartition("/")[0]
    for each in lineage_in(DatasetFolder(folder), shard_of(stream)):
        if each.id == row:
            return each
    return _beginning(folder, row, (row, f"{kind}/{row}") if row else ())


def _beginning(folder: Path, row: str, beginnings: tuple[str, ...]) -> Traced:
    example = "asr/s1/1"
    found: list[Traced] = []
    for shard in range(SHARDS):
        for each in lineage_in(DatasetFolder(folder), shard):
            example = each.id
            if any(_begins(each.id, beginning) for beginning in beginnings):
                found.append(each)
    if len(found) > 1:
        raise RowAmbiguous(row, folder, tuple(sorted(each.id for each in found)))
    if not found:
        raise RowUnknown(row, folder, example)
    return found[0]


def _begins(row: str, beginning: str) -> bool:
    """Whether a row's id begins so; a turn's number is whole: who asks for turn 1 does not mean turn 10."""
    cut = beginning.count("/") > 1 and beginning[-1:].isdigit() and row[len(beginning) :][:1].isdigit()
    return row.startswith(beginning) and not cut


def origins(folder: Path, row: str, log: EventLog) -> Origins:
    """What a row was made from. Raises as `traced`, and `LogUnavailable`."""
    line = traced(folder, row)
    lineage, wanted = line.lineage, set(line.lineage.events)
    streams = streams_of(lineage.stream, lineage.types)
    events = tuple(each for stream in streams for each in log.read(stream) if each.id in wanted)
    consent = next((each for each in log.read(stream_of(line.learner)) if each.id == lineage.consent), None)
    found = {each.id for each in events}
    return Origins(
        row=line,
        events=events,
        consent=consent,
        missing=tuple(each for each in lineage.events if each not in found),
    )


def lineage_in(folder: DatasetFolder, shard: int) -> Iterator[Traced]:
    """The lines of a shard; none of a shard without rows. Raises `DatasetUnreadable`."""
    path = folder.lineage_of(shard)
    if path.exists():
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield _read(line, folder, path, number)


def affected(learner: str, datasets: tuple[Dataset, ...]) -> Iterator[Affected]:
    """What is registered that holds a learner, and which rows of the datasets do."""
    for dataset in holders(learner, datasets):
        found = Affected(name=dataset.name, version=dataset.version, place=dataset.place, what=dataset.what)
        if not dataset.place or not Path(dataset.place).exists():
            fault = "it is not there any more" if dataset.place else "the register does not tell where it lies"
            yield msgspec.structs.replace(found, fault=fault)
            continue
        if dataset.what != DATASET:
            yield found
            continue
        try:
            manifest = read_manifest(Path(dataset.place))
            rows = tuple(_rows_of(learner, DatasetFolder(Path(dataset.place))))
        except DatasetUnreadable as error:
            yield msgspec.structs.replace(found, fault=error.reason)
            continue
        if manifest.version != dataset.version:
            yield msgspec.structs.replace(found, fault=f"its folder now holds version {manifest.version}")
            continue
        yield msgspec.structs.replace(found, rows=rows)


def _rows_of(learner: str, folder: DatasetFolder) -> Iterator[str]:
    sign = b'"learner":' + msgspec.json.encode(learner)
    for shard in range(SHARDS):
        path = folder.lineage_of(shard)
        if not path.exists():
            continue
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if sign in line and (each := _read(line, folder, path, number)).learner == learner:
                    yield each.id


def _read(line: bytes, folder: DatasetFolder, path: Path, number: int) -> Traced:
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DatasetUnreadable(folder.root, f"line {number} of lineage/{path.name} cannot be read: {error}") from error
