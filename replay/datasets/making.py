"""A dataset from the log into a folder, from its spec's file to the event that it was built."""

from pathlib import Path

from events.location import DataFolder
from events.opening import open_existing_log, with_server
from replay.datasets.build import Builder, InProcess, Watch, alone_in, last_position
from replay.datasets.errors import FolderOccupied
from replay.datasets.folders import DatasetFolder
from replay.datasets.formats.catalogue import kinds_by_format
from replay.datasets.gate import measures_of
from replay.datasets.kinds.catalogue import KINDS
from replay.datasets.manifest import Manifest
from replay.datasets.register import remember
from replay.datasets.report import check_library
from replay.datasets.spec import read_spec
from replay.datasets.work import Job, Replayer


def make(
    spec_file: Path,
    out: Path,
    data: DataFolder,
    watch: Watch,
    *,
    at: int | None = None,
    keep: bool = True,
    replace: bool = False,
    workers: int = 1,
) -> tuple[Manifest, bool]:
    """The dataset of the log up to ``at`` (its end), and whether it was made now.

    ``keep``: one that is in ``out`` already, of the same spec, position and code, is left as it is. ``replace``: what
    else is there goes. Raises what reading the spec, the log and building raise.
    """
    measures = {kind.name: measures_of(kind) for kind in KINDS.values()}
    spec = read_spec(spec_file, measures, kinds_by_format(KINDS))
    check_library()
    folder = DatasetFolder(out)
    with open_existing_log(data) as log:
        builder = Builder(spec, log, out, watch)
        if keep and (there := _there(builder, last_position(log, at)[0], replace=replace)):
            return there, False
        with alone_in(folder):
            begun = builder.begin(at, replace=replace)
            job = Job(spec=spec, data=with_server(data), upto=begun.position, out=out.absolute())
            if workers == 1:
                manifest = builder.run(begun, InProcess(Replayer(job, log)))
            else:
                from replay.datasets.remote import RayWorkers  # Ray takes a second to import

                with RayWorkers(job, workers) as actors:
                    manifest = builder.run(begun, actors)
            remember(manifest, out, log, data)
        folder.end()
    return manifest, True


def _there(builder: Builder, position: int, *, replace: bool) -> Manifest | None:
    """The same dataset, if it is there. Raises `FolderOccupied` for another, unless that may be replaced."""
    try:
        return builder.finished(position)
    except FolderOccupied:
        if replace:
            return None
        raise
