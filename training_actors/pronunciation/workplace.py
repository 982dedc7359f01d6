"""The folder in which a training run keeps its steps: one run at a time, and faults of the disk told in a line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from training_actors.errors import WorkTaken, WorkUnwritable

LOCK_FILE = "train.lock"
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR)


@contextmanager
def workplace(work: Path) -> Iterator[None]:
    """The folder for this run alone. Raises `WorkTaken`, `WorkUnwritable`."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        with FileLock(work / LOCK_FILE, timeout=0):
            yield
    except Timeout as error:
        raise WorkTaken(work) from error
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        raise WorkUnwritable(work, str(error)) from error
