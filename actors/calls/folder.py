"""Where the sockets of this user's processes lie: a folder that nobody else may enter, as who connects is trusted."""

import os
import secrets
import socket
import time
from pathlib import Path

from events.private_folder import private_folder

STALE_S = 60.0
"""Age from which a socket that nobody listens at is removed; a younger one may be about to be listened at."""


def socket_path() -> Path:
    """A path for a new socket of this process; those that killed processes left behind are removed.

    Raises `UnsafeFolder`, or OSError when there can be no folder.
    """
    folder = private_folder(f"colloquy-{os.geteuid()}")
    for path in folder.glob("*.sock"):
        _remove_if_stale(path)
    return folder / f"{os.getpid()}-{secrets.token_hex(4)}.sock"


def _remove_if_stale(path: Path) -> None:
    try:
        if time.time() - path.lstat().st_mtime < STALE_S:
            return
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            probe.connect(str(path))
    except ConnectionRefusedError:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # removed meanwhile, or busy: somebody lives there
