"""Runs a package client (pip, npm) as a subprocess, line by line. Knows nothing of packages."""

import errno
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from actors.models.errors import SourceFailed

_KEPT_LINES = 40


class ClientFailed(SourceFailed):
    """A package client ended with an error."""


def run_client(
    source: str, command: Sequence[str], on_line: Callable[[str], None] | None = None, *, temporary: Path
) -> None:
    """Run a command to its end and hand on each line of its output; its temporary files go into ``temporary``.

    Raises ClientFailed with what it said last, OSError (ENOSPC) when it found the disk full. The command is ended when
    this call is left by an exception, such as the user's Ctrl-C.
    """
    last: list[str] = []
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # The system's temporary folder may be too small for a model.
            env={**os.environ, "TMPDIR": str(temporary)},
        )
    except OSError as error:
        raise ClientFailed(source, f"{command[0]} cannot be started: {error.strerror}") from error
    with process:
        try:
            for line in process.stdout or ():
                last = [*last, line.strip()][-_KEPT_LINES:]
                if on_line is not None:
                    on_line(line.rstrip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        if any("no space left on device" in line.lower() for line in last):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise ClientFailed(source, _explanation(last, process.returncode))


def _explanation(lines: Sequence[str], returncode: int) -> str:
    """The lines of a client's output that say what went wrong, else its last one."""
    told = [line for line in lines if "error" in line.lower()]
    return " / ".join(told[-2:] or [line for line in lines if line][-1:]) or f"it ended with status {returncode}"
