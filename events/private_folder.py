"""A folder for temporary files that only one user may enter, as whoever reaches what lies in it is trusted."""

import os
import stat
import tempfile
from pathlib import Path


class UnsafeFolder(OSError):
    """The folder belongs to somebody else, others may enter it, or it is none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.folder} is not a folder of this user alone; remove it, or set TMPDIR to another place"


def private_place(name: str) -> Path:
    """Where the folder of this name is, or will be."""
    return Path(tempfile.gettempdir()) / name


def private_folder(name: str, owner: int | None = None) -> Path:
    """The folder of this name, made if it is not there; ``owner`` is the user's id, None for who runs this.

    Raises `UnsafeFolder`, or OSError when there can be no folder.
    """
    own = os.geteuid()
    owner = own if owner is None else owner
    folder = private_place(name)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (own, owner) or found.st_mode & 0o077:
        raise UnsafeFolder(folder)
    if found.st_uid != owner:
        os.chown(folder, owner, -1, follow_symlinks=False)
    return folder
