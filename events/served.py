"""Which logs a data folder holds and was served with, so that commands which name none read the last one served.

That is kept in a small file in the folder, without passwords: those come with COLLOQUY_LOG, or as all clients of
PostgreSQL find them (PGPASSWORD, ~/.pgpass).
"""

import logging
import re
from pathlib import Path
from urllib.parse import unquote

import msgspec
from msgspec import Struct

LOG_VARIABLE = "COLLOQUY_LOG"
SQLITE = "sqlite"
"""Names the log in the folder's SQLite file, where no name could mean another."""
EMBEDDED_POSTGRES = "embedded-postgres"
POSTGRES = ("postgresql://", "postgres://")
SECRET = ("password", "sslpassword")
"""The parameters of a PostgreSQL URL that are."""
SQLITE_FILE = "log.sqlite"
POSTGRES_FOLDER = "postgres"
MEMORY = "served.json"
MOST = 4
"""Logs that are remembered; nobody goes back to older ones."""

logger = logging.getLogger(__name__)


class ServedLogs(Struct, frozen=True):
    """The logs that a folder was served with, the last one first, named as ``COLLOQUY_LOG`` names them."""

    logs: tuple[str, ...]


def remember_log(root: Path, log_url: str) -> None:
    """Remember that the folder is served with this log ("" for SQLite).

    A folder that cannot be written to is served all the same.
    """
    name = without_password(log_url) or SQLITE
    before = _read(root)
    logs = (name, *(log for log in before if _place(log) != _place(name)))[:MOST]
    if logs == before:
        return
    fresh = root / f"{MEMORY}.part"
    try:
        fresh.write_bytes(msgspec.json.encode(ServedLogs(logs)) + b"\n")
        fresh.replace(root / MEMORY)
    except OSError as error:
        logger.warning("%s cannot be written (%s): commands must be told the log by %s", fresh, error, LOG_VARIABLE)


def logs_of(root: Path) -> tuple[str, ...]:
    """The logs that lie in the folder, or that it was served with; first the one to read when none is named."""
    there = {
        SQLITE: (root / SQLITE_FILE).exists(),
        EMBEDDED_POSTGRES: (root / POSTGRES_FOLDER / "PG_VERSION").exists(),
    }
    # The last one served stays the first even if its files are gone: another in its place would be a surprise.
    known = [log for number, log in enumerate(_read(root)) if number == 0 or there.get(log, True)]
    return (*known, *(log for log, is_there in there.items() if is_there and log not in known))


def postgres_logs_beside(root: Path, log: str) -> tuple[str, ...]:
    """The logs in PostgreSQL that the folder holds or was served with, other than ``log``."""
    here = _place(without_password(log))
    return tuple(each for each in logs_of(root) if each != SQLITE and _place(each) != here)


def tell_of_other_logs(root: Path) -> None:
    """Warn whoever named no log, when there are several: which one is read, and how to read the others."""
    logs = logs_of(root)
    if len(logs) < 2:
        return
    last = ", the last one served" if _read(root) else ""
    named = " or ".join(f"{LOG_VARIABLE}={log}" for log in logs[1:])
    number, others = ("two", "the other") if len(logs) == 2 else (len(logs), "another")
    logger.warning("%s has %s logs: this reads %s%s; %s reads %s", root, number, logs[0], last, named, others)


def without_password(url: str) -> str:
    """A database's URL, or words that name one, without what is secret in it."""
    # A slash within a password makes a URL unusable, but it may be told in an error all the same.
    url = re.sub(r"//([^:/@]*):(?:[^/]*|[^@?]*)@", r"//\1@", url)
    place, asks, query = url.partition("?")
    if not asks:
        return re.sub(r"\b((?:ssl)?password)\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", r"\1=…", url)
    kept = [part for part in query.split("&") if unquote(part.partition("=")[0]) not in SECRET]
    return f"{place}?{'&'.join(kept)}".rstrip("?&")


def _read(root: Path) -> tuple[str, ...]:
    try:
        logs = msgspec.json.decode((root / MEMORY).read_bytes(), type=ServedLogs).logs
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        logger.warning("%s cannot be read (%s); the next server writes it anew", root / MEMORY, error)
        return ()
    known = tuple(log for log in logs if log in (SQLITE, EMBEDDED_POSTGRES) or log.startswith(POSTGRES))
    if known != logs:
        logger.warning("%s names logs that are none (%s); they are passed over", root / MEMORY, set(logs) - set(known))
    return known


def _place(log: str) -> str:
    """The same database is the same log, whoever reads it."""
    return re.sub(r"//[^/]*@", "//", log)
