"""Whether the server that a folder of PostgreSQL's files names in its ``postmaster.pid`` is really there.

The file stays when the server is killed or the machine stops. Its number may then be another program's, which would be
taken for the server, and be stopped in its place; or that of a dead server whom nobody has buried, as in containers.
"""

import os
import stat
import tempfile
from pathlib import Path

import psutil

from events.socket_folder import SOCKET

NOBODY = 1 << 30
"""A process number beyond what systems give."""


def let_go_of_dead(place: Path, sockets: Path) -> None:
    """Let ``postmaster.pid``, and the lock of the socket in ``sockets``, name nobody where the server is not there.

    The rest of the file stays: by it a new server finds out whether processes of the old one are left, and does not
    start beside them. Nobody else may start a server meanwhile. Raises OSError.
    """
    file = place / "postmaster.pid"
    if _number_in(file) in (None, NOBODY) or runs(place):
        return
    for each in (sockets / f"{SOCKET}.lock", file):  # that by which it is found out last
        if _number_in(each) is not None:
            _let_name_nobody(each)


def runs(place: Path) -> bool:
    """Whether the server that ``postmaster.pid`` names is there; also where that cannot be told."""
    number = _number_in(place / "postmaster.pid")
    if number is None:
        return False
    try:
        process = psutil.Process(number)
        # A server works in its own folder, however that is called by now.
        return process.status() != psutil.STATUS_ZOMBIE and os.path.samefile(process.cwd(), place)
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:
        return True


def _number_in(file: Path) -> int | None:
    try:
        return int(file.read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _let_name_nobody(file: Path) -> None:
    before, (_, _, rest) = file.stat(), file.read_text().partition("\n")
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f"{file.name}.", delete=False) as fresh:
        fresh.write(f"{NOBODY}\n{rest}")
    os.chown(fresh.name, before.st_uid, before.st_gid)
    os.chmod(fresh.name, stat.S_IMODE(before.st_mode))
    os.replace(fresh.name, file)
