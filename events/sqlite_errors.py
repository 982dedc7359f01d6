"""What an error of SQLite means."""

import errno
import sqlite3


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way; extended codes have the plain one in their lowest byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_full(error: BaseException | None) -> bool:
    """Whether the disk is full; ``error`` may also be one that was raised from SQLite's own."""
    while error is not None:
        # SQLite calls it an I/O error when there is no space for the ``-shm`` file (os_unix.c, `unixShmMap`).
        if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE):
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False
