"""Where the embedded PostgreSQL has its socket: in its own folder, or in a short plain one that nobody else may enter.

The server asks nobody for a password: whoever reaches the socket may do anything. Its own folder lets nobody else in,
but not every path can be told to its commands and in a URL.
"""

import hashlib
import os
import re
from pathlib import Path

from events.errors import LogUnavailable
from events.private_folder import UnsafeFolder, private_folder, private_place

SOCKET = ".s.PGSQL.5432"
LONGEST = 103
"""Bytes of a socket's path that every system takes (macOS: sun_path of 104 with the zero at its end)."""
PLAIN = re.compile(r"[\w./+:@-]*")
"""Paths that need no quotes in a shell, a list of folders or a URL."""
UNQUOTABLE = frozenset('"\\$`\n\r')
"""What PostgreSQL's own commands hand to a shell between double quotes without a further thought."""


def socket_folder(place: Path, owner: int) -> Path:
    """The folder for the socket of the server on the files in ``place``, which runs as the user ``owner``.

    Raises `LogUnavailable` where there can be none, or ``place`` is no place for the files.
    """
    if unfit := UNQUOTABLE.intersection(str(place)):
        raise LogUnavailable(
            "refused",
            f"the embedded PostgreSQL cannot lie in {str(place)!r}: its own commands do not take"
            f" {' '.join(map(repr, sorted(unfit)))} in a path",
            "name another folder in COLLOQUY_DATA, or another log in COLLOQUY_LOG",
        )
    return place if _fits(place) else _private(place, owner)


def _fits(folder: Path) -> bool:
    path = str(folder / SOCKET)
    return PLAIN.fullmatch(path) is not None and len(os.fsencode(path)) <= LONGEST


def _private(place: Path, owner: int) -> Path:
    """A folder in the one for temporary files, of the same name for the same place."""
    name = f"colloquy-postgres-{hashlib.sha256(os.fsencode(place)).hexdigest()[:16]}"
    folder = private_place(name)
    if not _fits(folder):
        raise LogUnavailable(
            "refused",
            f"the embedded PostgreSQL cannot have its socket in {place} nor in {folder}: the paths are too long, or"
            " have other characters than letters and digits in them",
            "name a short folder in COLLOQUY_DATA or TMPDIR",
        )
    try:
        return private_folder(name, owner)
    except UnsafeFolder as error:
        raise LogUnavailable("refused", str(error)) from error
