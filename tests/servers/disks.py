"""A disk of a few megabytes, for tests of what happens when one is full or may only be read."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAGE = bytes(4096)


class NoSmallDisk(Exception):
    """No small disk can be made here; the message says why."""


class SmallDisk:
    """A file system of its own at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Take all space that is left."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while ballast.write(PAGE):
                pass

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink()

    def may_only_be_read(self, yes: bool = True) -> None:
        """Refuse all writes, or take them again; no file may be open for writing."""
        _run("mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(self.folder))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk in memory at ``folder``. Raises `NoSmallDisk`."""
    if os.geteuid() != 0:
        raise NoSmallDisk("only root may mount a small disk; run the tests as root")
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NoSmallDisk(f"{' '.join(command[:2])} is not allowed here: {done.stderr.strip()}")
