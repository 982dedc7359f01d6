"""Where what lies in a dataset's folder, and how files there are written whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from replay.datasets.errors import StorageRefused

MANIFEST = "manifest.json"
CARD = "README.md"
REPORT = "report.html"
REFUSED = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR,
        errno.ENAMETOOLONG,
    }
)  # fmt: skip
"""What a disk says that is full or may not be written, or that there can be no such folder."""
BUILDING = ".building"
"""The folder of a build that is not finished."""


class DatasetFolder:
    """The places in a dataset's folder; nothing is made until it is first written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = root / MANIFEST
        self.card = root / CARD
        self.report = root / REPORT
        self.lineage = root / "lineage"
        self.building = root / BUILDING
        self.begun = self.building / "begun.json"
        self.lock = self.building / "lock"
        self.learners = self.building / "learners.msgpack"

    def plan(self, shard: int) -> Path:
        """The sessions of a shard."""
        return self.building / "plan" / f"{shard:03}.jsonl"

    def rows(self, shard: int, split: str) -> Path:
        """The rows of a shard that are in one split."""
        return self.building / "rows" / f"{shard:03}-{split}.rows"

    def made(self, shard: int) -> Path:
        """What a finished shard holds; it is there only when the shard is finished."""
        return self.building / "rows" / f"{shard:03}.json"

    def marks(self, shard: int) -> Path:
        """The digests of a shard's rows, sorted."""
        return self.building / "marks" / f"{shard:03}.digests"

    def near_marks(self, shard: int) -> Path:
        """What near duplicates of a shard's rows are known by."""
        return self.building / "marks" / f"{shard:03}.near"

    def thinned(self, shard: int) -> Path:
        """The rows that are taken out of a shard, because they are somewhere else already."""
        return self.building / "marks" / f"{shard:03}.gone"

    def lineage_of(self, shard: int) -> Path:
        """From the ids of a shard's rows to the events that they were made from."""
        return self.lineage / f"{shard:03}.jsonl"

    def files(self, form: str) -> Path:
        """The files of one format."""
        return self.root / form

    def written(self, form: str, stem: str) -> Path:
        """Is there when a part of a format is finished."""
        return self.building / "written" / f"{form}-{stem}"

    def has_files(self) -> bool:
        """Whether anything but the beginnings of a build lies here."""
        return self.root.exists() and any(path != self.building for path in self.root.iterdir())

    def clear(self) -> None:
        """Delete all that a build has written, finished or not; whoever holds the folder goes on holding it."""
        self._clear(self.root, self.building)
        self._clear(self.building, self.lock)

    def end(self) -> None:
        """Delete what only an unfinished build needs."""
        shutil.rmtree(self.building)

    def _clear(self, folder: Path, kept: Path) -> None:
        for path in folder.iterdir() if folder.exists() else ():
            if path == kept:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when the block has ended well; else nothing is left of it.

    Raises `StorageRefused` where the disk is full or the folder may not be written.
    """
    fresh = path.with_name(f"{path.name}.part")
    with storage(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(fresh, "wb") as file:
                yield file
                file.flush()
            os.replace(fresh, path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


@contextmanager
def storage(folder: Path) -> Iterator[None]:
    """Tell a disk that is full, or a folder that cannot be one or may not be written, by a typed error."""
    try:
        yield
    except OSError as error:
        if error.errno in REFUSED:
            raise StorageRefused(folder, error.strerror or str(error)) from error
        raise
